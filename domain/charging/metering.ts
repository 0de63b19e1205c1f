import { type Bill, priceUsage } from '../pricing/bill.ts';
import type { TariffRules } from '../pricing/tariff.ts';
import { addReading, clearFull, markFull, readingIsDue, type Usage } from '../pricing/usage.ts';
import { basisPoints, type EpochMs, epochMs, type Fen, fen, HOUR, MINUTE, wh } from '../units.ts';
import { type ChargerProfile, type ChargerState, LIMITS, ourTime } from './charger-state.ts';
import type {
  ChargingOrder,
  CurvePoint,
  EndReason,
  Metering,
  RegisterPoint,
  RunningSession,
  SuspectRegister,
} from './session.ts';

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

/** The metering after these readings; `final` when the last of them is the register a StopTransaction ends with. */
export function meterSession(
  state: ChargerState,
  session: RunningSession,
  readings: readonly MeterReading[],
  now: EpochMs,
  final = false,
): Metering {
  let metering: Metering = session.metering;
  for (const [index, reading] of readings.entries()) {
    metering = takeReading(state, session, metering, reading, now, final && index === readings.length - 1);
  }
  return { ...metering, heardAt: now };
}

function takeReading(
  state: ChargerState,
  { order, startedAt }: RunningSession,
  metering: Metering,
  reading: MeterReading,
  now: EpochMs,
  end: boolean,
): Metering {
  const before = metering.usage;
  const moment = momentOf(state, metering, reading, now);
  const at = end ? epochMs(Math.max(moment, metering.lastReadingAt)) : moment;
  const fresh = at >= metering.lastReadingAt;
  const suspect =
    reading.energyWh === undefined
      ? metering.suspect
      : suspicion(state.profile, order, metering, { at, registerWh: reading.energyWh });
  // What is not believed is not billed; power and temperature of the same reading still guard the outlet.
  const registerWh = suspect !== null && reading.energyWh !== undefined ? undefined : reading.energyWh;
  const counts = registerWh !== undefined && (end || readingIsDue(before, at, order.rules));
  const usage = counts ? addReading(before, { at, registerWh: wh(registerWh) }, order.rules) : before;
  const powerW = fresh ? powerAt(metering, reading.powerW, at, registerWh) : null;
  const next: Metering = {
    ...metering,
    usage,
    suspect,
    registerWh: fresh && registerWh !== undefined ? registerWh : metering.registerWh,
    powerW: powerW ?? metering.powerW,
    powerFrom: fresh ? powerStretch(metering, powerW, at, registerWh) : metering.powerFrom,
    temperatureDeciC: fresh
      ? (reading.temperatureDeciC ?? metering.temperatureDeciC)
      : metering.temperatureDeciC,
    trickleSince: trickleSince(metering, powerW, at, startedAt),
    lastReadingAt: fresh ? at : metering.lastReadingAt,
  };
  const curve = fresh
    ? extendCurve(metering.curve, [at - startedAt, next.powerW, deliveredWh(next)])
    : metering.curve;
  return noteFull(order, { ...next, curve });
}

/**
 * When a reading was taken. A register never runs backwards, so one that is dated well before the last and yet beyond
 * it was not taken then: the device's clock has been set back, and this is now.
 */
function momentOf(state: ChargerState, metering: Metering, reading: MeterReading, now: EpochMs): EpochMs {
  const dated = ourTime(state, reading.at, now);
  const setBack =
    dated < metering.lastReadingAt - LIMITS.clockTolerance &&
    reading.energyWh !== undefined &&
    reading.energyWh > metering.registerWh &&
    metering.usage.resets === 0;
  return setBack ? now : dated;
}

/** The doubt about a register that shows more energy than the outlet can have delivered; null when it is believed. */
function suspicion(
  profile: ChargerProfile | null,
  order: ChargingOrder,
  { usage, suspect }: Metering,
  { at, registerWh }: RegisterPoint,
): SuspectRegister | null {
  if (profile === null || at < usage.lastAt) return suspect;
  const plausibleWh = (ms: number) =>
    LIMITS.jumpAllowanceWh + (profile.ratedPowerW * LIMITS.jumpPercent * Math.max(0, ms)) / (100 * HOUR);
  const gained = addReading(usage, { at, registerWh: wh(registerWh) }, order.rules).energyWh - usage.energyWh;
  if (gained <= plausibleWh(at - usage.lastAt)) return null;
  if (suspect === null) return { at, registerWh, times: 1 };
  if (at <= suspect.at) return suspect;
  const step = registerWh - suspect.registerWh;
  const times = step >= 0 && step <= plausibleWh(at - suspect.at) ? suspect.times + 1 : 1;
  return times >= LIMITS.jumpReadings ? null : { at, registerWh, times };
}

