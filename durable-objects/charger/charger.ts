import { type ChargerProfile, type Effect, sessionOfOrder } from '../../domain/charging/charger-state.ts';
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
import type { EpochMs } from '../../domain/units.ts';
import { type Call, encodeCallError, encodeCallResult } from '../../protocols/ocpp/frame.ts';
import { counters } from '../link/counters.ts';
import { CALL_TIMEOUT, type DeviceCall, type DeviceCalls, enqueue, PLATFORM } from '../link/device-calls.ts';
import type { DeviceEnv } from '../link/device-env.ts';
import { type AnswerKind, DeviceObject } from '../link/device-object.ts';
import { withNotice } from '../link/device-record.ts';
import { keptPayload } from '../link/kept-payload.ts';
import { post } from '../link/outbox.ts';
import type { ChargerOverlay, ChargerRecord } from './charger-record.ts';
import { chargerRules } from './charger-rules.ts';
import { type ChargerSnapshot, chargerSnapshot } from './charger-snapshot.ts';
import { ENDED_SESSIONS_TABLE, EndedSessions } from './ended-sessions.ts';
import { answerOf, ocpp16Call, withoutAbandonedStarts } from './ocpp16-calls.ts';
import { handleOcpp16Request, readOcpp16Request } from './ocpp16-requests.ts';

/** One charging pile: its outlets and its live sessions. It loads, asks the rules, commits, then acts. */
export class Charger extends DeviceObject<DeviceEnv, ChargerRecord, ChargerOverlay> {
  readonly #ended: EndedSessions;

  constructor(ctx: DurableObjectState, env: DeviceEnv) {
    super(ctx, env, chargerRules, [ENDED_SESSIONS_TABLE]);
    this.#ended = new EndedSessions(ctx.storage.sql);
  }

