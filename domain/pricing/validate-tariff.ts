import type { Result } from '../errors.ts';
import { ok, refuse } from '../errors.ts';
import { windowSpans } from './shanghai-time.ts';
import type { PeriodLabel, TariffRules } from './tariff.ts';

export const PERIOD_LABELS: readonly PeriodLabel[] = ['sharp', 'peak', 'flat', 'valley', 'deep-valley'];

/** Usage keeps two numbers a slot in a socket attachment of 16 KB, so slots are few. */
export const MAX_PERIODS = 24;
export const MAX_TIERS = 12;

/** Far above any real price: it catches a wrong unit and keeps every product exact. */
const MAX_FEN = 1_000_000;
const MAX_CENTI_FEN = 10_000_000;
const MAX_WATT = 100_000;
const MINUTES_A_DAY = 1440;

/** One thing wrong with a tariff: where (a path like `periods.2.fromMinute`), what, and the facts around it. */
export interface TariffProblem {
  readonly path: string;
  readonly problem:
    | 'not_an_object'
    | 'unknown_value'
    | 'not_an_integer'
    | 'below_least'
    | 'above_most'
    | 'missing'
    | 'too_many'
    | 'empty_period'
    | 'gap'
    | 'overlap'
    | 'minimum_above_cap'
    | 'tier_not_rising'
    | 'last_tier_not_open'
    | 'price_falls_with_power';
  readonly least?: number;
  readonly most?: number;
  readonly fromMinute?: number;
  readonly toMinute?: number;
}

type Fields = Readonly<Record<string, unknown>>;
type Report = (problem: TariffProblem) => void;

/**
 * Accepts a tariff that can be billed, or refuses with `tariff_invalid` and every problem found in
 * `details.problems`. It takes unknown input: this is the boundary behind which rules are trusted.
 */
export function validateTariff(rules: unknown): Result<TariffRules> {
  const problems: TariffProblem[] = [];
  checkRules(rules, (problem) => problems.push(problem));
  if (problems.length > 0) return refuse('tariff_invalid', { problems });
  return ok(rules as TariffRules);
}

function checkRules(rules: unknown, report: Report): void {
  if (!isFields(rules)) {
    report({ path: '', problem: 'not_an_object' });
    return;
  }
  checkOneOf(rules, 'v', '', [1], report);
  checkOneOf(rules, 'memberDiscountable', '', ['none', 'service', 'all'], report);
  checkInteger(rules, 'freeMinutes', '', 0, MINUTES_A_DAY, report);
  checkInteger(rules, 'minimumFen', '', 0, MAX_FEN, report);
  if (rules.capFen !== null) checkInteger(rules, 'capFen', '', 1, MAX_FEN, report);
  if (isInteger(rules.minimumFen) && isInteger(rules.capFen) && rules.minimumFen > rules.capFen) {
    report({ path: 'minimumFen', problem: 'minimum_above_cap', most: rules.capFen });
  }
  checkNullable(rules, 'residentialCap', report, (cap) =>
    checkInteger(cap, 'electricityCentiFenPerKwh', 'residentialCap.', 0, MAX_CENTI_FEN, report),
  );
  checkNullable(rules, 'idleFee', report, (fee) => {
    checkInteger(fee, 'graceMinutes', 'idleFee.', 0, MINUTES_A_DAY, report);
    checkInteger(fee, 'fenPerHour', 'idleFee.', 0, MAX_FEN, report);
    if (fee.capFen !== null) checkInteger(fee, 'capFen', 'idleFee.', 1, MAX_FEN, report);
  });
  switch (rules.kind) {
    case 'energy':
      checkPeriods(rules.periods, ['electricityCentiFenPerKwh', 'serviceCentiFenPerKwh'], report);
      return;
    case 'time':
      checkPeriods(rules.periods, ['electricityCentiFenPerHour', 'serviceCentiFenPerHour'], report);
      return;
    case 'power-tier':
      checkTiers(rules.tiers, report);
      return;
    case 'session':
      checkInteger(rules, 'electricityFen', '', 0, MAX_FEN, report);
      checkInteger(rules, 'serviceFen', '', 0, MAX_FEN, report);
      return;
    default:
      report({ path: 'kind', problem: 'unknown_value' });
  }
}

