import { type DomainError, refuse } from '../errors.ts';
import { addReading, endUsage } from '../pricing/usage.ts';
import { type EpochMs, epochMs, wh } from '../units.ts';
import { tellOfMeter, tellOperators } from './attention.ts';
import {
  type ChargerState,
  type ClosedTransaction,
  type Effect,
  isLinked,
  keepLast,
  LIMITS,
  type Outcome,
  ourTime,
  type StrayTransaction,
  sessionOfOrder,
  withoutSession,
  withSession,
} from './charger-state.ts';
import { type MeterReading, meterSession } from './metering.ts';
import {
  type EndReason,
  isRunning,
  type RunningSession,
  SAFETY_REASONS,
  type StoppingSession,
  sameIdTag,
} from './session.ts';
import { failStart } from './start-charging.ts';
import { hurryStray, quarantineStray, quarantineUnknown } from './stray-transactions.ts';

export type StopReply = { readonly ok: true } | { readonly ok: false; readonly error: DomainError };

export const isSafety = (reason: EndReason): boolean => SAFETY_REASONS.includes(reason);

/**
 * Decides the end of a running session: the decision is persisted, then the device is asked
 * (RemoteStopTransaction, OCPP 1.6 §5.12). A safety reason also raises an alarm.
 */
export function beginStop(
  state: ChargerState,
  session: RunningSession,
  reason: EndReason,
  commandId: string,
  now: EpochMs,
): Outcome {
  const linked = isLinked(state);
  const told = tellOperators(session, isSafety(reason) ? ['safety-stop'] : [], now);
  const stopping: StoppingSession = {
    ...told.session,
    phase: 'stopping',
    reason,
    decidedAt: session.phase === 'stopping' ? session.decidedAt : now,
    commandId: linked ? commandId : null,
    attempts: linked ? 1 : 0,
    deadlineAt: epochMs(now + LIMITS.stopDeadline),
  };
  const effects: Effect[] = linked
    ? [{ type: 'remoteStop', commandId, transactionId: session.transactionId }]
    : [];
  effects.push(...told.effects);
  if (reason === 'over-power' || reason === 'over-temperature' || reason === 'over-time') {
    effects.push({
      type: 'emit',
      event: {
        type: 'charger.alarm',
        kind: reason,
        severity: reason === 'over-time' ? 'major' : 'critical',
        outletNo: session.order.outletNo,
        detail: {
          orderId: session.order.orderId,
          powerW: session.metering.powerW,
          temperatureDeciC: session.metering.temperatureDeciC,
        },
        at: now,
      },
    });
  }
  return { state: withSession(state, stopping), effects, durable: true, reply: undefined };
}

/** A rider's or operator's wish to stop. A start still under way is cancelled; a repeat changes nothing. */
export function requestStop(
  state: ChargerState,
  orderId: string,
  reason: 'rider' | 'operator',
  commandId: string,
  now: EpochMs,
): Outcome<StopReply> {
  const session = sessionOfOrder(state, orderId);
  if (session === undefined) {
    return { state, effects: [], durable: false, reply: refuse('order_not_live') };
  }
  if (session.phase === 'stopping') return { state, effects: [], durable: false, reply: { ok: true } };
  const outcome =
    session.phase === 'starting'
      ? failStart(state, session, 'cancelled', now)
      : beginStop(state, session, reason, commandId, now);
  return { ...outcome, reply: { ok: true } };
}

/**
 * A stop that brought no StopTransaction in time is decided anew, a few times; then an operator is told and the
 * outlet itself is disabled (ChangeAvailability, OCPP 1.6 §5.2), which ends power by another way.
 */