  /** WebSocket upgrades, authenticated by the Worker: `/device`, `/live/{orderId}`, `/watch`. */
  override fetch(request: Request): Response {
    counters.objectRequests += 1;
    const subprotocol = request.headers.get('X-Chosen-Subprotocol');
    const [, door, orderId] = new URL(request.url).pathname.split('/');
    const now = this.now();
    if (door === 'device') {
      const profile = JSON.parse(request.headers.get('X-Charger-Profile') ?? 'null') as ChargerProfile | null;
      if (profile !== null) this.#takeProfile(profile, now);
      return this.accept(subprotocol ?? 'ocpp1.6', now);
    }
    if (door === 'live' && orderId !== undefined) {
      const watcher = { v: 1, role: 'rider', orderId, subprotocol } as const;
      return this.watchers.accept(watcher, this.#liveMessage(orderId, now));
    }
    const watcher = { v: 1, role: 'console', orderId: null, subprotocol } as const;
    return this.watchers.accept(watcher, { type: 'charger', charger: this.#snapshot(now) });
  }

  // ---- what the Worker asks -------------------------------------------------------------------------------------

  /** Takes over what the operator changed about this charger. */
  configure(profile: ChargerProfile): void {
    counters.objectRequests += 1;
    this.#takeProfile(profile, this.now());
  }

  /** Locks the outlet and asks the device to start; the order and its hold stand in D1 already. Repeatable. */
  startCharging(order: ChargingOrder, profile: ChargerProfile): StartReply {
    counters.objectRequests += 1;
    const now = this.now();
    this.#takeProfile(profile, now);
    return this.#apply({ type: 'start', order }, now) as StartReply;
  }

  /** Ends an order's charge, or cancels its start. Repeatable. */
  stopCharging(orderId: string, by: 'rider' | 'operator'): StopReply {
    counters.objectRequests += 1;
    return this.#apply({ type: 'stop', orderId, by }, this.now()) as StopReply;
  }

  /**
   * Where an order stands here, for one D1 has heard nothing of for a while: news that was lost is told again, and
   * an order nobody here has heard of is fenced off and can never start any more.
   */
  reconcileOrder(orderId: string, knownAsStarted: boolean): OrderStanding {
    counters.objectRequests += 1;
    const now = this.now();
    const standing = this.#apply({ type: 'reconcile', orderId }, now) as OrderStanding;
    if (standing === 'ended' || (standing === 'live' && !knownAsStarted)) this.#tellAgain(orderId, now);
    return standing;
  }

  /** Frees the outlet of an order that an operator closed by hand, and fences the order off. Repeatable. */
  abandonOrder(orderId: string): void {
    counters.objectRequests += 1;
    this.#apply({ type: 'abandon', orderId }, this.now());
  }

  liveOrder(orderId: string): LiveView | null {
    counters.objectRequests += 1;
    return liveView(this.record().charger, orderId, this.now());
  }

  snapshot(): ChargerSnapshot {
    counters.objectRequests += 1;
    return this.#snapshot(this.now());
  }

  // ---- what the device does -------------------------------------------------------------------------------------

  protected override connectionOpened(connection: number, now: EpochMs): void {
    this.#apply({ type: 'connected' }, now, (record) => ({ ...record, connection }));
  }

  protected override connectionLost(now: EpochMs): void {
    this.#apply({ type: 'disconnected' }, now);
  }

  protected override deadlinesPassed(now: EpochMs): void {
    this.#apply({ type: 'tick' }, now);
  }

  protected override callEnded(
    { commandId }: DeviceCall,
    kind: AnswerKind,
    response: unknown,
    calls: DeviceCalls,
    now: EpochMs,
  ): void {
    const answer = kind === 'answered' ? answerOf(response) : kind;
    this.#apply({ type: 'answer', commandId, answer }, now, (record) =>
      record.calls === calls ? record : { ...record, calls },
    );
  }

  protected override answerCall(frame: Call, now: EpochMs): string {
    const { charger } = this.record();
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
      this.forget();
      console.error('device request failed', frame.action, error);
      return encodeCallError(frame.messageId, 'InternalError', 'The request could not be carried out');
    }
  }

  protected override tellWatchers(before: ChargerRecord, after: ChargerRecord, now: EpochMs): void {
    if (before.charger === after.charger) return;
    const orders = new Set<string>();
    for (const { sessions } of [before.charger, after.charger]) {
      for (const session of Object.values(sessions)) orders.add(session.order.orderId);
    }
    for (const orderId of orders) {
      if (this.watchers.watches(orderId)) this.watchers.tellRider(orderId, this.#liveMessage(orderId, now));
    }
    this.watchers.tellConsole(() => ({ type: 'charger', charger: this.#snapshot(now) }));
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  #apply(input: ChargerInput, now: EpochMs, edit?: (record: ChargerRecord) => ChargerRecord): ChargerReply {
    const before = this.record();
    const outcome = reduceCharger(before.charger, input, crypto.randomUUID(), now);
    const edited = edit === undefined ? before : edit(before);
    let next: ChargerRecord = {
      ...edited,
      charger: outcome.state,
      calls: withoutAbandonedStarts(edited.calls, before.charger, outcome.state),
    };
    for (const effect of outcome.effects) next = this.#withEffect(next, effect, now);
    if (outcome.state !== before.charger || edited !== before || outcome.effects.length > 0) {
      this.advance(before, next, outcome.durable || edited !== before, now);
    }
    return outcome.reply;
  }

  /** Posts an order's start or end once more, unless it is still on its way: a queue may have lost it. */
  #tellAgain(orderId: string, now: EpochMs): void {
    const record = this.record();
    const session = sessionOfOrder(record.charger, orderId);
    const event: SettlementEvent | null = isRunning(session)
      ? { type: 'charging.started', orderId, at: session.startedAt }
      : this.#ended.find(orderId);
    const underWay = record.outbox.items.some(
      ({ body }) => (body as { orderId?: string }).orderId === orderId,
    );
    if (event === null || underWay) return;
    this.advance(record, this.#withEffect(record, { type: 'emit', event }, now), true, now);
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
    const call = {
      commandId: effect.commandId,
      action,
      payload,
      by: PLATFORM,
      timeoutMs: CALL_TIMEOUT,
      requestedAt: now,
    };
    return { ...record, calls: enqueue(record.calls, call) };
  }

  #takeProfile(profile: ChargerProfile, now: EpochMs): void {
    if (JSON.stringify(this.record().charger.profile) === JSON.stringify(profile)) return;
    this.#apply({ type: 'profile', profile }, now);
  }

  #keepNotice(frame: Call, now: EpochMs): void {
    const record = this.record();
    const notice = { at: now, action: frame.action, payload: keptPayload(frame.payload) };
    this.advance(record, withNotice(record, notice), true, now);
  }

  #keepBootInfo(payload: object, now: EpochMs): void {
    const record = this.record();
    if (JSON.stringify(record.bootInfo) === JSON.stringify(payload)) return;
    this.advance(record, { ...record, bootInfo: { ...payload } }, true, now);
  }

  #snapshot(now: EpochMs): ChargerSnapshot {
    const record = this.record();
    return chargerSnapshot(record, this.connected(), this.link.dropped, now);
  }

  #liveMessage(orderId: string, now: EpochMs): object {
    const view = liveView(this.record().charger, orderId, now);
    return view === null ? { type: 'ended', orderId } : { type: 'live', view };
  }
}
