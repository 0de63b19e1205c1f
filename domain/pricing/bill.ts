/**
 * From usage to a bill. The order of the steps, and why it is this one:
 *
 *  1. Nothing used, or ended within the free minutes: the bill is empty, idle fee and minimum included.
 *  2. Metered lines: one for electricity and one for service per slot used, each half-up to the fen. Lines come
 *     from sums per slot, not from readings, so how often a pile reports cannot change the rounding.
 *  3. Residential cap. A price per kWh is capped in its rate (the quote shows it capped); where electricity is sold
 *     by time or order, its amount is held to energy × ceiling, rounded down, for a legal ceiling is not exceeded
 *     by rounding. It comes before discounts: the regulated price is what a discount is given on.
 *  4. Member discount, on service or on both, after the regulated price and before the minimum: a discount must not
 *     undercut what the operator has said a session costs at least.
 *  5. Minimum, then 6. cap (minimum ≤ cap is validated). Both are promises about the price of charging, so
 *     they stand after everything that forms it.
 *  7. Idle fee: its own third part with its own cap. Neither the order's cap nor a discount touches it: the cap
 *     promises a price for charging, the idle fee moves a full vehicle off the outlet; nor does it count towards
 *     the minimum.
 *  8. Money limit: what exceeds the money the rider has put up is waived and borne by the platform, idle fee first
 *     (it came last), then charging.
 *
 * When a step changes the charging total, service is scaled half-up and electricity takes the remainder. Two
 * exceptions, both because electricity must not be sold above its regulated price: a minimum on nothing
 * priced is service, and under a residential cap a minimum lifts electricity no further than the ceiling.
 *
 * Every line belongs to a part (electricity, service, idle); the lines of a part sum to it, the parts to the total,
 * and no part is negative. Every step is non-decreasing in what enters it, so using more never costs less.
 */
import type { BasisPoints, CentiFen, DurationMs, EpochMs, Fen, Wh } from '../units.ts';
import { centiFen, fen, HOUR, MINUTE } from '../units.ts';
import { floorShare, halfUpShare } from './exact-division.ts';
import type { ChargeUnit, PriceSlot } from './price-slots.ts';
import { priceSlots } from './price-slots.ts';
import type { TariffRules } from './tariff.ts';
import type { Usage } from './usage.ts';
import { chargingTime, elapsedTime, endUsage } from './usage.ts';

export type BillPart = 'electricity' | 'service' | 'idle';

/** A metered line, or an adjustment; adjustments are unit `order` and, all but `minimum`, negative. */
export interface BillLine {
  readonly kind:
    | 'electricity'
    | 'service'
    | 'residential-cap'
    | 'discount'
    | 'minimum'
    | 'cap'
    | 'idle'
    | 'idle-cap'
    | 'waived';
  readonly part: BillPart;
  /** The slot's label for a metered line, otherwise the kind. A code for the message tables, not a text. */
  readonly label: string;
  /** Wh, ms or 1 order, as `unit` says. */
  readonly quantity: number;
  readonly unit: ChargeUnit;
  /** Per kWh, per hour or per order. `amountFen` is quantity × rate, half-up, on every line. */
  readonly rateCentiFen: CentiFen;
  readonly amountFen: Fen;
}

export interface Bill {
  readonly totalFen: Fen;
  readonly electricityFen: Fen;
  readonly serviceFen: Fen;
  readonly idleFen: Fen;
  /** What the steps took off or added, each ≥ 0; already inside the parts above. */
  readonly residentialCutFen: Fen;
  readonly discountFen: Fen;
  readonly minimumTopUpFen: Fen;
  readonly cappedFen: Fen;
  /** Above the rider's money limit: the platform bears it. */
  readonly waivedFen: Fen;
  readonly energyWh: Wh;
  /** Charging time; idle time is apart. */
  readonly durationMs: DurationMs;
  readonly idleMs: DurationMs;
  /** Ended within the tariff's free minutes. */
  readonly free: boolean;
  readonly lines: readonly BillLine[];
}

