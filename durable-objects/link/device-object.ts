import { DurableObject } from 'cloudflare:workers';
import { type EpochMs, epochMs } from '../../domain/units.ts';
import { type Call, encodeCall } from '../../protocols/ocpp/frame.ts';
import { counters } from './counters.ts';
import {
  CALL_TIMEOUT,
  type CallLogEntry,
  type CallStatus,
  type DeviceCall,
  type DeviceCalls,
  dropAll,
  enqueue,
  finish,
  MOST_WAITING,
  takeNext,
} from './device-calls.ts';
import type { DeviceEnv } from './device-env.ts';
import { closeQuietly, DeviceLink } from './device-link.ts';
import type { DeviceRecord } from './device-record.ts';
import { FRAMES_TABLE, FrameLog, type LoggedFrame } from './frame-log.ts';
import { ObjectStore, STATE_TABLE } from './object-store.ts';
import { due, type OutboxItem, postpone, settle } from './outbox.ts';
import { Watchers } from './watchers.ts';

export interface CommandRequest {
  readonly commandId: string;
  readonly action: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Staff id of who asked. */
  readonly by: string;
  readonly timeoutMs?: number;
}

export interface CommandResult {
  readonly commandId: string;
  readonly status: CallStatus | 'busy' | 'invalid';
  readonly response: unknown;
}

export type AnswerKind = 'answered' | 'error' | 'timeout' | 'offline';

/** Something to tell D1's readers beside the outbox, derived from the state; `sent` notes that it was told. */
export interface Bulletin<Kept> {
  readonly message: unknown;
  sent(record: Kept): Kept;
}

/** What the rules of a kind of device add to the mechanics all devices share. */
export interface DeviceRules<Kept extends DeviceRecord, Overlay> {
  readonly newRecord: Kept;
  overlayOf(record: Kept): Overlay;
  withOverlay(record: Kept, overlay: Overlay): Kept;
  nextWakeUp(record: Kept, now: EpochMs): EpochMs | null;
  /** The last look at a record before it is committed. */
  sealed(record: Kept, now: EpochMs): Kept;
  bulletin(record: Kept, now: EpochMs, withOthers: boolean): Bulletin<Kept> | null;
  /** Refuses a command that the device's protocol does not know, or whose payload breaks its schema. */
  checkCommand(action: string, payload: unknown): { readonly ok: boolean };
  /** Whether a device's answer to `action` follows the protocol; a refusal is kept as the answer. */
  checkResponse(action: string, payload: unknown): { readonly ok: boolean };
}

/**
 * The mechanics of an object that stands for one device: one row of state, one socket, calls one at a time, an outbox,
 * one alarm, people who look on. What a device means stands in its rules and in the subclass.
 */
export abstract class DeviceObject<
  Env extends DeviceEnv,
  Kept extends DeviceRecord,
  Overlay,
