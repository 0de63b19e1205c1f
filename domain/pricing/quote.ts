import type { CentiFen, DurationMs, EpochMs, Fen, Watt, Wh } from '../units.ts';
import { DAY, durationMs, epochMs, HOUR, MINUTE, wh } from '../units.ts';
import type { Bill, PriceOptions } from './bill.ts';
import { priceUsage } from './bill.ts';
import { floorShare } from './exact-division.ts';
import type { PriceSlot } from './price-slots.ts';
import { currentSlot, priceSlots } from './price-slots.ts';
import { shanghaiTimeOfDay, windowSpans } from './shanghai-time.ts';
import type { IdleFee, MemberDiscountable, TariffKind, TariffRules } from './tariff.ts';
import type { Usage } from './usage.ts';
import { addReading, elapsedTime, startUsage } from './usage.ts';

/** A priced row as the rider sees it. In a tariff by power no row is current: the power is not known yet. */
export interface QuoteRow extends PriceSlot {
  readonly current: boolean;
}

/** The whole price as shown before the start; everything that can end up on the bill is in here. */
export interface Quote {
  readonly kind: TariffKind;
  readonly rows: readonly QuoteRow[];
  /** When the current prices change next, or null if they do not depend on the time of day. */
  readonly pricesUntil: EpochMs | null;
  readonly minimumFen: Fen;
  readonly capFen: Fen | null;
  readonly residentialCapCentiFenPerKwh: CentiFen | null;
  readonly freeMinutes: number;
  readonly idleFee: IdleFee | null;
  readonly memberDiscountable: MemberDiscountable;
}

/** What a rider is shown before the start: both fees of every row apart, from the same rows the bill is made of. */
export function quoteTariff(tariff: TariffRules, at: EpochMs): Quote {
  const current = currentSlot(tariff, at);
  return {
    kind: tariff.kind,
    rows: priceSlots(tariff).map((slot) => ({ ...slot, current: slot.index === current })),
    pricesUntil: nextPeriodBoundary(tariff, at),
    minimumFen: tariff.minimumFen,
    capFen: tariff.capFen,
    residentialCapCentiFenPerKwh: tariff.residentialCap?.electricityCentiFenPerKwh ?? null,
    freeMinutes: tariff.freeMinutes,
    idleFee: tariff.idleFee,
    memberDiscountable: tariff.memberDiscountable,
  };
}

/**
 * The next moment after `at` when a price changes, or null if it never does. Boundaries between periods of equal
 * price are passed over. The charging object takes a reading there, so that the division is exact.
 */
export function nextPeriodBoundary(tariff: TariffRules, at: EpochMs): EpochMs | null {
  if (tariff.kind !== 'energy' && tariff.kind !== 'time') return null;
  const slots = priceSlots(tariff);
  const priceAt = (moment: EpochMs) => {
    const slot = slots[currentSlot(tariff, moment) ?? 0];
    return `${slot?.electricityCentiFen}+${slot?.serviceCentiFen}`;
  };
  const time = shanghaiTimeOfDay(at);
  const ahead = tariff.periods
    .flatMap((period) => windowSpans(period))
    .map((span) => (span.fromMinute * MINUTE - time + DAY) % DAY)
    .toSorted((a, b) => a - b);
  const change = ahead.find((wait) => priceAt(epochMs(at + wait)) !== priceAt(at));
  return change === undefined ? null : epochMs(at + change);
}

/** A session that has not happened, at constant power from start to end. */
export interface HypotheticalSession {
  readonly startAt: EpochMs;
  readonly energyWh: Wh;
  readonly durationMs: DurationMs;
}

/** The bill of a hypothetical session. */
export function estimate(
  tariff: TariffRules,
  session: HypotheticalSession,
  options: PriceOptions = {},
): Bill {
  const start = startUsage(session.startAt, wh(0));
  const end = { at: epochMs(session.startAt + session.durationMs), registerWh: session.energyWh };
  return priceUsage(addReading(start, end, tariff), tariff, options);
}

/** What the rider has chosen to charge up to. */
export type ChargeTarget =
  | { readonly kind: 'energy'; readonly energyWh: Wh }
  | { readonly kind: 'money'; readonly amountFen: Fen }
  | { readonly kind: 'time'; readonly durationMs: DurationMs };

/** Further ahead than this nothing is foretold. */
const HORIZON = 3 * DAY;

/** The bill if the session goes on for a while at the power it has now. */
export function projectCost(
  usage: Usage,
  tariff: TariffRules,
  ahead: { readonly power: Watt; readonly forMs: DurationMs },
  options: Omit<PriceOptions, 'endedAt'> = {},
): Bill {
  const gained = floorShare(Math.max(0, ahead.power), ahead.forMs, HOUR);
  const reading = { at: epochMs(usage.lastAt + ahead.forMs), registerWh: wh(usage.lastRegisterWh + gained) };
  return priceUsage(addReading(usage, reading, tariff), tariff, options);
}

/**
 * Milliseconds from the last reading until a target is met at the recent power, 0 when it is met already, null when
 * that cannot be told: no power, a full battery, or a price that does not get there within three days. Whether
 * the battery is full earlier is not known here.
 */
export function etaMs(
  usage: Usage,
  tariff: TariffRules,
  target: ChargeTarget,
  recentPower: Watt,
  options: Omit<PriceOptions, 'endedAt' | 'moneyLimitFen'> = {},
): DurationMs | null {
  switch (target.kind) {
    case 'energy': {
      const missing = target.energyWh - usage.energyWh;
      if (missing <= 0) return durationMs(0);
      if (recentPower <= 0 || usage.fullAt !== null) return null;
      return withinHorizon(Math.ceil((missing * HOUR) / recentPower));
    }
    case 'time':
      return withinHorizon(Math.max(0, target.durationMs - elapsedTime(usage)));
    case 'money': {
      const reached = (forMs: number) =>
        projectCost(usage, tariff, { power: recentPower, forMs: durationMs(forMs) }, options).totalFen >=
        target.amountFen;
      return firstMoment(reached);
    }
  }
}

/** The first ms within the horizon at which a condition that stays true becomes true. */
function firstMoment(reached: (forMs: number) => boolean): DurationMs | null {
  if (reached(0)) return durationMs(0);
  if (!reached(HORIZON)) return null;
  let before = 0;
  let after = HORIZON;
  while (after - before > 1) {
    const middle = before + Math.floor((after - before) / 2);
    if (reached(middle)) after = middle;
    else before = middle;
  }
  return durationMs(after);
}

const withinHorizon = (ms: number): DurationMs | null => (ms > HORIZON ? null : durationMs(ms));
