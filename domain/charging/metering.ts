import { type Bill, priceUsage } from '../pricing/bill.ts';
import type { TariffRules } from '../pricing/tariff.ts';
import { addReading, markFull, readingIsDue, type Usage } from '../pricing/usage.ts';
import { basisPoints, type EpochMs, epochMs, type Fen, fen, HOUR, MINUTE, wh } from '../units.ts';
import { type ChargerState, LIMITS, ourTime } from './charger-state.ts';
import type { ChargingOrder, CurvePoint, EndReason, Metering, RunningSession } from './session.ts';

/** One moment of a meter, whatever protocol carried it; absent values were not reported. */
export interface MeterReading {
  readonly at: EpochMs;
  readonly energyWh?: number;
  readonly powerW?: number;
  readonly temperatureDeciC?: number;
}

export interface MeterReport {
  readonly outletNo: number;
  /** Undefined when the device names none; −1 when it charged offline and was never given one. */
  readonly transactionId: number | undefined;
  readonly readings: readonly MeterReading[];
}

/** What a bill is made from, here and at settlement alike (M5). */
export interface PricedOrder {
  readonly rules: TariffRules;
  readonly memberDiscountBp: number;
  readonly holdFen: Fen;
}

/**
 * The bill of an order's usage: never more than was held, since the rider agreed to no more, and nothing at all
 * while not a single Wh has flowed.
 */
export const billOf = (order: PricedOrder, usage: Usage): Bill =>
  priceUsage(usage, order.rules, {
    memberDiscountBp: basisPoints(order.memberDiscountBp),
    moneyLimitFen: usage.energyWh === 0 ? fen(0) : order.holdFen,
  });

/** What the order costs so far. */
export const costSoFar = (order: ChargingOrder, metering: Metering): Bill => billOf(order, metering.usage);

/** Energy since the start, with what the register shows beyond the last reading that was priced. */
export const deliveredWh = (metering: Metering): number =>
  metering.usage.energyWh + Math.max(0, metering.registerWh - metering.usage.lastRegisterWh);

/** Keeps the curve's shape in a bounded number of points: when full, every second point goes. */
export function extendCurve(curve: readonly CurvePoint[], point: CurvePoint): CurvePoint[] {
  const last = curve[curve.length - 1];
  if (last !== undefined && point[0] <= last[0]) return [...curve];
  const longer = [...curve, point];
  return longer.length <= LIMITS.curvePoints ? longer : longer.filter((_, index) => index % 2 === 0);
}

/** The metering after these readings; also used for the readings a StopTransaction brings along. */
export function meterSession(
  state: ChargerState,
  session: RunningSession,
  readings: readonly MeterReading[],
  now: EpochMs,
  final = false,
): Metering {
  let metering: Metering = { ...session.metering, heardAt: now, vanishedSince: null };
  for (const reading of readings) {
    const at = ourTime(state, reading.at, now);
    const { order } = session;
    const fresh = at >= metering.lastReadingAt;
    const before = metering.usage;
    const registerWh = reading.energyWh ?? metering.registerWh;
    const counts = reading.energyWh !== undefined && (final || readingIsDue(before, at, order.rules));
    const usage = counts ? addReading(before, { at, registerWh: wh(registerWh) }, order.rules) : before;
    const powerW = reading.powerW ?? averagePower(metering, registerWh - metering.registerWh, at);
    const trickling = fresh && at > session.startedAt && powerW <= LIMITS.trickleW;
    const trickleSince = trickling ? (metering.trickleSince ?? at) : fresh ? null : metering.trickleSince;
    metering = {
      ...metering,
      usage,
      registerWh: fresh ? registerWh : metering.registerWh,
      powerW: fresh ? powerW : metering.powerW,
      temperatureDeciC: reading.temperatureDeciC ?? metering.temperatureDeciC,
      trickleSince,
      lastReadingAt: fresh ? at : metering.lastReadingAt,
      curve: fresh
        ? extendCurve(metering.curve, [
            at - session.startedAt,
            powerW,
            deliveredWh({ ...metering, usage, registerWh }),
          ])
        : metering.curve,
    };
    metering = noteFull(order, metering);
  }
  return metering;
}

/** With an idle fee the session goes on after full, and the fee's clock starts; without one it simply ends. */
function noteFull(order: ChargingOrder, metering: Metering): Metering {
  if (order.rules.idleFee === null || metering.usage.fullAt !== null || metering.trickleSince === null)
    return metering;
  if (metering.lastReadingAt - metering.trickleSince < LIMITS.trickle) return metering;
  return { ...metering, usage: markFull(metering.usage, metering.lastReadingAt) };
}

function averagePower(metering: Metering, energyWh: number, at: EpochMs): number {
  const ms = at - metering.lastReadingAt;
  return ms <= 0 || energyWh < 0 ? metering.powerW : Math.round((energyWh * HOUR) / ms);
}

/** Why this session has to end now, or null. Safety is asked first (D6). */
export function reasonToStop(state: ChargerState, session: RunningSession, now: EpochMs): EndReason | null {
  const { order, metering } = session;
  const profile = state.profile;
  if (profile !== null) {
    if (metering.temperatureDeciC !== null && metering.temperatureDeciC >= profile.maxTemperatureDeciC) {
      return 'over-temperature';
    }
    if (metering.powerW * 100 > profile.ratedPowerW * LIMITS.overPowerPercent) return 'over-power';
    if (now >= session.startedAt + profile.maxSessionMinutes * MINUTE) return 'over-time';
  }
  if (order.limit.kind === 'energy' && deliveredWh(metering) >= order.limit.wh) return 'energy-limit';
  if (order.limit.kind === 'minutes' && now >= session.startedAt + order.limit.minutes * MINUTE)
    return 'time-limit';
  const moneyLimit = order.limit.kind === 'money' ? Math.min(order.limit.fen, order.holdFen) : order.holdFen;
  if (moneyLimit > 0 && costSoFar(order, metering).totalFen >= moneyLimit) return 'money-limit';
  if (
    order.rules.idleFee === null &&
    metering.trickleSince !== null &&
    now - metering.trickleSince >= LIMITS.trickle
  ) {
    return 'full';
  }
  return null;
}

/** The next moment at which time alone could end this session. */
export function nextSessionDeadline(state: ChargerState, session: RunningSession): EpochMs {
  const deadlines: number[] = [session.metering.heardAt + LIMITS.silence];
  if (state.profile !== null) deadlines.push(session.startedAt + state.profile.maxSessionMinutes * MINUTE);
  if (session.order.limit.kind === 'minutes') {
    deadlines.push(session.startedAt + session.order.limit.minutes * MINUTE);
  }
  if (session.metering.vanishedSince !== null)
    deadlines.push(session.metering.vanishedSince + LIMITS.vanished);
  if (session.metering.trickleSince !== null && session.order.rules.idleFee === null) {
    deadlines.push(session.metering.trickleSince + LIMITS.trickle);
  }
  return epochMs(Math.min(...deadlines));
}
