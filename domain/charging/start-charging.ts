import { type DomainError, refuse } from '../errors.ts';
import { startUsage } from '../pricing/usage.ts';
import { type EpochMs, epochMs, wh } from '../units.ts';
import {
  type ChargerState,
  type Effect,
  isOnline,
  keepLast,
  LIMITS,
  type Outcome,
  ourTime,
  outletAvailability,
  type StrayTransaction,
  sessionOfOrder,
  withoutSession,
  withSession,
} from './charger-state.ts';
import {
  type ActiveSession,
  type ChargingOrder,
  isRunning,
  type Metering,
  type StartFailure,
  type StartingSession,
  sameIdTag,
} from './session.ts';
import { addStray } from './stray-transactions.ts';

export type StartReply = { readonly ok: true } | { readonly ok: false; readonly error: DomainError };

const unchanged = <R>(state: ChargerState, reply: R): Outcome<R> => ({
  state,
  effects: [],
  durable: false,
  reply,
});

/**
 * Locks the outlet for an order and asks the device to start (OCPP 1.6 §5.11). A repeat for the same order changes
 * nothing. Refuses, without touching anything, when the outlet cannot serve.
 */
export function requestStart(
  state: ChargerState,
  order: ChargingOrder,
  commandId: string,
  now: EpochMs,
): Outcome<StartReply> {
  const known = sessionOfOrder(state, order.orderId);
  if (known !== undefined) return unchanged(state, { ok: true });
  const outdated = now - order.createdAt > LIMITS.startWithin;
  if (outdated || state.fenced.includes(order.orderId)) return unchanged(state, refuse('order_not_live'));
  if (state.profile === null || order.outletNo < 1 || order.outletNo > state.profile.outlets) {
    return unchanged(state, refuse('outlet_not_found'));
  }
  const availability = outletAvailability(state, order.outletNo, now);
  if (availability === 'offline' || !state.booted || state.disconnectedAt !== null || !isOnline(state, now)) {
    return unchanged(state, refuse('device_offline'));
  }
  const occupiedBySession = state.sessions[order.outletNo] !== undefined;
  // A plugged-in battery (Preparing) is what a rider who scans has; only a live session makes the outlet taken.
  const reported = state.outlets[order.outletNo]?.status;
  if (
    occupiedBySession ||
    reported === 'Charging' ||
    reported === 'SuspendedEV' ||
    reported === 'SuspendedEVSE'
  ) {
    return unchanged(state, refuse('outlet_occupied'));
  }
  if (availability === 'faulted' || availability === 'unavailable' || availability === 'reserved') {
    return unchanged(state, refuse('outlet_unavailable', { availability }));
  }
  const session: StartingSession = {
    phase: 'starting',
    order,
    commandId,
    requestedAt: now,
    accepted: false,
    deadlineAt: epochMs(now + LIMITS.startDeadline),
  };
  return {
    state: withSession(state, session),
    effects: [{ type: 'remoteStart', commandId, outletNo: order.outletNo, idTag: order.idTag }],
    durable: true,
    reply: { ok: true },
  };
}

/** Gives a start up: the outlet is free again and the money goes back; a late StartTransaction is still recognised. */
export function failStart(
  state: ChargerState,
  session: StartingSession,
  reason: StartFailure,
  now: EpochMs,
): Outcome {
  const { order } = session;
  return {
    state: {
      ...withoutSession(state, order.outletNo),
      abandoned: keepLast(
        state.abandoned,
        { order, deadlineAt: session.deadlineAt, cancelled: reason === 'cancelled' },
        LIMITS.abandonedKept,
      ),
      fenced: keepLast(state.fenced, order.orderId, LIMITS.fencedKept),
    },
    effects: [
      { type: 'emit', event: { type: 'charging.start-failed', orderId: order.orderId, reason, at: now } },
    ],
    durable: true,
    reply: undefined,
  };
}

export interface TransactionStart {
  readonly outletNo: number;
  readonly idTag: string;
  readonly meterStartWh: number;
  /** The device's own time of the start. */
  readonly at: EpochMs;
}