> extends DurableObject<Env> {
  protected readonly link: DeviceLink<Overlay>;
  protected readonly watchers: Watchers;
  readonly #rules: DeviceRules<Kept, Overlay>;
  readonly #store: ObjectStore<Kept>;
  readonly #frames: FrameLog;
  #cached: Kept | null = null;
  #draining = false;
  /** Frames that wait for the answer to the request being handled; null when none is. */
  #heldBack: string[] | null = null;
  /** Who awaits a command's answer. A caller that outlives this memory reads the command log instead. */
  readonly #awaited = new Map<string, (result: CommandResult) => void>();

  constructor(
    ctx: DurableObjectState,
    env: Env,
    rules: DeviceRules<Kept, Overlay>,
    tables: readonly string[],
  ) {
    super(ctx, env);
    this.#rules = rules;
    this.#store = new ObjectStore(ctx.storage, [STATE_TABLE, FRAMES_TABLE, ...tables]);
    this.link = new DeviceLink(ctx, {
      messagesPerSecond: Number(env.DEVICE_MESSAGES_PER_SECOND ?? 100),
      burst: Number(env.DEVICE_MESSAGE_BURST ?? 500),
    });
    this.watchers = new Watchers(ctx);
    this.#frames = new FrameLog(ctx.storage.sql);
  }

  // ---- what a kind of device does -------------------------------------------------------------------------------

  /** The answer frame to a device's request; what it changes is committed when this returns (D3). */
  protected abstract answerCall(frame: Call, now: EpochMs): string;
  protected abstract connectionOpened(connection: number, now: EpochMs): void;
  protected abstract connectionLost(now: EpochMs): void;
  /** A call to the device has come to an end; `calls` is the line without it. */
  protected abstract callEnded(
    call: DeviceCall,
    kind: AnswerKind,
    response: unknown,
    calls: DeviceCalls,
    now: EpochMs,
  ): void;
  protected abstract deadlinesPassed(now: EpochMs): void;
  protected abstract tellWatchers(before: Kept, after: Kept, now: EpochMs): void;

  // ---- what the Worker asks -------------------------------------------------------------------------------------

  /** Sends a CALL to the device and awaits its answer, a time-out, or the loss of the connection. */
  async sendCommand(command: CommandRequest): Promise<CommandResult> {
    counters.objectRequests += 1;
    const { commandId, action, payload, by, timeoutMs } = command;
    const valid = this.#rules.checkCommand(action, payload);
    if (!valid.ok) return { commandId, status: 'invalid', response: valid };
    const now = this.now();
    const record = this.record();
    if (!this.connected()) return { commandId, status: 'offline', response: null };
    if (record.calls.waiting.length >= MOST_WAITING) return { commandId, status: 'busy', response: null };
    const answered = new Promise<CommandResult>((resolve) => this.#awaited.set(commandId, resolve));
    const call = { commandId, action, payload, by, timeoutMs: timeoutMs ?? CALL_TIMEOUT, requestedAt: now };
    this.advance(record, { ...record, calls: enqueue(record.calls, call) }, true, now);
    return answered;
  }

  commandLog(): readonly CallLogEntry[] {
    return this.record().calls.log;
  }

  frames(): LoggedFrame[] {
    return this.#frames.list();
  }

  /** Keeps the device's frames, masked, until `until`; null ends it and forgets them. */
  logFrames(until: number | null): void {
    const record = this.record();
    if (until === null) this.#frames.clear();
    this.advance(record, { ...record, framesUntil: until }, true, this.now());
  }

  /** Closes the device's connection (its DTU was unbound, replaced or retired). */
  disconnectDevice(reason: string): void {
    this.link.release(reason);
    this.#connectionGone(this.now());
  }

  // ---- what the device does -------------------------------------------------------------------------------------

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    counters.objectRequests += 1;
    const connection = this.link.connectionOf(socket);
    if (connection === null) return;
    const { connection: current, calls } = this.record();
    // What still arrives from a socket that was closed here is not heard any more.
    if (connection !== current || socket.readyState !== WebSocket.OPEN) return;
    const now = this.now();
    const frame = this.link.read(socket, connection, message, now);
    this.#logFrame('in', message, now);
    if (frame === null || frame.kind === 'Malformed') return;
    if (frame.kind === 'Call') {
      this.#answerThenSpeak(socket, frame, now);
      return;
    }
    const { inFlight } = calls;
    if (inFlight === null || inFlight.messageId !== frame.messageId) return;
    if (frame.kind === 'CallError') {
      this.#callEnded(frame.messageId, 'error', { code: frame.code, description: frame.description }, now);
      return;
    }
    const valid = this.#rules.checkResponse(inFlight.action, frame.payload);
    this.#callEnded(frame.messageId, valid.ok ? 'answered' : 'error', valid.ok ? frame.payload : valid, now);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    // The other end waits for our half of the closing handshake (RFC 6455 §7.1.2); 1005 and 1006 are never sent.
    closeQuietly(socket, code === 1005 || code === 1006 ? 1000 : code, 'closed');
    this.#socketGone(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#socketGone(socket);
  }

  override async alarm(): Promise<void> {
    counters.objectRequests += 1;
    const now = this.now();
    this.#cached = { ...this.record(), alarmAt: null };
    const { inFlight } = this.#cached.calls;
    if (inFlight !== null && inFlight.deadlineAt <= now)
      this.#callEnded(inFlight.messageId, 'timeout', null, now);
    this.deadlinesPassed(now);
    await this.#drain();
    this.#rearm(this.record(), this.now());
  }

  // ---- what a kind of device builds on --------------------------------------------------------------------------

  protected now(): EpochMs {
    return epochMs(Date.now());
  }

  protected connected(): boolean {
    return this.link.socketOf(this.record().connection) !== null;
  }

  /** The state as last committed, with what the device's socket, even a closing one, remembers of later readings. */
  protected record(closing?: WebSocket): Kept {
    if (this.#cached !== null) return this.#cached;
    const stored = this.#store.load() ?? this.#rules.newRecord;
    const overlay = this.link.overlayOf(stored.connection, closing);
    this.#cached = overlay === null ? stored : this.#rules.withOverlay(stored, overlay);
    return this.#cached;
  }

  /** Nothing half-done may live on in memory: what comes next starts from what was committed. */
  protected forget(): void {
    this.#cached = null;
  }

  /** Takes the device's new connection; the one before ends, and so do the calls that were on it. */
  protected accept(protocol: string, now: EpochMs): Response {
    this.#dropCalls(now);
    const connection = this.record().connection + 1;
    const response = this.link.accept(connection, protocol);
    this.connectionOpened(connection, now);
    return response;
  }

  /** Makes `next` the state (committed when `durable`), then does what it asks for. */
  protected advance(before: Kept, next: Kept, durable: boolean, now: EpochMs): void {
    const device = this.link.socketOf(next.connection);
    const idle = device === null || next.calls.waiting.length === 0;
    const calls = idle ? next.calls : takeNext(next.calls, crypto.randomUUID(), now);
    const revised: Kept = { ...next, calls, revision: before.revision + 1 };
    if (durable || device === null) this.#commit(revised, now);
    else this.#keepWithSocket(device, revised, now);
    const { inFlight } = calls;
    if (device !== null && inFlight !== null && inFlight.messageId !== before.calls.inFlight?.messageId) {
      this.#say(device, encodeCall(inFlight.messageId, inFlight.action, inFlight.payload as object), now);
    }
    if (this.watchers.any()) this.tellWatchers(before, revised, now);
    if (this.record().outbox.items.length > 0) this.ctx.waitUntil(this.#drain());
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  /** What a crash may lose rides on the device's socket, if it fits, and costs no row. Its deadlines are kept. */
  #keepWithSocket(device: WebSocket, record: Kept, now: EpochMs): void {
    const armed = this.#armed(record, now);
    if (this.link.keepOverlay(device, this.#rules.overlayOf(armed))) this.#cached = armed;
    else this.#commit(armed, now);
  }

  #commit(record: Kept, now: EpochMs): void {
    const armed = this.#armed(this.#rules.sealed(record, now), now);
    this.ctx.storage.transactionSync(() => {
      counters.objectRowsWritten += this.#store.save(armed);
    });
    this.#cached = armed;
  }

  /** One alarm serves every deadline; it is only ever moved nearer, since moving it costs a row. */
  #armed(record: Kept, now: EpochMs): Kept {
    const wanted = this.#rules.nextWakeUp(record, now);
    if (wanted === null) return record;
    if (record.alarmAt !== null && record.alarmAt > now && record.alarmAt <= wanted) return record;
    counters.objectRowsWritten += 1;
    void this.ctx.storage.setAlarm(wanted);
    return { ...record, alarmAt: wanted };
  }

  /** After an alarm that committed nothing: with the socket, the next wake-up knows which alarm stands. */
  #rearm(record: Kept, now: EpochMs): void {
    const armed = this.#armed(record, now);
    const device = this.link.socketOf(record.connection);
    if (armed === record || device === null) this.#cached = armed;
    else this.#keepWithSocket(device, { ...armed, revision: armed.revision + 1 }, now);
  }

  #socketGone(socket: WebSocket): void {
    if (this.link.connectionOf(socket) === this.record(socket).connection) this.#connectionGone(this.now());
  }

  #connectionGone(now: EpochMs): void {
    this.#dropCalls(now);
    this.connectionLost(now);
  }

  /** What was sent may have been done: its session's own deadline decides. What was not sent is refused at once. */
  #dropCalls(now: EpochMs): void {
    const record = this.record();
    if (record.calls.inFlight === null && record.calls.waiting.length === 0) return;
    const { calls, sent, unsent } = dropAll(record.calls, now);
    this.advance(record, { ...record, calls }, true, now);
    for (const call of sent) this.#resolve(call.commandId, 'lost', null);
    for (const call of unsent) {
      this.#resolve(call.commandId, 'offline', null);
      this.callEnded(call, 'offline', null, this.record().calls, now);
    }
  }

  #callEnded(messageId: string, kind: Exclude<AnswerKind, 'offline'>, response: unknown, now: EpochMs): void {
    const finished = finish(this.record().calls, messageId, kind, response, now);
    if (finished === undefined) return;
    this.callEnded(finished.call, kind, response, finished.calls, now);
    this.#resolve(finished.call.commandId, kind, response);
  }

  #resolve(commandId: string, status: CallStatus, response: unknown): void {
    this.#awaited.get(commandId)?.({ commandId, status, response });
    this.#awaited.delete(commandId);
  }

  /** The answer goes first: a command that follows from a request may name what only the answer tells the device. */
  #answerThenSpeak(socket: WebSocket, frame: Call, now: EpochMs): void {
    const held: string[] = [];
    this.#heldBack = held;
    try {
      const answer = this.answerCall(frame, now);
      held.unshift(answer);
    } finally {
      this.#heldBack = null;
    }
    for (const text of held) this.#say(socket, text, now);
  }

  #say(socket: WebSocket, text: string, now: EpochMs): void {
    if (this.#heldBack !== null) {
      this.#heldBack.push(text);
      return;
    }
    socket.send(text);
    this.#logFrame('out', text, now);
  }

  #logFrame(direction: 'in' | 'out', message: string | ArrayBuffer, now: EpochMs): void {
    const { framesUntil } = this.record();
    if (framesUntil !== null && now < framesUntil && typeof message === 'string') {
      this.#frames.record(direction, message, now);
    }
  }

  /** Hands the outbox and the bulletin to their queues; what fails stays and is tried again later. */
  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (;;) {
        const now = this.now();
        const record = this.record();
        const items = due(record.outbox, now);
        const bulletin = this.#rules.bulletin(record, now, items.length > 0);
        if (items.length === 0 && bulletin === null) return;
        const messages: Pick<OutboxItem, 'queue' | 'body'>[] = items.map(({ queue, body }) => ({
          queue,
          body,
        }));
        if (bulletin !== null) messages.push({ queue: 'device-events', body: bulletin.message });
        const sent = await this.#send(messages);
        const current = this.record();
        const outbox = sent ? settle(current.outbox, items) : postpone(current.outbox, items, now);
        const told = sent && bulletin !== null ? bulletin.sent(current) : current;
        this.#commit({ ...told, outbox, revision: current.revision + 1 }, this.now());
        if (!sent) return;
      }
    } finally {
      this.#draining = false;
    }
  }

  async #send(messages: readonly Pick<OutboxItem, 'queue' | 'body'>[]): Promise<boolean> {
    const queues = { settlement: this.env.SETTLEMENT, 'device-events': this.env.DEVICE_EVENTS } as const;
    try {
      for (const name of ['settlement', 'device-events'] as const) {
        const bodies = messages.filter((message) => message.queue === name).map(({ body }) => ({ body }));
        if (bodies.length === 0) continue;
        await queues[name].sendBatch(bodies);
        counters.queueMessages += bodies.length;
      }
      return true;
    } catch (error) {
      console.error('queue refused events', error);
      return false;
    }
  }
}
