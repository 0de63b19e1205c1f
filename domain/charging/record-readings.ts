import { nextPeriodBoundary } from '../pricing/quote.ts';
import type { EpochMs } from '../units.ts';
import { tellOfMeter } from './attention.ts';
import { type ChargerState, LIMITS, type Outcome, withSession } from './charger-state.ts';
import { dangerOf, type MeterReport, meterSession, reasonToStop } from './metering.ts';
import { type EndReason, isRunning, type Metering, type RunningSession } from './session.ts';
import { beginStop, isSafety } from './stop-charging.ts';
import { recordStrayReadings } from './stray-transactions.ts';

/**
 * Folds meter values into the session they belong to and decides whether it must end: safety first, then the rider's
 * limit, then a full battery. Not durable unless something was decided, a price period ended, or it is time again.
 */
export function recordReadings(
  state: ChargerState,
  report: MeterReport,
  commandId: string,
  now: EpochMs,
): Outcome {
  const session = state.sessions[report.outletNo];
  if (!isRunning(session) || !belongs(report, session)) {
    return recordStrayReadings(state, report, commandId, now);
  }
  const { metering, danger } = foldReadings(state, session, report, now);
  const told = tellOfMeter({ ...session, metering }, now);
  const metered = withSession(state, told.session);
  const reason =
    session.phase === 'stopping'
      ? escalation(session.reason, danger)
      : (danger ?? reasonToStop(state, told.session, now));
  if (reason !== null) {
    const stop = beginStop(metered, told.session, reason, commandId, now);
    return { ...stop, effects: [...told.effects, ...stop.effects] };
  }
  const boundary = nextPeriodBoundary(session.order.rules, session.metering.lastReadingAt);
  const crossed = boundary !== null && metering.lastReadingAt >= boundary;
  const due = state.meteringCommittedAt === null || now - state.meteringCommittedAt >= LIMITS.meteringCommit;
  const fullChanged = (metering.usage.fullAt === null) !== (session.metering.usage.fullAt === null);
  const reappeared = metering.vanishedSince !== session.metering.vanishedSince;
  const durable = crossed || due || fullChanged || reappeared || told.effects.length > 0;
  return {
    state: durable ? { ...metered, meteringCommittedAt: now } : metered,
    effects: told.effects,
    durable,
    reply: undefined,
  };
}

/** A device that charged offline names −1, one that never learnt its transaction's id perhaps 0. */
const belongs = ({ transactionId }: MeterReport, session: RunningSession): boolean =>
  transactionId === undefined || transactionId <= 0 || transactionId === session.transactionId;

/**
 * Each reading is looked at for danger, not only the last: a device may send a minute's worth at once. Of this very
 * transaction even one with a date that cannot be right counts: a clock must not blind us (D6).
 */
function foldReadings(
  state: ChargerState,
  session: RunningSession,
  report: MeterReport,
  now: EpochMs,
): { metering: Metering; danger: EndReason | null } {
  let metering = session.metering;
  for (const reading of report.readings) {
    const current: RunningSession = { ...session, metering };
    metering = meterSession(state, current, [reading], now);
    if (report.transactionId === session.transactionId) {
      const { powerW = metering.powerW, temperatureDeciC = metering.temperatureDeciC } = reading;
      const measured = { powerW, temperatureDeciC };
      if (dangerOf(state.profile, measured) !== null) metering = { ...metering, ...measured };
    }
    const danger = dangerOf(state.profile, metering);
    if (danger !== null) return { metering, danger };
  }
  // Clock-aligned values of an idle outlet come without a transaction and prove nothing.
  const draws = report.readings.some((reading) => (reading.powerW ?? 0) > LIMITS.trickleW);
  const charges = draws || (report.readings.length > 0 && report.transactionId !== undefined);
  return { metering: charges ? { ...metering, vanishedSince: null } : metering, danger: null };
}

/** A danger that arises while the device still ignores an ordinary stop is a new decision, with its alarm. */
const escalation = (reason: EndReason, danger: EndReason | null): EndReason | null =>
  danger === null || isSafety(reason) ? null : danger;