export interface TransactionStartReply {
  readonly transactionId: number;
  readonly accepted: boolean;
}

export const startContentKey = (start: TransactionStart): string =>
  `${start.outletNo}|${start.idTag.toLowerCase()}|${start.at}|${start.meterStartWh}`;

function knownTransaction(
  state: ChargerState,
  start: TransactionStart,
  contentKey: string,
): TransactionStartReply | undefined {
  const session = state.sessions[start.outletNo];
  // A station that has set its clock since may date its retry anew; tag and register still name the transaction.
  const sameStart =
    isRunning(session) &&
    sameIdTag(session.order.idTag, start.idTag) &&
    session.meterStartWh === start.meterStartWh;
  if (sameStart) return { transactionId: session.transactionId, accepted: true };
  return (
    state.strays.find((stray) => stray.contentKey === contentKey) ??
    state.closed.find((closed) => closed.contentKey === contentKey)
  );
}

/**
 * A StartTransaction.req (OCPP 1.6 §4.8). Retries are recognised by content whatever message id they carry. A start
 * that no live order stands behind is accepted when it lies in the past (it was made offline and would be repeated
 * for ever otherwise) and stopped when it is happening now.
 */
export function transactionStarted(
  state: ChargerState,
  start: TransactionStart,
  commandId: string,
  now: EpochMs,
): Outcome<TransactionStartReply> {
  const contentKey = startContentKey(start);
  const known = knownTransaction(state, start, contentKey);
  if (known !== undefined) {
    return unchanged(state, { transactionId: known.transactionId, accepted: known.accepted });
  }
  const session = state.sessions[start.outletNo];
  if (session?.phase === 'starting' && sameIdTag(session.order.idTag, start.idTag)) {
    return beginSession(state, session, start, contentKey, now);
  }
  return beginStray(state, start, contentKey, commandId, now);
}

function beginSession(
  state: ChargerState,
  session: StartingSession,
  start: TransactionStart,
  contentKey: string,
  now: EpochMs,
): Outcome<TransactionStartReply> {
  // The socket has been up since the request, so this start is happening now: a differing time is a wrong clock.
  const live = state.connectedAt !== null && state.connectedAt <= session.requestedAt;
  const skew = start.at - now;
  const wrongClock = live && Math.abs(skew) > LIMITS.clockTolerance;
  const corrected: ChargerState = {
    ...state,
    clockSkewMs: live ? (wrongClock ? skew : 0) : state.clockSkewMs,
  };
  const startedAt = epochMs(Math.max(session.requestedAt, ourTime(corrected, start.at, now)));
  const transactionId = state.nextTransactionId;
  const active: ActiveSession = {
    phase: 'charging',
    order: session.order,
    transactionId,
    contentKey,
    startedAt,
    meterStartWh: start.meterStartWh,
    metering: startMetering(startedAt, start.meterStartWh, now),
    attention: [],
    late: false,
  };
  const effects: Effect[] = [
    { type: 'emit', event: { type: 'charging.started', orderId: session.order.orderId, at: startedAt } },
  ];
  if (wrongClock && state.clockSkewMs === 0) {
    effects.push({
      type: 'emit',
      event: {
        type: 'charger.alarm',
        kind: 'clock-skew',
        severity: 'minor',
        outletNo: null,
        detail: { skewMs: skew },
        at: now,
      },
    });
  }
  return {
    state: {
      ...withSession(corrected, active),
      nextTransactionId: transactionId + 1,
      meteringCommittedAt: now,
    },
    effects,
    durable: true,
    reply: { transactionId, accepted: true },
  };
}

