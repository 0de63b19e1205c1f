import { nextPeriodBoundary } from '../pricing/quote.ts';
import type { EpochMs } from '../units.ts';
import { type ChargerState, type Effect, LIMITS, type Outcome, withSession } from './charger-state.ts';
import { type MeterReport, meterSession, reasonToStop } from './metering.ts';
import { isRunning, type RunningSession } from './session.ts';
import { beginStop } from './stop-charging.ts';

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
  const matches =
    isRunning(session) &&
    (report.transactionId === undefined ||
      report.transactionId === session.transactionId ||
      report.transactionId === -1);
  if (!matches) return recordStrayReadings(state, report);
  const metering = meterSession(state, session, report.readings, now);
  const metered = withSession(state, { ...session, metering } as RunningSession);
  const fullNow = metering.usage.fullAt !== null && session.metering.usage.fullAt === null;
  if (session.phase === 'stopping') return { state: metered, effects: [], durable: false, reply: undefined };
  const reason = reasonToStop(state, { ...session, metering }, now);
  if (reason !== null) {
    return beginStop(metered, { ...session, metering }, reason, commandId, now);
  }
  const boundary = nextPeriodBoundary(session.order.rules, session.metering.lastReadingAt);
  const crossed = boundary !== null && metering.lastReadingAt >= boundary;
  const due = state.meteringCommittedAt === null || now - state.meteringCommittedAt >= LIMITS.meteringCommit;
  const resets = metering.usage.resets > session.metering.usage.resets;
  const effects: Effect[] = resets
    ? [
        {
          type: 'emit',
          event: {
            type: 'charging.attention',
            orderId: session.order.orderId,
            reason: 'meter-reset',
            at: now,
          },
        },
      ]
    : [];
  const durable = crossed || due || resets || fullNow;
  return {
    state: durable ? { ...metered, meteringCommittedAt: now } : metered,
    effects,
    durable,
    reply: undefined,
  };
}

function recordStrayReadings(state: ChargerState, report: MeterReport): Outcome {
  const highest = Math.max(0, ...report.readings.map((reading) => reading.energyWh ?? 0));
  const strays = state.strays.map((stray) =>
    stray.outletNo === report.outletNo &&
    (report.transactionId === stray.transactionId || report.transactionId === -1) &&
    highest > stray.lastWh
      ? { ...stray, lastWh: highest }
      : stray,
  );
  return { state: { ...state, strays }, effects: [], durable: false, reply: undefined };
}