export function retryStop(
  state: ChargerState,
  session: StoppingSession,
  commandId: string,
  now: EpochMs,
): Outcome {
  if (!isLinked(state)) {
    // The next connection brings the deadline forward.
    const waiting = { ...session, deadlineAt: lastResortAt(session) };
    return { state: withSession(state, waiting), effects: [], durable: true, reply: undefined };
  }
  if (session.attempts < LIMITS.stopAttempts) {
    const again: StoppingSession = {
      ...session,
      commandId,
      attempts: session.attempts + 1,
      deadlineAt: epochMs(now + LIMITS.stopDeadline),
    };
    return {
      state: withSession(state, again),
      effects: [{ type: 'remoteStop', commandId, transactionId: session.transactionId }],
      durable: true,
      reply: undefined,
    };
  }
  const { session: told, effects: news } = tellOperators(session, ['stop-unanswered'], now);
  const giveUp: StoppingSession = {
    ...session,
    attention: told.attention,
    deadlineAt: epochMs(now + 20 * LIMITS.stopDeadline),
  };
  const { orderId, outletNo } = session.order;
  return {
    state: withSession(state, giveUp),
    effects:
      news.length === 0
        ? [{ type: 'remoteStop', commandId, transactionId: session.transactionId }]
        : [
            { type: 'disableOutlet', commandId, outletNo },
            ...news,
            {
              type: 'emit',
              event: {
                type: 'charger.alarm',
                kind: 'stop-unanswered',
                severity: isSafety(session.reason) ? 'critical' : 'major',
                outletNo,
                detail: { orderId, reason: session.reason },
                at: now,
              },
            },
          ],
    durable: true,
    reply: undefined,
  };
}

/** When an unanswered stop is given up: the session ends with what the meter said last (M3). */
export const lastResortAt = (session: StoppingSession): EpochMs =>
  epochMs(session.decidedAt + LIMITS.lastResort);

/** The device is back: what it was to stop and may still be charging is decided on soon, not at its next deadline. */
export function hurryStops(state: ChargerState, now: EpochMs): ChargerState {
  let next: ChargerState = { ...state, strays: state.strays.map((stray) => hurryStray(stray, now)) };
  for (const session of Object.values(state.sessions)) {
    if (session.phase !== 'stopping') continue;
    const deadlineAt = epochMs(Math.min(session.deadlineAt, now + LIMITS.reconnectPause));
    next = withSession(next, { ...session, deadlineAt });
  }
  return next;
}

export interface TransactionStop {
  readonly transactionId: number;
  readonly idTag: string | undefined;
  readonly meterStopWh: number;
  readonly at: EpochMs;
  /** OCPP 1.6 §7.36 Reason; Local when absent. */
  readonly reason: string | undefined;
  readonly readings: readonly MeterReading[];
}

const DEVICE_REASONS: Readonly<Record<string, EndReason>> = {
  EVDisconnected: 'unplugged',
  EmergencyStop: 'device-fault',
  HardReset: 'device',
  SoftReset: 'device',
  Local: 'device',
  Other: 'full',
  PowerLoss: 'power-loss',
  Reboot: 'power-loss',
  Remote: 'operator',
  UnlockCommand: 'operator',
  DeAuthorized: 'device',
};

/**
 * Our own decision names the reason, unless the device had stopped before it was made; otherwise the device's reason,
 * read together with what the battery was drawing.
 */
function endReason(session: RunningSession, stop: TransactionStop, stoppedAt: EpochMs): EndReason {
  if (session.phase === 'stopping' && stoppedAt >= session.decidedAt - LIMITS.clockTolerance) {
    return session.reason;
  }
  if (session.metering.usage.fullAt !== null) return 'full';
  const mapped = DEVICE_REASONS[stop.reason ?? 'Local'] ?? 'device';
  const trickling = session.metering.trickleSince !== null;
  if (mapped === 'full') return trickling ? 'full' : 'device';
  return trickling && mapped === 'device' ? 'full' : mapped;
}

const stopKeyOf = (stop: TransactionStop): string =>
  `${stop.transactionId}|${stop.idTag ?? ''}|${stop.at}|${stop.meterStopWh}`;

/**
 * A StopTransaction.req (OCPP 1.6 §4.10). Known transactions end and go to settlement once; repeats are recognised by
 * id or content; a stop for something we never saw is kept as evidence. It is never refused: the station would only
 * repeat it for ever.
 */
