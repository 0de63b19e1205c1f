import { type DomainError, refuse } from '../errors.ts';
import { endUsage } from '../pricing/usage.ts';
import { type EpochMs, epochMs } from '../units.ts';
import {
  type ChargerState,
  type ClosedTransaction,
  type Effect,
  keepLast,
  LIMITS,
  type Outcome,
  ourTime,
  type StrayTransaction,
  sessionOfOrder,
  withoutSession,
  withSession,
} from './charger-state.ts';
import type { QuarantineReason } from './charging-event.ts';
import { type MeterReading, meterSession } from './metering.ts';
import {
  type ActiveSession,
  type EndReason,
  isRunning,
  type RunningSession,
  SAFETY_REASONS,
  type StoppingSession,
} from './session.ts';
import { failStart } from './start-charging.ts';

export type StopReply = { readonly ok: true } | { readonly ok: false; readonly error: DomainError };

const isSafety = (reason: EndReason): boolean => SAFETY_REASONS.includes(reason);

/**
 * Decides the end of a running session: the decision is persisted, then the device is asked
 * (RemoteStopTransaction, OCPP 1.6 §5.12). A safety reason also raises an alarm.
 */
export function beginStop(
  state: ChargerState,
  session: ActiveSession,
  reason: EndReason,
  commandId: string,
  now: EpochMs,
): Outcome {
  const linked = state.disconnectedAt === null && state.connectedAt !== null;
  const stopping: StoppingSession = {
    ...session,
    phase: 'stopping',
    reason,
    commandId: linked ? commandId : null,
    attempts: linked ? 1 : 0,
    deadlineAt: epochMs(now + LIMITS.stopDeadline),
  };
  const effects: Effect[] = linked
    ? [{ type: 'remoteStop', commandId, transactionId: session.transactionId }]
    : [];
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
  const linked = state.disconnectedAt === null && state.connectedAt !== null;
  if (!linked) {
    const waiting = { ...session, deadlineAt: epochMs(now + 10 * LIMITS.stopDeadline) };
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
  const told = session.attention.includes('stop-unanswered');
  const giveUp: StoppingSession = {
    ...session,
    attention: told ? session.attention : [...session.attention, 'stop-unanswered'],
    deadlineAt: epochMs(now + 20 * LIMITS.stopDeadline),
  };
  const { orderId, outletNo } = session.order;
  return {
    state: withSession(state, giveUp),
    effects: told
      ? [{ type: 'remoteStop', commandId, transactionId: session.transactionId }]
      : [
          { type: 'disableOutlet', commandId, outletNo },
          {
            type: 'emit',
            event: { type: 'charging.attention', orderId, reason: 'stop-unanswered', at: now },
          },
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
  UnlockCommand: 'operator',
  DeAuthorized: 'device',
};

/** Our own decision names the reason; otherwise the device's, read together with what the battery was drawing. */
function endReason(session: RunningSession, stop: TransactionStop): EndReason {
  if (session.phase === 'stopping') return session.reason;
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
  const repeated = state.closed.some(
    (closed) =>
      closed.stopKey === stopKey || (stop.transactionId > 0 && closed.transactionId === stop.transactionId),
  );
  if (repeated) return { state, effects: [], durable: false, reply: undefined };
  const session = findSession(state, stop);
  if (session !== undefined) return finishSession(state, session, stop, stopKey, now);
  const stray = findStray(state, stop);
  return stray === undefined
    ? quarantineUnknown(state, stop, stopKey, now)
    : quarantineStray(state, stray, stop, stopKey, now);
}

function findSession(state: ChargerState, stop: TransactionStop): RunningSession | undefined {
  const running = Object.values(state.sessions).filter(isRunning);
  if (stop.transactionId > 0) return running.find((session) => session.transactionId === stop.transactionId);
  // Charged offline: the station never learnt our id, so the tag, minted for one order, says which it was.
  return running.find((session) => session.order.idTag === stop.idTag);
}

function findStray(state: ChargerState, stop: TransactionStop): StrayTransaction | undefined {
  if (stop.transactionId > 0) return state.strays.find((stray) => stray.transactionId === stop.transactionId);
  const at = ourTime(state, stop.at, stop.at);
  return state.strays.find(
    (stray) =>
      (stop.idTag === undefined || stray.idTag === stop.idTag) &&
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
  const withLast = meterSession(
    state,
    session,
    [...stop.readings, { at: stop.at, energyWh: stop.meterStopWh, powerW: session.metering.powerW }],
    now,
    true,
  );
  const endedAt = epochMs(Math.max(ourTime(state, stop.at, now), withLast.lastReadingAt));
  return closeSession(state, { ...session, metering: withLast }, endReason(session, stop), endedAt, {
    stopKey,
    meterStopWh: stop.meterStopWh,
  });
}

/** Ends a session for good and hands it to settlement. */
export function closeSession(
  state: ChargerState,
  session: RunningSession,
  reason: EndReason,
  endedAt: EpochMs,
  end: { readonly stopKey: string; readonly meterStopWh: number },
): Outcome {
  const { order, metering } = session;
  const late = state.abandoned.some((abandoned) => abandoned.order.orderId === order.orderId);
  return {
    state: {
      ...withoutSession(state, order.outletNo),
      closed: keepLast(state.closed, closedFrom(session, order.orderId, end.stopKey), LIMITS.closedKept),
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
          transactionId: session.transactionId,
          usage: endUsage(metering.usage, endedAt, order.rules),
          curve: metering.curve,
          late,
        },
      },
    ],
    durable: true,
    reply: undefined,
  };
}

/** The device has let go of the transaction without saying so; what the meter said last is what is billed. */
export const loseSession = (state: ChargerState, session: RunningSession): Outcome =>
  closeSession(
    state,
    session,
    session.phase === 'stopping' ? session.reason : 'lost',
    session.metering.lastReadingAt,
    {
      stopKey: '',
      meterStopWh: session.metering.usage.lastRegisterWh,
    },
  );

const closedFrom = (
  transaction: { readonly transactionId: number; readonly contentKey: string },
  orderId: string | null,
  stopKey: string,
  accepted = true,
): ClosedTransaction => ({
  transactionId: transaction.transactionId,
  contentKey: transaction.contentKey,
  stopKey,
  orderId,
  accepted,
});

function quarantineStray(
  state: ChargerState,
  stray: StrayTransaction,
  stop: TransactionStop,
  stopKey: string,
  now: EpochMs,
): Outcome {
  return {
    state: {
      ...state,
      strays: state.strays.filter((other) => other !== stray),
      closed: keepLast(
        state.closed,
        closedFrom(stray, stray.orderId, stopKey, stray.accepted),
        LIMITS.closedKept,
      ),
    },
    effects: [
      quarantine(stray.reason, {
        id: String(stray.transactionId),
        outletNo: stray.outletNo,
        idTag: stray.idTag,
        orderId: stray.orderId,
        startedAt: stray.startedAt,
        endedAt: Math.max(stray.startedAt, ourTime(state, stop.at, now)),
        energyWh: Math.max(0, stop.meterStopWh - stray.meterStartWh),
        evidence: {
          meterStartWh: stray.meterStartWh,
          meterStopWh: stop.meterStopWh,
          reason: stop.reason ?? null,
        },
      }),
    ],
    durable: true,
    reply: undefined,
  };
}

function quarantineUnknown(
  state: ChargerState,
  stop: TransactionStop,
  stopKey: string,
  now: EpochMs,
): Outcome {
  const at = ourTime(state, stop.at, now);
  const closed: ClosedTransaction = {
    transactionId: stop.transactionId,
    contentKey: '',
    stopKey,
    orderId: null,
    accepted: true,
  };
  return {
    state: { ...state, closed: keepLast(state.closed, closed, LIMITS.closedKept) },
    effects: [
      quarantine('unknown-transaction', {
        id: `unknown:${stopKey}`,
        outletNo: 0,
        idTag: stop.idTag ?? '',
        orderId: null,
        startedAt: at,
        endedAt: at,
        energyWh: 0,
        evidence: {
          transactionId: stop.transactionId,
          meterStopWh: stop.meterStopWh,
          reason: stop.reason ?? null,
        },
      }),
    ],
    durable: true,
    reply: undefined,
  };
}

function quarantine(
  reason: QuarantineReason,
  facts: {
    id: string;
    outletNo: number;
    idTag: string;
    orderId: string | null;
    startedAt: number;
    endedAt: number;
    energyWh: number;
    evidence: Record<string, unknown>;
  },
): Effect {
  return { type: 'emit', event: { type: 'charging.quarantined', reason, ...facts } };
}
