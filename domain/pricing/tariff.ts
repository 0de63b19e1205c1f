import type { CentiFen, EpochMs, Fen } from '../units.ts';

/**
 * A charging tariff: plain JSON, stored as a version and snapshotted into the order, so that the price shown
 * before the start is the price billed (M5). Electricity and service fee stand apart everywhere.
 */
export type TariffRules = EnergyRules | TimeRules | PowerTierRules | SessionRules;

export type TariffKind = TariffRules['kind'];

export type PeriodLabel = 'sharp' | 'peak' | 'flat' | 'valley' | 'deep-valley';

/** Which part of the charging price a member's discount reduces. Idle fees and minimums are never discounted. */
export type MemberDiscountable = 'none' | 'service' | 'all';

interface CommonRules {
  readonly v: 1;
  /** The least a charging session costs, idle fee apart. */
  readonly minimumFen: Fen;
  /** The most a charging session costs, idle fee apart. */
  readonly capFen: Fen | null;
  /** A regulated ceiling on the electricity price (居民电价). */
  readonly residentialCap: { readonly electricityCentiFenPerKwh: CentiFen } | null;
  /** A session that ends within this many minutes costs nothing; 0 switches the rule off. */
  readonly freeMinutes: number;
  readonly idleFee: IdleFee | null;
  readonly memberDiscountable: MemberDiscountable;
}

/** What standing at the outlet costs once the battery is full and the grace is over. */
export interface IdleFee {
  readonly graceMinutes: number;
  readonly fenPerHour: Fen;
  readonly capFen: Fen | null;
}

/** A part of the Shanghai-local day, `[fromMinute, toMinute)`; `toMinute < fromMinute` wraps midnight. */
export interface DayWindow {
  readonly fromMinute: number;
  readonly toMinute: number;
}

export interface EnergyPeriod extends DayWindow {
  readonly label: PeriodLabel;
  readonly electricityCentiFenPerKwh: CentiFen;
  readonly serviceCentiFenPerKwh: CentiFen;
}

export interface TimePeriod extends DayWindow {
  readonly label: PeriodLabel;
  readonly electricityCentiFenPerHour: CentiFen;
  readonly serviceCentiFenPerHour: CentiFen;
}

/** A step of power, up to and including `uptoWatt`; the last step has no upper end. */
export interface PowerTier {
  readonly uptoWatt: number | null;
  readonly electricityCentiFenPerHour: CentiFen;
  readonly serviceCentiFenPerHour: CentiFen;
}

/** Per kWh, by time of use. The periods cover the day exactly once. */
export interface EnergyRules extends CommonRules {
  readonly kind: 'energy';
  readonly periods: readonly EnergyPeriod[];
}

/** Per hour of charging, by time of use. The periods cover the day exactly once. */
export interface TimeRules extends CommonRules {
  readonly kind: 'time';
  readonly periods: readonly TimePeriod[];
}

/** Per hour of charging, by the power drawn (功率分档); prices never fall as power rises. */
export interface PowerTierRules extends CommonRules {
  readonly kind: 'power-tier';
  readonly tiers: readonly PowerTier[];
}

/** Flat per order. */
export interface SessionRules extends CommonRules {
  readonly kind: 'session';
  readonly electricityFen: Fen;
  readonly serviceFen: Fen;
}

/** One dated version of a tariff; it is in force from `effectiveFrom` until a newer one is. */
export interface TariffVersion {
  readonly id: string;
  readonly effectiveFrom: EpochMs;
  readonly rules: TariffRules;
}
