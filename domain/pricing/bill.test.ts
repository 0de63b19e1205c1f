import { describe, expect, it } from 'vitest';
import { MINUTE, wh } from '../units.ts';
import type { Bill } from './bill.ts';
import { priceUsage } from './bill.ts';
import {
  flatEnergyTariff,
  hourlyTariff,
  metered,
  sessionTariff,
  shanghai,
  tierTariff,
  touTariff,
} from './sample-tariffs.test-support.ts';
import type { TariffRules } from './tariff.ts';
import { startUsage } from './usage.ts';

const parts = (bill: Bill) => [bill.electricityFen, bill.serviceFen, bill.idleFen, bill.totalFen];
const amounts = (bill: Bill) =>
  bill.lines.map((line) => `${line.kind} ${line.label} ${line.quantity}${line.unit} ${line.amountFen}`);
const noon: [string, string] = ['2026-03-01 12:00', '2026-03-01 13:00'];
const oneHour = (tariff: TariffRules, energyWh: number) => metered(tariff, noon[0], [noon[1], energyWh]);

describe('per kWh by time of use', () => {
  it('divides a stretch over the start of the valley and rounds every line half-up', () => {
    const usage = metered(touTariff(), '2026-03-01 21:30', ['2026-03-01 22:30', 500]);
    const bill = priceUsage(usage, touTariff());
    // 250 Wh at 0.30 yuan are 7.5 fen.
    expect(amounts(bill)).toEqual([
      'electricity valley 250Wh 8',
      'service valley 250Wh 5',
      'electricity peak 250Wh 25',
      'service peak 250Wh 10',
    ]);
    expect(parts(bill)).toEqual([33, 15, 0, 48]);
    expect(bill).toMatchObject({ energyWh: 500, durationMs: 60 * MINUTE, idleMs: 0, free: false });
  });

  it('keeps a period that wraps midnight in one line', () => {
    const bill = priceUsage(metered(touTariff(), '2026-03-01 23:00', ['2026-03-02 01:00', 400]), touTariff());
    expect(amounts(bill)).toEqual(['electricity valley 400Wh 12', 'service valley 400Wh 8']);
  });

  it('divides a silent stretch of two days by the hours of each period', () => {
    const usage = metered(touTariff(), '2026-03-01 12:00', ['2026-03-03 12:00', 4800]);
    expect(usage.wh).toEqual([1600, 400, 600, 1400, 800]);
    // 48 + 24 + 60 + 84 + 80 and 32 + 12 + 24 + 42 + 32
    expect(parts(priceUsage(usage, touTariff()))).toEqual([296, 142, 0, 438]);
  });

  it('costs what the meter saw where it was read at the boundary', () => {
    const usage = metered(
      touTariff(),
      '2026-03-01 21:30',
      ['2026-03-01 22:00', 400],
      ['2026-03-01 22:30', 100],
    );
    expect(parts(priceUsage(usage, touTariff()))).toEqual([43, 18, 0, 61]);
  });

  it.each([
    [499, 0],
    [500, 1],
    [1499, 1],
    [1500, 2],
  ])('rounds %i Wh at 1 fen a kWh to %i fen', (energyWh, electricityFen) => {
    const tariff = flatEnergyTariff(100, 0);
    expect(priceUsage(oneHour(tariff, energyWh), tariff).electricityFen).toBe(electricityFen);
  });
});

describe('per hour', () => {
  it('charges the hours of day and night, whatever energy they took', () => {
    const usage = metered(hourlyTariff(), '2026-03-01 21:00', ['2026-03-01 23:30', 0]);
    const bill = priceUsage(usage, hourlyTariff());
    expect(amounts(bill)).toEqual([
      `electricity flat ${60 * MINUTE}ms 50`,
      `service flat ${60 * MINUTE}ms 100`,
      `electricity valley ${90 * MINUTE}ms 45`,
      `service valley ${90 * MINUTE}ms 75`,
    ]);
    expect(parts(bill)).toEqual([95, 175, 0, 270]);
  });

  it('runs on to the end of the session after the last reading', () => {
    const usage = metered(hourlyTariff(), '2026-03-01 12:00', ['2026-03-01 13:00', 200]);
    const bill = priceUsage(usage, hourlyTariff(), { endedAt: shanghai('2026-03-01 14:00') });
    expect(parts(bill)).toEqual([100, 200, 0, 300]);
    expect(bill.energyWh).toBe(200);
  });
});

describe('by power tier', () => {
  it('changes tier in the middle of a session and still reports the energy', () => {
    const usage = metered(
      tierTariff(),
      '2026-03-01 12:00',
      ['2026-03-01 13:00', 180],
      ['2026-03-01 13:30', 150],
      ['2026-03-01 13:40', 100],
    );
    const bill = priceUsage(usage, tierTariff());
    // 10 minutes above 400 W: 8.33 and 16.67 fen.
    expect(amounts(bill)).toEqual([
      `electricity ≤200W ${60 * MINUTE}ms 20`,
      `service ≤200W ${60 * MINUTE}ms 30`,
      `electricity ≤400W ${30 * MINUTE}ms 15`,
      `service ≤400W ${30 * MINUTE}ms 30`,
      `electricity >400W ${10 * MINUTE}ms 8`,
      `service >400W ${10 * MINUTE}ms 17`,
    ]);
    expect(parts(bill)).toEqual([43, 77, 0, 120]);
    expect(bill.energyWh).toBe(430);
  });

  it.each([
    [200, 50],
    [201, 90],
    [400, 90],
    [401, 150],
  ])('an hour at %i W costs %i fen', (energyWh, totalFen) => {
    expect(priceUsage(oneHour(tierTariff(), energyWh), tierTariff()).totalFen).toBe(totalFen);
  });
});

describe('per session', () => {
  it('costs the same for any energy and time, and nothing before anything was used', () => {
    const tariff = sessionTariff();
    expect(parts(priceUsage(oneHour(tariff, 700), tariff))).toEqual([100, 150, 0, 250]);
    expect(parts(priceUsage(startUsage(shanghai(noon[0]), wh(5)), tariff))).toEqual([0, 0, 0, 0]);
  });
});