export interface PriceOptions {
  /** How much is taken off what the tariff lets a member save; held to 0..10,000. */
  readonly memberDiscountBp?: BasisPoints | undefined;
  /** Prices the session as if it ended here, after the last reading. */
  readonly endedAt?: EpochMs | undefined;
  /** The most the rider can be charged. */
  readonly moneyLimitFen?: Fen | undefined;
}

interface Charge {
  readonly electricity: number;
  readonly service: number;
}

const WHOLE = 10_000;

/** Prices a session under the tariff its readings were folded with. All amounts in fen. */
export function priceUsage(usage: Usage, tariff: TariffRules, options: PriceOptions = {}): Bill {
  const ended = options.endedAt === undefined ? usage : endUsage(usage, options.endedAt, tariff);
  const energyWh = ended.energyWh;
  const elapsed = elapsedTime(ended);
  const free = tariff.freeMinutes > 0 && elapsed <= tariff.freeMinutes * MINUTE;
  const priced = !free && (elapsed > 0 || energyWh > 0);

  const meteredLines = priced ? priceSlots(tariff).flatMap((slot) => slotLines(slot, ended)) : [];
  const metered = {
    electricity: sumOf(meteredLines, 'electricity'),
    service: sumOf(meteredLines, 'service'),
  };
  const regulated = underResidentialCap(metered, energyWh, tariff);
  const discounted = memberPrice(regulated, tariff, options.memberDiscountBp);
  const least = priced ? Math.max(totalOf(discounted), tariff.minimumFen) : 0;
  const raised = raisedTo(discounted, least, regulatedMost(energyWh, tariff));
  const capped = loweredTo(raised, Math.min(totalOf(raised), tariff.capFen ?? totalOf(raised)));
  const idleLines = priced ? idleFeeLines(ended, tariff) : [];
  const idle = sumOf(idleLines, 'idle');

  const limit = Math.max(0, options.moneyLimitFen ?? totalOf(capped) + idle);
  const charged = loweredTo(capped, Math.min(totalOf(capped), limit));
  const idleCharged = Math.min(idle, limit - totalOf(charged));

  return {
    totalFen: fen(totalOf(charged) + idleCharged),
    electricityFen: fen(charged.electricity),
    serviceFen: fen(charged.service),
    idleFen: fen(idleCharged),
    residentialCutFen: fen(totalOf(metered) - totalOf(regulated)),
    discountFen: fen(totalOf(regulated) - totalOf(discounted)),
    minimumTopUpFen: fen(totalOf(raised) - totalOf(discounted)),
    cappedFen: fen(totalOf(raised) - totalOf(capped)),
    waivedFen: fen(totalOf(capped) - totalOf(charged) + idle - idleCharged),
    energyWh,
    durationMs: chargingTime(ended),
    idleMs: ended.idleMs,
    free,
    lines: [
      ...meteredLines,
      ...chargeAdjustment('residential-cap', metered, regulated),
      ...chargeAdjustment('discount', regulated, discounted),
      ...chargeAdjustment('minimum', discounted, raised),
      ...chargeAdjustment('cap', raised, capped),
      ...idleLines,
      ...chargeAdjustment('waived', capped, charged),
      ...adjustment('waived', 'idle', idleCharged - idle),
    ],
  };
}

/** The two lines of a slot that was used; a free part of a used slot is shown with its quantity and 0 fen. */
function slotLines(slot: PriceSlot, usage: Usage): BillLine[] {
  const quantity =
    slot.unit === 'order' ? 1 : ((slot.unit === 'Wh' ? usage.wh[slot.index] : usage.ms[slot.index]) ?? 0);
  if (quantity === 0) return [];
  const { label, unit } = slot;
  return [
    line({ kind: 'electricity', part: 'electricity', label, quantity, unit }, slot.electricityCentiFen),
    line({ kind: 'service', part: 'service', label, quantity, unit }, slot.serviceCentiFen),
  ];
}

