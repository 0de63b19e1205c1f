import { type EpochMs, epochMs, MINUTE } from '../units.ts';
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
  saysCharging,
} from './charger-state.ts';
import type { AlarmKind, QuarantineReason } from './charging-event.ts';
import { dangerOf, type MeterReport } from './metering.ts';

/** What a StopTransaction.req says. */
interface ReportedStop {
  readonly transactionId: number;
  readonly idTag: string | undefined;
  readonly meterStopWh: number;
  readonly at: EpochMs;
  readonly reason: string | undefined;
}

/** The end of a transaction that no bill is made from: what happened, for an operator to decide. */
interface StrayEnd {
  readonly stopKey: string;
  readonly endedAt: EpochMs;
  readonly meterStopWh: number;
  readonly reason: string | null;
}

const outcome = (state: ChargerState, effects: readonly Effect[]): Outcome => ({
  state,
  effects,
  durable: true,
  reply: undefined,
});

/** Keeps a transaction in sight until it ends; when there are too many, the oldest is handed over as it is. */
export function addStray(state: ChargerState, stray: StrayTransaction, now: EpochMs): Outcome {
  const oldest = state.strays.length >= LIMITS.straysKept ? state.strays[0] : undefined;
  const cleared = oldest === undefined ? outcome(state, []) : giveUpStray(state, oldest, now);
  return outcome({ ...cleared.state, strays: [...cleared.state.strays, stray] }, cleared.effects);
}

/** Remembers how far a stray's register came; one that becomes dangerous is cut like any other (D6). */
export function recordStrayReadings(
  state: ChargerState,
  report: MeterReport,
  commandId: string,
  now: EpochMs,
): Outcome {
  const stray = state.strays.find(
    ({ outletNo, transactionId }) =>
      outletNo === report.outletNo && (report.transactionId === transactionId || report.transactionId === -1),
  );
  if (stray === undefined) return { ...outcome(state, []), durable: false };
  const lastWh = Math.max(stray.lastWh, ...report.readings.map((reading) => reading.energyWh ?? 0));
  const metered = { ...stray, lastWh };
  const danger = report.readings
    .map((reading) => dangerOf(state.profile, reading))
    .find((kind) => kind !== null);
  if (danger == null || stray.stopAttempts > 0) {
    const next = lastWh === stray.lastWh ? state : withStray(state, metered);
    return { ...outcome(next, []), durable: false };
  }
  const asked = askToStop(state, metered, commandId, now);
  return outcome(asked.state, [...asked.effects, alarm(danger, stray, now)]);
}

/** Refused or dangerous strays are asked to stop a few times; one whose end never comes is handed over as it is. */
export function strayTick(
  state: ChargerState,
  stray: StrayTransaction,
  commandId: string,
  now: EpochMs,
): Outcome {
  if (now >= givenUpAt(state, stray)) return giveUpStray(state, stray, now);
  if (stray.stopDeadlineAt === null || now < stray.stopDeadlineAt) {
    return { ...outcome(state, []), durable: false };
  }
  if (!isLinked(state)) return outcome(withStray(state, { ...stray, stopDeadlineAt: null }), []);
  if (stray.stopAttempts < LIMITS.stopAttempts) return askToStop(state, stray, commandId, now);
  const settled = withStray(state, { ...stray, stopDeadlineAt: null });
  // Most devices never begin what we refuse. Only an outlet that still gives power is taken out of service, and
  // never one that another rider's session is in.
  const { outletNo } = stray;
  if (!saysCharging(state.outlets[outletNo]?.status)) return outcome(settled, []);
  const disable: Effect[] =
    isOutlet(state, outletNo) && state.sessions[outletNo] === undefined
      ? [{ type: 'disableOutlet', commandId, outletNo }]
      : [];
  return outcome(settled, [...disable, alarm('stop-unanswered', stray, now)]);
}

export function nextStrayDeadline(state: ChargerState, stray: StrayTransaction): EpochMs {
  return epochMs(Math.min(stray.stopDeadlineAt ?? Number.MAX_SAFE_INTEGER, givenUpAt(state, stray)));
}

/** After a reconnection the device is asked again at once. */
export const hurryStray = (stray: StrayTransaction, now: EpochMs): StrayTransaction =>
  stray.stopAttempts === 0 || stray.stopAttempts >= LIMITS.stopAttempts
    ? stray
    : { ...stray, stopDeadlineAt: epochMs(now + LIMITS.reconnectPause) };