/** The power as reported, or as the register shows it over a stretch long enough; null while it cannot be told. */
function powerAt(
  { powerFrom }: Metering,
  reportedW: number | undefined,
  at: EpochMs,
  registerWh: number | undefined,
): number | null {
  if (reportedW !== undefined) return reportedW;
  if (registerWh === undefined) return null;
  const ms = at - powerFrom.at;
  const gained = registerWh - powerFrom.registerWh;
  const enough = gained > 0 ? LIMITS.powerStretch : LIMITS.powerStandstill;
  return gained < 0 || ms < enough ? null : Math.round((gained * HOUR) / ms);
}

function powerStretch(
  { powerFrom }: Metering,
  powerW: number | null,
  at: EpochMs,
  registerWh: number | undefined,
): RegisterPoint {
  const begins = registerWh !== undefined && (powerW !== null || registerWh < powerFrom.registerWh);
  return begins ? { at, registerWh } : powerFrom;
}

function trickleSince(
  metering: Metering,
  powerW: number | null,
  at: EpochMs,
  startedAt: EpochMs,
): EpochMs | null {
  if (powerW === null) return metering.trickleSince;
  return powerW <= LIMITS.trickleW && at > startedAt ? (metering.trickleSince ?? at) : null;
}

/**
 * With an idle fee the session goes on after full, and the fee's clock starts; without one it simply ends. Power that
 * comes back shows that the battery had only paused.
 */
function noteFull(order: ChargingOrder, metering: Metering): Metering {
  if (order.rules.idleFee === null) return metering;
  const { usage, trickleSince: since } = metering;
  if (since === null) return usage.fullAt === null ? metering : { ...metering, usage: clearFull(usage) };
  if (usage.fullAt !== null || metering.lastReadingAt - since < LIMITS.trickle) return metering;
  return { ...metering, usage: markFull(usage, metering.lastReadingAt) };
}

/** What is dangerous in an outlet, whoever charges at it (D6). */
export function dangerOf(
  profile: ChargerProfile | null,
  measured: { readonly powerW?: number; readonly temperatureDeciC?: number | null },
): 'over-power' | 'over-temperature' | null {
  if (profile === null) return null;
  const { powerW, temperatureDeciC } = measured;
  if (temperatureDeciC != null && temperatureDeciC >= profile.maxTemperatureDeciC) return 'over-temperature';
  return powerW !== undefined && powerW * 100 > profile.ratedPowerW * LIMITS.overPowerPercent
    ? 'over-power'
    : null;
}

/** Why this session has to end now, or null. Safety is asked first (D6). */
export function reasonToStop(state: ChargerState, session: RunningSession, now: EpochMs): EndReason | null {
  const { order, metering } = session;
  const danger = dangerOf(state.profile, metering);
  if (danger !== null) return danger;
  if (state.profile !== null && now >= session.startedAt + state.profile.maxSessionMinutes * MINUTE) {
    return 'over-time';
  }
  if (order.limit.kind === 'energy' && deliveredWh(metering) >= order.limit.wh) return 'energy-limit';
  if (order.limit.kind === 'minutes' && now >= session.startedAt + order.limit.minutes * MINUTE)
    return 'time-limit';
  const moneyLimit = order.limit.kind === 'money' ? Math.min(order.limit.fen, order.holdFen) : order.holdFen;
  if (moneyLimit > 0 && costSoFar(order, metering).totalFen >= moneyLimit) return 'money-limit';
  return order.rules.idleFee === null && drawsNothing(metering, now) ? 'full' : null;
}

/** Several readings of a trickle, or one that nothing has followed for long: one alone is no proof. */
function drawsNothing({ trickleSince, lastReadingAt, heardAt }: Metering, now: EpochMs): boolean {
  if (trickleSince === null) return false;
  return lastReadingAt - trickleSince >= LIMITS.trickle || now - heardAt >= LIMITS.trickleUnheard;
}

/** The next moment at which time alone could end this session, or make its silence worth telling. */
export function nextSessionDeadline(state: ChargerState, session: RunningSession): EpochMs | null {
  const { metering, order } = session;
  const deadlines: number[] = [];
  if (!session.attention.includes('no-readings')) deadlines.push(metering.heardAt + LIMITS.silence);
  if (state.profile !== null) deadlines.push(session.startedAt + state.profile.maxSessionMinutes * MINUTE);
  if (order.limit.kind === 'minutes') deadlines.push(session.startedAt + order.limit.minutes * MINUTE);
  if (metering.vanishedSince !== null) deadlines.push(metering.vanishedSince + LIMITS.vanished);
  if (metering.trickleSince !== null && order.rules.idleFee === null) {
    deadlines.push(metering.heardAt + LIMITS.trickleUnheard);
  }
  return deadlines.length === 0 ? null : epochMs(Math.min(...deadlines));
}