function idleFeeLines(usage: Usage, tariff: TariffRules): BillLine[] {
  const fee = tariff.idleFee;
  if (fee === null) return [];
  const quantity = usage.idleMs - fee.graceMinutes * MINUTE;
  if (quantity <= 0) return [];
  const rate = centiFen(fee.fenPerHour * 100);
  const idle = line({ kind: 'idle', part: 'idle', label: 'idle', quantity, unit: 'ms' }, rate);
  const most = fee.capFen ?? idle.amountFen;
  return [idle, ...adjustment('idle-cap', 'idle', Math.min(0, most - idle.amountFen))];
}

/** Holds electricity that is not sold per kWh to its ceiling; per kWh the rate itself is capped already. */
function underResidentialCap(charge: Charge, energyWh: Wh, tariff: TariffRules): Charge {
  if (tariff.kind === 'energy') return charge;
  const most = regulatedMost(energyWh, tariff) ?? charge.electricity;
  return { ...charge, electricity: Math.min(charge.electricity, most) };
}

/** The most this much energy may be sold for, or null if the tariff knows no ceiling. */
function regulatedMost(energyWh: Wh, tariff: TariffRules): number | null {
  if (tariff.residentialCap === null) return null;
  return floorShare(energyWh, tariff.residentialCap.electricityCentiFenPerKwh, CENTI_FEN_PER.Wh);
}

function memberPrice(charge: Charge, tariff: TariffRules, discountBp: number = 0): Charge {
  const payable = WHOLE - Math.min(WHOLE, Math.max(0, discountBp));
  switch (tariff.memberDiscountable) {
    case 'none':
      return charge;
    case 'service':
      return { ...charge, service: halfUpShare(charge.service, payable, WHOLE) };
    case 'all':
      return loweredTo(charge, halfUpShare(totalOf(charge), payable, WHOLE));
  }
}

/** Brings a charge down to a total: service half-up, electricity the remainder. */
function loweredTo(charge: Charge, total: number): Charge {
  const before = totalOf(charge);
  if (before === 0 || total === before) return charge;
  const service = halfUpShare(charge.service, total, before);
  return { electricity: total - service, service };
}

/** Brings a charge up to a total: service half-up, electricity the remainder as far as its ceiling lets it. */
function raisedTo(charge: Charge, total: number, electricityMost: number | null): Charge {
  const before = totalOf(charge);
  if (total === before) return charge;
  const scaled = before === 0 ? total : halfUpShare(charge.service, total, before);
  const most = Math.max(charge.electricity, electricityMost ?? total);
  const electricity = Math.min(total - scaled, most);
  return { electricity, service: total - electricity };
}

const CENTI_FEN_PER: Readonly<Record<ChargeUnit, number>> = { Wh: 1000 * 100, ms: HOUR * 100, order: 100 };

function line(head: Omit<BillLine, 'rateCentiFen' | 'amountFen'>, rateCentiFen: CentiFen): BillLine {
  const amountFen = fen(halfUpShare(head.quantity, rateCentiFen, CENTI_FEN_PER[head.unit]));
  return { ...head, rateCentiFen, amountFen };
}

function chargeAdjustment(kind: BillLine['kind'], before: Charge, after: Charge): BillLine[] {
  return [
    ...adjustment(kind, 'electricity', after.electricity - before.electricity),
    ...adjustment(kind, 'service', after.service - before.service),
  ];
}

function adjustment(kind: BillLine['kind'], part: BillPart, change: number): BillLine[] {
  if (change === 0) return [];
  const rateCentiFen = centiFen(change * 100);
  return [{ kind, part, label: kind, quantity: 1, unit: 'order', rateCentiFen, amountFen: fen(change) }];
}

const totalOf = (charge: Charge): number => charge.electricity + charge.service;

const sumOf = (lines: readonly BillLine[], part: BillPart): number =>
  lines.filter((each) => each.part === part).reduce((sum, each) => sum + each.amountFen, 0);