function beginStray(
  state: ChargerState,
  start: TransactionStart,
  contentKey: string,
  commandId: string,
  now: EpochMs,
): Outcome<TransactionStartReply> {
  const startedAt = ourTime(state, start.at, now);
  const abandoned = state.abandoned.find(({ order }) => sameIdTag(order.idTag, start.idTag));
  const inTime =
    abandoned !== undefined &&
    !abandoned.cancelled &&
    abandoned.order.outletNo === start.outletNo &&
    startedAt <= abandoned.deadlineAt;
  const taken = isRunning(state.sessions[start.outletNo]);
  const offline = state.connectedAt !== null && startedAt < state.connectedAt;
  const accepted = inTime || offline;
  const transactionId = state.nextTransactionId;
  const stray: StrayTransaction = {
    transactionId,
    contentKey,
    outletNo: start.outletNo,
    idTag: start.idTag,
    startedAt,
    meterStartWh: start.meterStartWh,
    lastWh: start.meterStartWh,
    reason: abandoned === undefined ? 'unknown-tag' : inTime ? 'displaced' : 'started-after-deadline',
    orderId: abandoned?.order.orderId ?? null,
    accepted,
    seenAt: now,
    stopAttempts: accepted ? 0 : 1,
    stopDeadlineAt: accepted ? null : epochMs(now + LIMITS.stopDeadline),
  };
  const next: ChargerState = { ...state, nextTransactionId: transactionId + 1 };
  const reply = { transactionId, accepted };
  if (inTime && abandoned !== undefined && !taken) {
    // It did start in time and could not tell us: the rider gets the charge, billed without a hold when it ends.
    return { ...resumeLate(next, abandoned.order, stray, now), reply };
  }
  const kept = addStray(withoutPredecessor(next, stray, now), stray, now);
  const stop: Effect[] = accepted ? [] : [{ type: 'remoteStop', commandId, transactionId }];
  return { ...kept, effects: [...kept.effects, ...stop], reply };
}

/** An outlet has one transaction at a time: a later one tells that a station has let go of the one we know. */
function withoutPredecessor(state: ChargerState, stray: StrayTransaction, now: EpochMs): ChargerState {
  const session = state.sessions[stray.outletNo];
  if (!isRunning(session) || stray.startedAt <= session.metering.lastReadingAt) return state;
  const vanishedSince = session.metering.vanishedSince ?? now;
  return withSession(state, { ...session, metering: { ...session.metering, vanishedSince } });
}

function resumeLate(
  state: ChargerState,
  order: ChargingOrder,
  stray: StrayTransaction,
  now: EpochMs,
): Outcome {
  // Another rider may be waiting for this outlet's start; the device has answered that question for us.
  const waiting = state.sessions[stray.outletNo];
  const cleared = waiting?.phase === 'starting' ? failStart(state, waiting, 'device-error', now) : undefined;
  const base = cleared?.state ?? state;
  // Nobody pays for time before the order was made, whatever the device's clock says.
  const startedAt = epochMs(Math.max(order.createdAt, stray.startedAt));
  const active: ActiveSession = {
    phase: 'charging',
    order,
    transactionId: stray.transactionId,
    contentKey: stray.contentKey,
    startedAt,
    meterStartWh: stray.meterStartWh,
    metering: startMetering(startedAt, stray.meterStartWh, now),
    attention: [],
    late: true,
  };
  const abandoned = base.abandoned.filter((other) => other.order.orderId !== order.orderId);
  return {
    state: { ...withSession({ ...base, abandoned }, active), meteringCommittedAt: now },
    effects: [
      ...(cleared?.effects ?? []),
      { type: 'emit', event: { type: 'charging.started', orderId: order.orderId, at: startedAt } },
    ],
    durable: true,
    reply: undefined,
  };
}

const startMetering = (startedAt: EpochMs, meterStartWh: number, now: EpochMs): Metering => ({
  usage: startUsage(startedAt, wh(meterStartWh)),
  registerWh: meterStartWh,
  curve: [],
  lastReadingAt: startedAt,
  heardAt: now,
  powerW: 0,
  powerFrom: { at: startedAt, registerWh: meterStartWh },
  temperatureDeciC: null,
  suspect: null,
  trickleSince: null,
  vanishedSince: null,
});
