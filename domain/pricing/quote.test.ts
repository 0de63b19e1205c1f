import { describe, expect, it } from 'vitest';
import { basisPoints, centiFen, durationMs, fen, HOUR, MINUTE, watt, wh } from '../units.ts';
import { estimate, etaMs, nextPeriodBoundary, projectCost, quoteTariff } from './quote.ts';
import {
  flatEnergyTariff,
  hourlyTariff,
  sessionTariff,
  shanghai,
  tierTariff,
  touTariff,
} from './sample-tariffs.test-support.ts';
import { addReading, markFull, startUsage } from './usage.ts';

const noon = shanghai('2026-03-01 12:00');

describe('the price before the start', () => {
  it('shows both fees of every period and marks the current one', () => {
    const idleFee = { graceMinutes: 30, fenPerHour: fen(200), capFen: null };
    const tariff = touTariff({ minimumFen: fen(50), capFen: fen(900), freeMinutes: 2, idleFee });
    const quote = quoteTariff(tariff, shanghai('2026-03-02 05:59'));
    expect(quote).toMatchObject({ minimumFen: 50, capFen: 900, freeMinutes: 2, idleFee });
    expect(quote.pricesUntil).toBe(shanghai('2026-03-02 06:00'));
    expect(
      quote.rows.map((row) => [row.label, row.electricityCentiFen, row.serviceCentiFen, row.current]),
    ).toEqual([
      ['valley', 3000, 2000, true],
      ['flat', 6000, 3000, false],
      ['peak', 10_000, 4000, false],
      ['flat', 6000, 3000, false],
      ['peak', 10_000, 4000, false],
    ]);
  });

  it('shows the price per kWh under the residential cap, as it will be billed', () => {
    const residentialCap = { electricityCentiFenPerKwh: centiFen(5000) };
    const quote = quoteTariff(touTariff({ residentialCap }), noon);
    expect(quote.rows.map((row) => row.electricityCentiFen)).toEqual([3000, 5000, 5000, 5000, 5000]);
    expect(quote.residentialCapCentiFenPerKwh).toBe(5000);
  });

  it('shows tiers with none of them current, and a flat price as it is', () => {
    expect(quoteTariff(tierTariff(), noon).rows.map((row) => [row.label, row.unit, row.current])).toEqual([
      ['≤200W', 'ms', false],
      ['≤400W', 'ms', false],
      ['>400W', 'ms', false],
    ]);
    expect(quoteTariff(sessionTariff(), noon).rows).toMatchObject([
      { unit: 'order', electricityCentiFen: 10_000, serviceCentiFen: 15_000, current: true },
    ]);
  });
});

describe('the next change of price', () => {
  it.each([
    ['2026-03-01 12:00', '2026-03-01 18:00'],
    ['2026-03-01 18:00', '2026-03-01 22:00'],
    ['2026-03-01 22:00', '2026-03-02 06:00'],
    ['2026-03-01 23:59', '2026-03-02 06:00'],
    ['2026-03-02 05:59', '2026-03-02 06:00'],
  ])('after %s is %s', (at, next) => {
    expect(nextPeriodBoundary(touTariff(), shanghai(at))).toBe(shanghai(next));
  });

  it('passes over a boundary between equal prices', () => {
    const [valley, ...rest] = touTariff().periods;
    if (valley === undefined) throw new Error('the sample has a valley');
    const split = [{ ...valley, toMinute: 0 }, { ...valley, fromMinute: 0 }, ...rest];
    expect(nextPeriodBoundary(touTariff({ periods: split }), shanghai('2026-03-01 23:00'))).toBe(
      shanghai('2026-03-02 06:00'),
    );
  });

  it('never comes where the time of day does not matter', () => {
    expect(nextPeriodBoundary(flatEnergyTariff(100, 100), noon)).toBeNull();
    expect(nextPeriodBoundary(tierTariff(), noon)).toBeNull();
    expect(nextPeriodBoundary(sessionTariff(), noon)).toBeNull();
  });
});

describe('a session that has not happened', () => {
  it('is billed like one that has', () => {
    const session = {
      startAt: shanghai('2026-03-01 21:30'),
      energyWh: wh(500),
      durationMs: durationMs(HOUR),
    };
    expect(estimate(touTariff(), session).totalFen).toBe(48);
    const tariff = touTariff({ memberDiscountable: 'service' });
    expect(estimate(tariff, session, { memberDiscountBp: basisPoints(10_000) }).totalFen).toBe(33);
  });
});

describe('how long it will take', () => {
  // 1 yuan a kWh; 300 Wh so far.
  const tariff = flatEnergyTariff(6000, 4000);
  const usage = addReading(
    startUsage(noon, wh(0)),
    { at: shanghai('2026-03-01 13:00'), registerWh: wh(300) },
    tariff,
  );

  it('to an amount of energy', () => {
    expect(etaMs(usage, tariff, { kind: 'energy', energyWh: wh(800) }, watt(250))).toBe(2 * HOUR);
    expect(etaMs(usage, tariff, { kind: 'energy', energyWh: wh(301) }, watt(7))).toBe(514_286);
    expect(etaMs(usage, tariff, { kind: 'energy', energyWh: wh(300) }, watt(250))).toBe(0);
  });

  it('to an amount of money: the first ms at which the bill is there', () => {
    // 30 + 20 fen at 500 Wh, an hour ahead; rounding half-up shows them a little earlier.
    const eta = etaMs(usage, tariff, { kind: 'money', amountFen: fen(50) }, watt(200));
    if (eta === null) throw new Error('the price rises with energy');
    const at = (forMs: number) =>
      projectCost(usage, tariff, { power: watt(200), forMs: durationMs(forMs) }).totalFen;
    expect(at(eta)).toBeGreaterThanOrEqual(50);
    expect(at(eta - 1)).toBeLessThan(50);
    expect(Math.abs(eta - HOUR)).toBeLessThan(3 * MINUTE);
  });

  it('to a length of time', () => {
    expect(etaMs(usage, tariff, { kind: 'time', durationMs: durationMs(3 * HOUR) }, watt(0))).toBe(2 * HOUR);
  });

  it('is not known without power, after full, or where the price stays below', () => {
    expect(etaMs(usage, tariff, { kind: 'energy', energyWh: wh(800) }, watt(0))).toBeNull();
    expect(
      etaMs(markFull(usage, usage.lastAt), tariff, { kind: 'energy', energyWh: wh(800) }, watt(250)),
    ).toBeNull();
    expect(etaMs(usage, tariff, { kind: 'money', amountFen: fen(50) }, watt(0))).toBeNull();
    const capped = { ...tariff, capFen: fen(40) };
    expect(etaMs(usage, capped, { kind: 'money', amountFen: fen(50) }, watt(250))).toBeNull();
  });

  it('follows the price over a boundary', () => {
    const hourly = hourlyTariff();
    const evening = startUsage(shanghai('2026-03-01 21:00'), wh(0));
    // 150 fen for the hour to 22:00, then 80 an hour.
    const eta = etaMs(evening, hourly, { kind: 'money', amountFen: fen(190) }, watt(0));
    expect(Math.abs((eta ?? 0) - 90 * MINUTE)).toBeLessThan(MINUTE);
  });
});
