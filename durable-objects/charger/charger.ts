import { DurableObject } from 'cloudflare:workers';
import {
  type ChargerProfile,
  type Effect,
  projectCharger,
  sessionOfOrder,
} from '../../domain/charging/charger-state.ts';
import type { SettlementEvent } from '../../domain/charging/charging-event.ts';
import { type LiveView, liveView } from '../../domain/charging/live-view.ts';
import {
  type ChargerInput,
  type ChargerReply,
  type OrderStanding,
  reduceCharger,
} from '../../domain/charging/reduce-charger.ts';
import { type ChargingOrder, isRunning } from '../../domain/charging/session.ts';
import type { StartReply } from '../../domain/charging/start-charging.ts';
import type { StopReply } from '../../domain/charging/stop-charging.ts';
import { type EpochMs, epochMs } from '../../domain/units.ts';
import { type Call, encodeCall, encodeCallError, encodeCallResult } from '../../protocols/ocpp/frame.ts';
import { isOcpp16Action, validateRequest, validateResponse } from '../../protocols/ocpp/ocpp16/validate.ts';
import type { ChargerEnv } from '../charger-env.ts';
import { counters } from '../link/counters.ts';
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
  PLATFORM,
  takeNext,
} from '../link/device-calls.ts';
import { closeQuietly, DeviceLink } from '../link/device-link.ts';
import { FRAMES_TABLE, FrameLog, type LoggedFrame } from '../link/frame-log.ts';
import { keptPayload } from '../link/kept-payload.ts';
import { ObjectStore, STATE_TABLE } from '../link/object-store.ts';
import { due, type OutboxItem, post, postpone, settle } from '../link/outbox.ts';
import { Watchers } from '../link/watchers.ts';
import { nextWakeUp, projectionToSend, sameProjection } from './charger-deadlines.ts';
import {
  type ChargerOverlay,
  type ChargerRecord,
  NEW_CHARGER,
  overlayOf,
  withOverlay,
} from './charger-record.ts';
import { type ChargerSnapshot, chargerSnapshot } from './charger-snapshot.ts';
import { ENDED_SESSIONS_TABLE, EndedSessions } from './ended-sessions.ts';
import { answerOf, ocpp16Call, withoutAbandonedStarts } from './ocpp16-calls.ts';
import { handleOcpp16Request, readOcpp16Request } from './ocpp16-requests.ts';

const NOTICES_KEPT = 30;

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

/** One charging pile: its socket, its outlets, its live sessions. It loads, asks the rules, commits, then acts. */
export class Charger extends DurableObject<ChargerEnv> {
  readonly #store: ObjectStore<ChargerRecord>;
  readonly #link: DeviceLink<ChargerOverlay>;
  readonly #watchers: Watchers;
  readonly #frames: FrameLog;
  readonly #ended: EndedSessions;
  #cached: ChargerRecord | null = null;
  #draining = false;
  /** Frames that wait for the answer to the request being handled; null when none is. */
  #heldBack: string[] | null = null;
  /** Who awaits a command's answer. A caller that outlives this memory reads the command log instead. */
  readonly #awaited = new Map<string, (result: CommandResult) => void>();