export function transactionStopped(state: ChargerState, stop: TransactionStop, now: EpochMs): Outcome {
  const stopKey = stopKeyOf(stop);
  if (state.closed.some((closed) => closed.stopKey === stopKey)) return unchanged(state);
  const session = findSession(state, stop);
  if (session !== undefined) return finishSession(state, session, stop, stopKey, now);
  const stray = findStray(state, stop);
  if (stray !== undefined) return quarantineStray(state, stray, stop, stopKey, now);
  // Asked last: an id that another platform gave, and whose stop we have seen, may by now be one of our own.
  const ended = state.closed.some((closed) => closed.transactionId === stop.transactionId);
  return ended && stop.transactionId > 0 ? unchanged(state) : quarantineUnknown(state, stop, stopKey, now);
}

const unchanged = (state: ChargerState): Outcome => ({
  state,
  effects: [],
  durable: false,
  reply: undefined,
});

function findSession(state: ChargerState, stop: TransactionStop): RunningSession | undefined {
  const running = Object.values(state.sessions).filter(isRunning);
  if (stop.transactionId > 0) return running.find((session) => session.transactionId === stop.transactionId);
  // Charged offline: the station never learnt our id, so the tag, minted for one order, says which it was.
  return running.find((session) => sameIdTag(session.order.idTag, stop.idTag));
}

function findStray(state: ChargerState, stop: TransactionStop): StrayTransaction | undefined {
  if (stop.transactionId > 0) return state.strays.find((stray) => stray.transactionId === stop.transactionId);
  const at = ourTime(state, stop.at, stop.at);
  return state.strays.find(
    (stray) =>
      (stop.idTag === undefined || sameIdTag(stray.idTag, stop.idTag)) &&
      stray.startedAt <= at &&
      stray.meterStartWh <= stop.meterStopWh,
  );
}

function finishSession(
  state: ChargerState,
  session: RunningSession,
  stop: TransactionStop,
  stopKey: string,
  now: EpochMs,
): Outcome {
  const end: MeterReading = { at: stop.at, energyWh: stop.meterStopWh };
  const metering = meterSession(state, session, [...stop.readings, end], now, true);
  const stoppedAt = ourTime(state, stop.at, now);
  const endedAt = epochMs(Math.max(stoppedAt, metering.lastReadingAt));
  const told = tellOfMeter({ ...session, metering }, now);
  const closed = closeSession(state, told.session, endReason(session, stop, stoppedAt), endedAt, {
    stopKey,
    meterStopWh: stop.meterStopWh,
  });
  return { ...closed, effects: [...told.effects, ...closed.effects] };
}

/** Ends a session for good and hands it to settlement. */
export function closeSession(
  state: ChargerState,
  session: RunningSession,
  reason: EndReason,
  endedAt: EpochMs,
  end: { readonly stopKey: string; readonly meterStopWh: number },
): Outcome {
  const { order, metering, transactionId, contentKey } = session;
  const { stopKey } = end;
  const closed: ClosedTransaction = {
    transactionId,
    contentKey,
    stopKey,
    orderId: order.orderId,
    accepted: true,
  };
  return {
    state: {
      ...withoutSession(state, order.outletNo),
      closed: keepLast(state.closed, closed, LIMITS.closedKept),
      fenced: keepLast(state.fenced, order.orderId, LIMITS.fencedKept),
    },
    effects: [
      {
        type: 'emit',
        event: {
          type: 'charging.ended',
          orderId: order.orderId,
          reason,
          startedAt: session.startedAt,
          endedAt,
          meterStartWh: session.meterStartWh,
          meterStopWh: end.meterStopWh,
          transactionId,
          usage: endUsage(metering.usage, endedAt, order.rules),
          curve: metering.curve,
          late: session.late,
        },
      },
    ],
    durable: true,
    reply: undefined,
  };
}

/** The device has let go of the transaction without saying so; what the meter said last is what is billed. */
export function loseSession(
  state: ChargerState,
  session: RunningSession,
  reason: EndReason,
  now: EpochMs,
): Outcome {
  const { metering, order } = session;
  const { lastReadingAt: at, registerWh } = metering;
  // A tariff by power leaves the last few minutes' readings unpriced until there are enough of them.
  const usage = addReading(metering.usage, { at, registerWh: wh(registerWh) }, order.rules);
  const told = tellOperators({ ...session, metering: { ...metering, usage } }, ['vanished'], now);
  const closed = closeSession(state, told.session, reason, at, { stopKey: '', meterStopWh: registerWh });
  return { ...closed, effects: [...told.effects, ...closed.effects] };
}
