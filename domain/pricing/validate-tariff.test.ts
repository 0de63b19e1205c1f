import { describe, expect, it } from 'vitest';
import {
  flatEnergyTariff,
  hourlyTariff,
  sessionTariff,
  tierTariff,
  touTariff,
} from './sample-tariffs.test-support.ts';
import type { TariffProblem } from './validate-tariff.ts';
import { validateTariff } from './validate-tariff.ts';

type Json = Record<string, unknown>;
const tou = touTariff();
const period = (fromMinute: number, toMinute: number): Json => ({ ...tou.periods[0], fromMinute, toMinute });
const tier = (uptoWatt: number | null, electricity: number, service: number): Json => ({
  uptoWatt,
  electricityCentiFenPerHour: electricity,
  serviceCentiFenPerHour: service,
});

function problems(candidate: unknown): readonly Partial<TariffProblem>[] {
  const result = validateTariff(candidate);
  if (result.ok) return [];
  expect(result.error.code).toBe('tariff_invalid');
  const found = result.error.details?.problems;
  return Array.isArray(found) ? found : [];
}

describe('a tariff that can be billed', () => {
  it.each([
    tou,
    flatEnergyTariff(0, 0),
    hourlyTariff(),
    tierTariff(),
    sessionTariff(),
    touTariff({ idleFee: null, capFen: null }),
    { ...tou, periods: [period(480, 1200), period(1200, 0), period(0, 480)] },
  ])('is accepted: $kind', (tariff) => {
    expect(problems(tariff)).toEqual([]);
  });
});

describe('a tariff that cannot', () => {
  it.each<[string, unknown, Partial<TariffProblem>]>([
    ['nothing', null, { path: '', problem: 'not_an_object' }],
    ['a list', [], { path: '', problem: 'not_an_object' }],
    ['another version', { ...tou, v: 2 }, { path: 'v', problem: 'unknown_value' }],
    ['another kind', { ...tou, kind: 'per-mile' }, { path: 'kind', problem: 'unknown_value' }],
    ['a field left out', { ...tou, capFen: undefined }, { path: 'capFen', problem: 'missing' }],
    ['half a fen', { ...tou, minimumFen: 0.5 }, { path: 'minimumFen', problem: 'not_an_integer' }],
    ['a number in words', { ...tou, minimumFen: '5' }, { path: 'minimumFen', problem: 'not_an_integer' }],
    [
      'a negative minimum',
      { ...tou, minimumFen: -1 },
      { path: 'minimumFen', problem: 'below_least', least: 0 },
    ],
    ['a cap of nothing', { ...tou, capFen: 0 }, { path: 'capFen', problem: 'below_least', least: 1 }],
    [
      'a minimum above the cap',
      { ...tou, minimumFen: 9, capFen: 8 },
      { problem: 'minimum_above_cap', most: 8 },
    ],
    ['a day too free', { ...tou, freeMinutes: 1441 }, { path: 'freeMinutes', problem: 'above_most' }],
    ['a discount on idling', { ...tou, memberDiscountable: 'idle' }, { path: 'memberDiscountable' }],
    [
      'a cap without a price',
      { ...tou, residentialCap: {} },
      { path: 'residentialCap.electricityCentiFenPerKwh' },
    ],
    ['an idle fee as a number', { ...tou, idleFee: 5 }, { path: 'idleFee', problem: 'not_an_object' }],
    [
      'a negative idle fee',
      { ...tou, idleFee: { graceMinutes: 0, fenPerHour: -5, capFen: null } },
      { path: 'idleFee.fenPerHour', problem: 'below_least' },
    ],
    ['no periods', { ...tou, periods: [] }, { path: 'periods', problem: 'missing' }],
    [
      'a gap',
      { ...tou, periods: [period(0, 480), period(500, 1440)] },
      { problem: 'gap', fromMinute: 480, toMinute: 500 },
    ],
    [
      'a gap to midnight',
      { ...tou, periods: [period(0, 1439)] },
      { problem: 'gap', fromMinute: 1439, toMinute: 1440 },
    ],
    [
      'an overlap through a wrap',
      { ...tou, periods: [period(1320, 400), period(360, 1320)] },
      { problem: 'overlap', fromMinute: 360, toMinute: 400 },
    ],
    [
      'an empty period',
      { ...tou, periods: [period(0, 1440), period(60, 60)] },
      { path: 'periods.1', problem: 'empty_period' },
    ],
    [
      'minute 1440 as a beginning',
      { ...tou, periods: [period(1440, 1440)] },
      { path: 'periods.0.fromMinute', problem: 'above_most', most: 1439 },
    ],
    [
      'a period that is a word',
      { ...tou, periods: ['day'] },
      { path: 'periods.0', problem: 'not_an_object' },
    ],
    [
      'an unknown label',
      { ...tou, periods: [{ ...period(0, 1440), label: 'night' }] },
      { path: 'periods.0.label', problem: 'unknown_value' },
    ],
    [
      'prices per hour sold per kWh',
      { ...hourlyTariff(), kind: 'energy' },
      { path: 'periods.0.electricityCentiFenPerKwh', problem: 'missing' },
    ],
    [
      'too many periods',
      { ...tou, periods: Array.from({ length: 25 }, (_, i) => period(i * 50, Math.min(1440, i * 50 + 50))) },
      { path: 'periods', problem: 'too_many', most: 24 },
    ],
    [
      'tiers out of order',
      { ...tierTariff(), tiers: [tier(400, 1, 1), tier(200, 2, 2), tier(null, 3, 3)] },
      { path: 'tiers.1.uptoWatt', problem: 'tier_not_rising' },
    ],
    [
      'two tiers with one end',
      { ...tierTariff(), tiers: [tier(200, 1, 1), tier(200, 2, 2), tier(null, 3, 3)] },
      { path: 'tiers.1.uptoWatt', problem: 'tier_not_rising' },
    ],
    [
      'an open tier in the middle',
      { ...tierTariff(), tiers: [tier(null, 1, 1), tier(null, 2, 2)] },
      { path: 'tiers.0.uptoWatt', problem: 'tier_not_rising' },
    ],
    [
      'a last tier that ends',
      { ...tierTariff(), tiers: [tier(200, 1, 1)] },
      { path: 'tiers.0.uptoWatt', problem: 'last_tier_not_open' },
    ],
    [
      'service that falls as power rises, though the sum does not',
      { ...tierTariff(), tiers: [tier(200, 1, 9), tier(null, 20, 8)] },
      { path: 'tiers.1.serviceCentiFenPerHour', problem: 'price_falls_with_power' },
    ],
    [
      'a negative flat fee',
      { ...sessionTariff(), serviceFen: -1 },
      { path: 'serviceFen', problem: 'below_least' },
    ],
  ])('%s is named', (_, candidate, expected) => {
    expect(problems(candidate)).toContainEqual(expect.objectContaining(expected));
  });

  it('all its problems are named at once', () => {
    const found = problems({ ...tou, v: 0, minimumFen: -1, periods: [period(0, 600)] });
    expect(found.map((each) => each.problem)).toEqual(['unknown_value', 'below_least', 'gap']);
  });
});