function checkPeriods(periods: unknown, prices: readonly string[], report: Report): void {
  const rows = checkRows(periods, 'periods', MAX_PERIODS, report);
  /** How many periods claim each minute of the day. */
  const claims = new Uint8Array(MINUTES_A_DAY);
  let placed = true;
  for (const [index, period] of rows.entries()) {
    const at = `periods.${index}.`;
    if (!isFields(period)) {
      report({ path: `periods.${index}`, problem: 'not_an_object' });
      placed = false;
      continue;
    }
    checkOneOf(period, 'label', at, PERIOD_LABELS, report);
    for (const price of prices) checkInteger(period, price, at, 0, MAX_CENTI_FEN, report);
    const fromFits = checkInteger(period, 'fromMinute', at, 0, MINUTES_A_DAY - 1, report);
    const toFits = checkInteger(period, 'toMinute', at, 0, MINUTES_A_DAY, report);
    const { fromMinute, toMinute } = period;
    if (!fromFits || !toFits || !isInteger(fromMinute) || !isInteger(toMinute)) {
      placed = false;
      continue;
    }
    if (fromMinute === toMinute) {
      report({ path: `periods.${index}`, problem: 'empty_period', fromMinute, toMinute });
    }
    for (const span of windowSpans({ fromMinute, toMinute })) {
      for (let minute = span.fromMinute; minute < span.toMinute; minute += 1) {
        claims[minute] = (claims[minute] ?? 0) + 1;
      }
    }
  }
  if (!placed || rows.length === 0) return;
  reportStretches(claims, (count) => count === 0, 'gap', report);
  reportStretches(claims, (count) => count > 1, 'overlap', report);
}

/** Reports each unbroken stretch of minutes whose number of periods is wrong. */
function reportStretches(
  claims: Uint8Array,
  wrong: (count: number) => boolean,
  problem: 'gap' | 'overlap',
  report: Report,
): void {
  let fromMinute = -1;
  for (let minute = 0; minute <= MINUTES_A_DAY; minute += 1) {
    const bad = minute < MINUTES_A_DAY && wrong(claims[minute] ?? 0);
    if (bad && fromMinute < 0) fromMinute = minute;
    if (!bad && fromMinute >= 0) {
      report({ path: 'periods', problem, fromMinute, toMinute: minute });
      fromMinute = -1;
    }
  }
}

function checkTiers(tiers: unknown, report: Report): void {
  const rows = checkRows(tiers, 'tiers', MAX_TIERS, report);
  const prices = ['electricityCentiFenPerHour', 'serviceCentiFenPerHour'];
  let below: Fields = {};
  for (const [index, tier] of rows.entries()) {
    const at = `tiers.${index}.`;
    if (!isFields(tier)) {
      report({ path: `tiers.${index}`, problem: 'not_an_object' });
      continue;
    }
    const last = index === rows.length - 1;
    if (last !== (tier.uptoWatt === null)) {
      report({ path: `${at}uptoWatt`, problem: last ? 'last_tier_not_open' : 'tier_not_rising' });
    } else if (!last && checkInteger(tier, 'uptoWatt', at, 1, MAX_WATT, report)) {
      if (falls(below.uptoWatt, tier.uptoWatt) || below.uptoWatt === tier.uptoWatt) {
        report({ path: `${at}uptoWatt`, problem: 'tier_not_rising' });
      }
    }
    for (const price of prices) {
      checkInteger(tier, price, at, 0, MAX_CENTI_FEN, report);
      // Each part on its own: a discount or a ceiling on one of them must not make more power cheaper.
      if (falls(below[price], tier[price])) {
        report({ path: `${at}${price}`, problem: 'price_falls_with_power' });
      }
    }
    below = tier;
  }
}

function checkRows(value: unknown, path: string, most: number, report: Report): readonly unknown[] {
  const rows: readonly unknown[] = Array.isArray(value) ? value : [];
  if (rows.length === 0) report({ path, problem: 'missing' });
  if (rows.length > most) report({ path, problem: 'too_many', most });
  return rows;
}

function checkNullable(fields: Fields, name: string, report: Report, check: (inner: Fields) => void): void {
  const inner = fields[name];
  if (inner === null) return;
  if (isFields(inner)) check(inner);
  else report({ path: name, problem: inner === undefined ? 'missing' : 'not_an_object' });
}

function checkOneOf(
  fields: Fields,
  name: string,
  at: string,
  known: readonly unknown[],
  report: Report,
): void {
  if (known.includes(fields[name])) return;
  report({ path: `${at}${name}`, problem: fields[name] === undefined ? 'missing' : 'unknown_value' });
}

function checkInteger(
  fields: Fields,
  name: string,
  at: string,
  least: number,
  most: number,
  report: Report,
): boolean {
  const value = fields[name];
  const path = `${at}${name}`;
  if (value === undefined) report({ path, problem: 'missing' });
  else if (!isInteger(value)) report({ path, problem: 'not_an_integer' });
  else if (value < least) report({ path, problem: 'below_least', least });
  else if (value > most) report({ path, problem: 'above_most', most });
  else return true;
  return false;
}

const falls = (lower: unknown, upper: unknown): boolean =>
  isInteger(lower) && isInteger(upper) && upper < lower;
const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