export function quarantineStray(
  state: ChargerState,
  stray: StrayTransaction,
  stop: ReportedStop,
  stopKey: string,
  now: EpochMs,
): Outcome {
  return endStray(state, stray, {
    stopKey,
    endedAt: ourTime(state, stop.at, now),
    meterStopWh: stop.meterStopWh,
    reason: stop.reason ?? null,
  });
}

/** Ids above this are a lie: nobody counts so far in a charger's life, and a signed 32-bit id ends at twice as much. */
const HIGHEST_FOREIGN_ID = 2 ** 30;

/** A stop of something we never saw begin; an id that another platform gave is never given again by us. */
export function quarantineUnknown(
  state: ChargerState,
  stop: ReportedStop,
  stopKey: string,
  now: EpochMs,
): Outcome {
  const at = ourTime(state, stop.at, now);
  const { transactionId, meterStopWh } = stop;
  const closed: ClosedTransaction = {
    transactionId,
    contentKey: '',
    stopKey,
    orderId: null,
    accepted: true,
  };
  const beyond = transactionId < HIGHEST_FOREIGN_ID ? transactionId + 1 : 0;
  return outcome(
    {
      ...state,
      closed: keepLast(state.closed, closed, LIMITS.closedKept),
      nextTransactionId: Math.max(state.nextTransactionId, beyond),
    },
    [
      quarantine('unknown-transaction', {
        id: `unknown:${stopKey}`,
        outletNo: 0,
        idTag: stop.idTag ?? '',
        orderId: null,
        startedAt: at,
        endedAt: at,
        energyWh: 0,
        evidence: { transactionId, meterStopWh, reason: stop.reason ?? null },
      }),
    ],
  );
}

function askToStop(state: ChargerState, stray: StrayTransaction, commandId: string, now: EpochMs): Outcome {
  const asked = {
    ...stray,
    stopAttempts: stray.stopAttempts + 1,
    stopDeadlineAt: epochMs(now + LIMITS.stopDeadline),
  };
  return outcome(withStray(state, asked), [
    { type: 'remoteStop', commandId, transactionId: stray.transactionId },
  ]);
}

const giveUpStray = (state: ChargerState, stray: StrayTransaction, now: EpochMs): Outcome =>
  endStray(state, stray, { stopKey: '', endedAt: now, meterStopWh: stray.lastWh, reason: null });

function endStray(state: ChargerState, stray: StrayTransaction, end: StrayEnd): Outcome {
  const { transactionId, contentKey, orderId, accepted, meterStartWh } = stray;
  const closed: ClosedTransaction = { transactionId, contentKey, stopKey: end.stopKey, orderId, accepted };
  return outcome(
    {
      ...state,
      strays: state.strays.filter((other) => other.transactionId !== transactionId),
      closed: keepLast(state.closed, closed, LIMITS.closedKept),
    },
    [
      quarantine(stray.reason, {
        id: String(transactionId),
        outletNo: stray.outletNo,
        idTag: stray.idTag,
        orderId,
        startedAt: stray.startedAt,
        endedAt: Math.max(stray.startedAt, end.endedAt),
        energyWh: Math.max(0, end.meterStopWh - meterStartWh),
        evidence: { meterStartWh, meterStopWh: end.meterStopWh, reason: end.reason },
      }),
    ],
  );
}

/** By our clock: a charge made offline days ago is replayed start first, its end right behind. */
const givenUpAt = (state: ChargerState, stray: StrayTransaction): number =>
  stray.seenAt + (state.profile?.maxSessionMinutes ?? 0) * MINUTE + LIMITS.lastResort;

const isOutlet = (state: ChargerState, outletNo: number): boolean =>
  outletNo >= 1 && outletNo <= (state.profile?.outlets ?? 0);

const withStray = (state: ChargerState, changed: StrayTransaction): ChargerState => ({
  ...state,
  strays: state.strays.map((stray) => (stray.transactionId === changed.transactionId ? changed : stray)),
});

const alarm = (
  kind: AlarmKind,
  { outletNo, transactionId, idTag }: StrayTransaction,
  now: EpochMs,
): Effect => ({
  type: 'emit',
  event: {
    type: 'charger.alarm',
    kind,
    severity: 'critical',
    outletNo,
    detail: { transactionId, idTag },
    at: now,
  },
});

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