  constructor(ctx: DurableObjectState, env: ChargerEnv) {
    super(ctx, env);
    this.#store = new ObjectStore(ctx.storage, [STATE_TABLE, FRAMES_TABLE, ENDED_SESSIONS_TABLE]);
    this.#link = new DeviceLink(ctx, {
      messagesPerSecond: Number(env.DEVICE_MESSAGES_PER_SECOND ?? 100),
      burst: Number(env.DEVICE_MESSAGE_BURST ?? 500),
    });
    this.#watchers = new Watchers(ctx);
    this.#frames = new FrameLog(ctx.storage.sql);
    this.#ended = new EndedSessions(ctx.storage.sql);
  }

  /** WebSocket upgrades, authenticated by the Worker: `/device`, `/live/{orderId}`, `/watch`. */
  override fetch(request: Request): Response {
    counters.objectRequests += 1;
    const url = new URL(request.url);
    const subprotocol = request.headers.get('X-Chosen-Subprotocol');
    const [, door, orderId] = url.pathname.split('/');
    const now = this.#now();
    if (door === 'device') {
      const profile = JSON.parse(request.headers.get('X-Charger-Profile') ?? 'null') as ChargerProfile | null;
      return this.#deviceConnected(subprotocol ?? 'ocpp1.6', profile, now);
    }
    if (door === 'live' && orderId !== undefined) {
      const watcher = { v: 1, role: 'rider', orderId, subprotocol } as const;
      return this.#watchers.accept(watcher, this.#liveMessage(orderId, now));
    }
    const watcher = { v: 1, role: 'console', orderId: null, subprotocol } as const;
    return this.#watchers.accept(watcher, { type: 'charger', charger: this.#snapshot(now) });
  }

  // ---- what the Worker asks -------------------------------------------------------------------------------------

  /** Takes over what the operator changed about this charger. */
  configure(profile: ChargerProfile): void {
    counters.objectRequests += 1;
    this.#takeProfile(profile, this.#now());
  }

  /** Locks the outlet and asks the device to start; the order and its hold stand in D1 already. Repeatable. */
  startCharging(order: ChargingOrder, profile: ChargerProfile): StartReply {
    counters.objectRequests += 1;
    const now = this.#now();
    this.#takeProfile(profile, now);
    return this.#apply({ type: 'start', order }, now) as StartReply;
  }

  /** Ends an order's charge, or cancels its start. Repeatable. */
  stopCharging(orderId: string, by: 'rider' | 'operator'): StopReply {
    counters.objectRequests += 1;
    return this.#apply({ type: 'stop', orderId, by }, this.#now()) as StopReply;
  }

  /**
   * Where an order stands here, for one that D1 knows as `known` since a while: news that was lost is told again, and
   * an order nobody here has heard of is fenced off and can never start any more.
   */
  reconcileOrder(orderId: string, known: 'starting' | 'charging'): OrderStanding {
    counters.objectRequests += 1;
    const now = this.#now();
    const standing = this.#apply({ type: 'reconcile', orderId }, now) as OrderStanding;
    if (standing === 'ended' || (standing === 'live' && known === 'starting')) this.#tellAgain(orderId, now);
    return standing;
  }

  /** Frees the outlet of an order that an operator closed by hand, and fences the order off. Repeatable. */
  abandonOrder(orderId: string): void {
    counters.objectRequests += 1;
    this.#apply({ type: 'abandon', orderId }, this.#now());
  }

  /** Sends a CALL to the device and awaits its answer, a time-out, or the loss of the connection. */
  async sendCommand(command: CommandRequest): Promise<CommandResult> {
    counters.objectRequests += 1;
    const { commandId, action } = command;
    const valid = validateRequest(action, command.payload, 'CentralSystem');
    if (!valid.ok) return { commandId, status: 'invalid', response: valid };
    const now = this.#now();
    const record = this.#record();
    if (this.#link.socketOf(record.connection) === null)
      return { commandId, status: 'offline', response: null };
    if (record.calls.waiting.length >= MOST_WAITING) return { commandId, status: 'busy', response: null };
    const call = this.#callOf(commandId, action, command.payload, command.by, now, command.timeoutMs);
    const answered = new Promise<CommandResult>((resolve) => this.#awaited.set(commandId, resolve));
    this.#advance(record, { ...record, calls: enqueue(record.calls, call) }, true, now);
    return answered;
  }

  liveOrder(orderId: string): LiveView | null {
    counters.objectRequests += 1;
    return liveView(this.#record().charger, orderId, this.#now());
  }

  snapshot(): ChargerSnapshot {
    counters.objectRequests += 1;
    return this.#snapshot(this.#now());
  }

  commandLog(): readonly CallLogEntry[] {
    return this.#record().calls.log;
  }

  frames(): LoggedFrame[] {
    return this.#frames.list();
  }

  /** Keeps the device's frames, masked, until `until`; null ends it and forgets them. */
  logFrames(until: number | null): void {
    const record = this.#record();
    if (until === null) this.#frames.clear();
    this.#advance(record, { ...record, framesUntil: until }, true, this.#now());
  }

  /** Closes the device's connection (its DTU was unbound, replaced or retired). */
  disconnectDevice(reason: string): void {
    this.#link.release(reason);
    this.#deviceGone(this.#now());
  }

  // ---- what the device does -------------------------------------------------------------------------------------

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    counters.objectRequests += 1;
    const connection = this.#link.connectionOf(socket);
    if (connection === null) return;
    const record = this.#record();
    // What still arrives from a socket that was closed here is not heard any more.
    if (connection !== record.connection || socket.readyState !== WebSocket.OPEN) return;
    const now = this.#now();
    const frame = this.#link.read(socket, connection, message, now);
    this.#logFrame('in', message, now);
    if (frame === null || frame.kind === 'Malformed') return;
    if (frame.kind === 'Call') {
      this.#answerThenSpeak(socket, frame, now);
      return;
    }
    const { inFlight } = record.calls;
    if (inFlight === null || inFlight.messageId !== frame.messageId) return;
    if (frame.kind === 'CallError') {
      this.#callEnded(frame.messageId, 'error', { code: frame.code, description: frame.description }, now);
      return;
    }
    const valid = isOcpp16Action(inFlight.action)
      ? validateResponse(inFlight.action, frame.payload)
      : undefined;
    this.#callEnded(
      frame.messageId,
      valid?.ok === false ? 'error' : 'answered',
      valid?.ok === false ? valid : frame.payload,
      now,
    );
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
    const now = this.#now();
    this.#cached = { ...this.#record(), alarmAt: null };
    const { inFlight } = this.#cached.calls;
    if (inFlight !== null && inFlight.deadlineAt <= now)
      this.#callEnded(inFlight.messageId, 'timeout', null, now);
    this.#apply({ type: 'tick' }, now);
    await this.#drain();
    this.#rearm(this.#record(), this.#now());
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  #now(): EpochMs {
    return epochMs(Date.now());
  }

  /** The state as last committed, with what the device's socket, even a closing one, remembers of later readings. */
  #record(closing?: WebSocket): ChargerRecord {
    if (this.#cached !== null) return this.#cached;
    const stored = this.#store.load() ?? NEW_CHARGER;
    const overlay = this.#link.overlayOf(stored.connection, closing);
    this.#cached = overlay === null ? stored : withOverlay(stored, overlay);
    return this.#cached;
  }

  #apply(input: ChargerInput, now: EpochMs, edit?: (record: ChargerRecord) => ChargerRecord): ChargerReply {
    const before = this.#record();
    const outcome = reduceCharger(before.charger, input, crypto.randomUUID(), now);
    const edited = edit === undefined ? before : edit(before);
    let next: ChargerRecord = {
      ...edited,
      charger: outcome.state,
      calls: withoutAbandonedStarts(edited.calls, before.charger, outcome.state),
    };
    for (const effect of outcome.effects) next = this.#withEffect(next, effect, now);
    if (outcome.state !== before.charger || edited !== before || outcome.effects.length > 0) {
      this.#advance(before, next, outcome.durable || edited !== before, now);
    }
    return outcome.reply;
  }

  /** Posts an order's start or end once more, unless it is still on its way: a queue may have lost it. */
  #tellAgain(orderId: string, now: EpochMs): void {
    const record = this.#record();
    const session = sessionOfOrder(record.charger, orderId);
    const event: SettlementEvent | null = isRunning(session)
      ? { type: 'charging.started', orderId, at: session.startedAt }
      : this.#ended.find(orderId);
    const underWay = record.outbox.items.some(
      ({ body }) => (body as { orderId?: string }).orderId === orderId,
    );
    if (event === null || underWay) return;
    this.#advance(record, this.#withEffect(record, { type: 'emit', event }, now), true, now);
  }

  #withEffect(record: ChargerRecord, effect: Effect, now: EpochMs): ChargerRecord {
    if (effect.type === 'emit') {
      if (effect.event.type === 'charging.ended') this.#ended.keep(effect.event);
      const chargerId = record.charger.profile?.chargerId ?? '';
      const queue = effect.event.type === 'charger.alarm' ? 'device-events' : 'settlement';
      const body = (seq: number) => ({ v: 1, id: `${chargerId}:${seq}`, chargerId, ...effect.event });
      return { ...record, outbox: post(record.outbox, queue, body, now) };
    }
    const { action, payload } = ocpp16Call(effect);
    return {
      ...record,
      calls: enqueue(record.calls, this.#callOf(effect.commandId, action, payload, PLATFORM, now)),
    };
  }

  #callOf(
    commandId: string,
    action: string,
    payload: object,
    by: string,
    now: EpochMs,
    timeoutMs?: number,
  ): DeviceCall {
    return { commandId, action, payload, by, timeoutMs: timeoutMs ?? CALL_TIMEOUT, requestedAt: now };
  }

  /** Makes `next` the state (committed when `durable`), then does what it asks for. */
  #advance(before: ChargerRecord, next: ChargerRecord, durable: boolean, now: EpochMs): void {
    const device = this.#link.socketOf(next.connection);
    const idle = device === null || next.calls.waiting.length === 0;
    const calls: DeviceCalls = idle ? next.calls : takeNext(next.calls, crypto.randomUUID(), now);
    const revised: ChargerRecord = { ...next, calls, revision: before.revision + 1 };
    if (durable || device === null) this.#commit(revised, now);
    else this.#keepWithSocket(device, revised, now);
    if (
      device !== null &&
      calls.inFlight !== null &&
      calls.inFlight.messageId !== before.calls.inFlight?.messageId
    ) {
      this.#say(
        device,
        encodeCall(calls.inFlight.messageId, calls.inFlight.action, calls.inFlight.payload as object),
        now,
      );
    }
    this.#tellWatchers(before, revised, now);
    if (this.#record().outbox.items.length > 0) this.ctx.waitUntil(this.#drain());
  }

  /** What a crash may lose rides on the device's socket, if it fits, and costs no row. Its deadlines are kept. */
  #keepWithSocket(device: WebSocket, record: ChargerRecord, now: EpochMs): void {
    const armed = this.#armed(record, now);
    if (this.#link.keepOverlay(device, overlayOf(armed))) this.#cached = armed;
    else this.#commit(armed, now);
  }

  #commit(record: ChargerRecord, now: EpochMs): void {
    const projection = projectCharger(record.charger, now);
    const dirty = record.charger.profile !== null && !sameProjection(projection, record.projected);
    const marked = { ...record, projectionDirtyAt: dirty ? (record.projectionDirtyAt ?? now) : null };
    const armed = this.#armed(marked, now);
    this.ctx.storage.transactionSync(() => {
      counters.objectRowsWritten += this.#store.save(armed);
    });
    this.#cached = armed;
  }

  /** One alarm serves every deadline; it is only ever moved nearer, since moving it costs a row. */
  #armed(record: ChargerRecord, now: EpochMs): ChargerRecord {
    const wanted = nextWakeUp(record, now);
    if (wanted === null) return record;
    if (record.alarmAt !== null && record.alarmAt > now && record.alarmAt <= wanted) return record;
    counters.objectRowsWritten += 1;
    void this.ctx.storage.setAlarm(wanted);
    return { ...record, alarmAt: wanted };
  }

  /** After an alarm that committed nothing: with the socket, the next wake-up knows which alarm stands. */
  #rearm(record: ChargerRecord, now: EpochMs): void {
    const armed = this.#armed(record, now);
    const device = this.#link.socketOf(record.connection);
    if (armed === record || device === null) this.#cached = armed;
    else this.#keepWithSocket(device, { ...armed, revision: armed.revision + 1 }, now);
  }

  #takeProfile(profile: ChargerProfile, now: EpochMs): void {
    if (JSON.stringify(this.#record().charger.profile) === JSON.stringify(profile)) return;
    this.#apply({ type: 'profile', profile }, now);
  }

  #deviceConnected(protocol: string, profile: ChargerProfile | null, now: EpochMs): Response {
    if (profile !== null) this.#takeProfile(profile, now);
    this.#dropCalls(now);
    const connection = this.#record().connection + 1;
    const response = this.#link.accept(connection, protocol);
    this.#apply({ type: 'connected' }, now, (record) => ({ ...record, connection }));
    return response;
  }

  #socketGone(socket: WebSocket): void {
    if (this.#link.connectionOf(socket) === this.#record(socket).connection) this.#deviceGone(this.#now());
  }

  #deviceGone(now: EpochMs): void {
    this.#dropCalls(now);
    this.#apply({ type: 'disconnected' }, now);
  }

  /** What was sent may have been done: its session's own deadline decides. What was not sent is refused at once. */
  #dropCalls(now: EpochMs): void {
    const record = this.#record();
    if (record.calls.inFlight === null && record.calls.waiting.length === 0) return;
    const { calls, sent, unsent } = dropAll(record.calls, now);
    this.#advance(record, { ...record, calls }, true, now);
    for (const call of sent) this.#resolve(call.commandId, 'lost', null);
    for (const call of unsent) {
      this.#resolve(call.commandId, 'offline', null);
      this.#apply({ type: 'answer', commandId: call.commandId, answer: 'offline' }, now);
    }
  }

  #answerCall(frame: Call, now: EpochMs): string {
    const { charger } = this.#record();
    if (!charger.booted && frame.action !== 'BootNotification') {
      return encodeCallError(frame.messageId, 'SecurityError', 'BootNotification has not been accepted yet');
    }
    const request = readOcpp16Request(frame.action, frame.payload);
    if (!request.ok)
      return encodeCallError(frame.messageId, request.code, request.description, request.details);
    try {
      const settings = { heartbeatIntervalS: Number(this.env.HEARTBEAT_INTERVAL_S ?? 3600) };
      const handled = handleOcpp16Request(request, charger, settings, now);
      const reply = handled.input === undefined ? undefined : this.#apply(handled.input, now);
      if (handled.notice === true) this.#keepNotice(frame, now);
      if (request.action === 'BootNotification') this.#keepBootInfo(request.payload, now);
      return encodeCallResult(frame.messageId, handled.answer(reply));
    } catch (error) {
      // Nothing half-done may live on in memory: the next message starts from what was committed.
      this.#cached = null;
      console.error('device request failed', frame.action, error);
      return encodeCallError(frame.messageId, 'InternalError', 'The request could not be carried out');
    }
  }

  #keepNotice(frame: Call, now: EpochMs): void {
    const record = this.#record();
    const notice = { at: now, action: frame.action, payload: keptPayload(frame.payload) };
    this.#advance(
      record,
      { ...record, notices: [...record.notices, notice].slice(-NOTICES_KEPT) },
      true,
      now,
    );
  }

  #keepBootInfo(payload: object, now: EpochMs): void {
    const record = this.#record();
    if (JSON.stringify(record.bootInfo) === JSON.stringify(payload)) return;
    this.#advance(record, { ...record, bootInfo: { ...payload } }, true, now);
  }

  #callEnded(
    messageId: string,
    status: 'answered' | 'error' | 'timeout',
    response: unknown,
    now: EpochMs,
  ): void {
    const finished = finish(this.#record().calls, messageId, status, response, now);
    if (finished === undefined) return;
    const { commandId } = finished.call;
    const answer = status === 'answered' ? answerOf(response) : status;
    this.#apply({ type: 'answer', commandId, answer }, now, (record) => ({
      ...record,
      calls: finished.calls,
    }));
    this.#resolve(commandId, status, response);
  }

  #resolve(commandId: string, status: CallStatus, response: unknown): void {
    this.#awaited.get(commandId)?.({ commandId, status, response });
    this.#awaited.delete(commandId);
  }

  /** The answer goes first: a command that follows from a request may name what only the answer tells the device. */
  #answerThenSpeak(socket: WebSocket, frame: Call, now: EpochMs): void {
    const held: string[] = [];
    this.#heldBack = held;
    const answer = this.#answerCall(frame, now);
    this.#heldBack = null;
    for (const text of [answer, ...held]) this.#say(socket, text, now);
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
    const { framesUntil } = this.#record();
    if (framesUntil !== null && now < framesUntil && typeof message === 'string') {
      this.#frames.record(direction, message, now);
    }
  }

  #snapshot(now: EpochMs): ChargerSnapshot {
    const record = this.#record();
    return chargerSnapshot(record, this.#link.socketOf(record.connection) !== null, this.#link.dropped, now);
  }

  #liveMessage(orderId: string, now: EpochMs): object {
    const view = liveView(this.#record().charger, orderId, now);
    return view === null ? { type: 'ended', orderId } : { type: 'live', view };
  }

  #tellWatchers(before: ChargerRecord, after: ChargerRecord, now: EpochMs): void {
    if (before.charger === after.charger || !this.#watchers.any()) return;
    const orders = new Set<string>();
    for (const { sessions } of [before.charger, after.charger]) {
      for (const session of Object.values(sessions)) orders.add(session.order.orderId);
    }
    for (const orderId of orders) {
      if (this.#watchers.watches(orderId)) this.#watchers.tellRider(orderId, this.#liveMessage(orderId, now));
    }
    this.#watchers.tellConsole(() => ({ type: 'charger', charger: this.#snapshot(now) }));
  }

  /** Hands the outbox and the projection to their queues; what fails stays and is tried again later. */
  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (;;) {
        const now = this.#now();
        const record = this.#record();
        const items = due(record.outbox, now);
        const projection = projectionToSend(record, now, items.length > 0);
        if (items.length === 0 && projection === null) return;
        const messages = items.map(({ queue, body }) => ({ queue, body }));
        if (projection !== null) messages.push({ queue: 'device-events', body: projection.message });
        const sent = await this.#send(messages);
        const current = this.#record();
        const outbox = sent ? settle(current.outbox, items) : postpone(current.outbox, items, now);
        const projected =
          sent && projection !== null
            ? {
                projected: projection.projection,
                projectionSeq: projection.message.seq,
                projectionDirtyAt: null,
              }
            : {};
        this.#commit({ ...current, outbox, ...projected, revision: current.revision + 1 }, this.#now());
        if (!sent) return;
      }
    } finally {
      this.#draining = false;
    }
  }

  async #send(messages: readonly Pick<OutboxItem, 'queue' | 'body'>[]): Promise<boolean> {
    try {
      for (const [name, queue] of [
        ['settlement', this.env.SETTLEMENT],
        ['device-events', this.env.DEVICE_EVENTS],
      ] as const) {
        const bodies = messages.filter((message) => message.queue === name).map(({ body }) => ({ body }));
        if (bodies.length === 0) continue;
        await queue.sendBatch(bodies);
        counters.queueMessages += bodies.length;
      }
      return true;
    } catch (error) {
      console.error('queue refused events', error);
      return false;
    }
  }
}
