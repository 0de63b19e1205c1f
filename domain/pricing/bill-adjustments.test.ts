import { describe, expect, it } from 'vitest';
import { basisPoints, centiFen, epochMs, fen, MINUTE, wh } from '../units.ts';
import type { Bill } from './bill.ts';
import { priceUsage } from './bill.ts';
import {
  flatEnergyTariff,
  hourlyTariff,
  metered,
  sessionTariff,
  shanghai,
  touTariff,
} from './sample-tariffs.test-support.ts';
import type { TariffRules } from './tariff.ts';
import type { Usage } from './usage.ts';
import { endUsage, markFull, startUsage } from './usage.ts';

const parts = (bill: Bill) => [bill.electricityFen, bill.serviceFen, bill.idleFen, bill.totalFen];
const amounts = (bill: Bill) =>
  bill.lines.map((line) => `${line.kind} ${line.label} ${line.quantity}${line.unit} ${line.amountFen}`);
const cap = (electricity: number) => ({ electricityCentiFenPerKwh: centiFen(electricity) });
const noon: [string, string] = ['2026-03-01 12:00', '2026-03-01 13:00'];
const oneHour = (tariff: TariffRules, energyWh: number) => metered(tariff, noon[0], [noon[1], energyWh]);

describe('free minutes', () => {
  const tariff = sessionTariff({ freeMinutes: 5, minimumFen: fen(100) });
  const start = startUsage(shanghai('2026-03-01 12:00'), wh(0));

  it('costs nothing up to the last free millisecond and everything after it', () => {
    const lastFree = shanghai('2026-03-01 12:05');
    expect(priceUsage(start, tariff, { endedAt: lastFree })).toMatchObject({
      totalFen: 0,
      free: true,
      lines: [],
    });
    const over = priceUsage(endUsage(start, epochMs(lastFree + 1), tariff), tariff);
    expect(over).toMatchObject({ totalFen: 250, free: false });
  });
});

describe('energy without time', () => {
  it('is not free where no minutes are', () => {
    const tariff = flatEnergyTariff(10_000, 0);
    const bill = priceUsage(metered(tariff, noon[0], [noon[0], 500]), tariff);
    expect(bill).toMatchObject({ totalFen: 50, free: false });
  });
});

describe('minimum and cap', () => {
  // One kWh costs 10 fen of electricity and 5 of service.
  const priced = (changes: Parameters<typeof flatEnergyTariff>[2], energyWh = 1000) => {
    const tariff = flatEnergyTariff(1000, 500, changes);
    return priceUsage(oneHour(tariff, energyWh), tariff);
  };

  it('lifts a small bill to the minimum: service scaled, electricity the remainder', () => {
    const bill = priced({ minimumFen: fen(20) });
    expect(parts(bill)).toEqual([13, 7, 0, 20]);
    expect(bill.minimumTopUpFen).toBe(5);
    expect(amounts(bill).slice(2)).toEqual(['minimum minimum 1order 3', 'minimum minimum 1order 2']);
  });

  it('cuts a large bill at the cap', () => {
    const bill = priced({ capFen: fen(10) });
    expect(parts(bill)).toEqual([7, 3, 0, 10]);
    expect(bill.cappedFen).toBe(5);
  });

  it('scales an exact half of service up', () => {
    const tariff = flatEnergyTariff(100, 100, { minimumFen: fen(3) });
    expect(parts(priceUsage(oneHour(tariff, 1000), tariff))).toEqual([1, 2, 0, 3]);
  });

  it('calls a minimum on an hour without energy service, not electricity', () => {
    expect(parts(priced({ minimumFen: fen(20) }, 0))).toEqual([0, 20, 0, 20]);
  });

  it('leaves a bill between the two alone', () => {
    expect(amounts(priced({ minimumFen: fen(15), capFen: fen(15) }))).toHaveLength(2);
  });
});

describe('residential cap', () => {
  it('replaces a dearer price per kWh and leaves a cheaper one', () => {
    const tariff = touTariff({ residentialCap: cap(5000) });
    const usage = metered(tariff, '2026-03-01 21:00', ['2026-03-01 23:00', 2000]);
    const bill = priceUsage(usage, tariff);
    // 1 kWh valley at 0.30, 1 kWh peak at 0.50 instead of 1.00.
    expect(parts(bill)).toEqual([80, 60, 0, 140]);
    expect(bill.lines.map((line) => line.rateCentiFen)).toEqual([3000, 2000, 5000, 4000]);
  });

  it('leaves rounding per line as it is where the price is per kWh', () => {
    const tariff = flatEnergyTariff(9000, 0, { residentialCap: cap(5000) });
    // 29.5 fen
    expect(parts(priceUsage(oneHour(tariff, 590), tariff))).toEqual([30, 0, 0, 30]);
  });

  it('holds electricity sold by the hour to what its energy may cost, rounded down', () => {
    const tariff = hourlyTariff({ residentialCap: cap(5000) });
    const bill = priceUsage(oneHour(tariff, 599), tariff);
    // 0.599 kWh at 0.50 are 29.95 fen.
    expect(parts(bill)).toEqual([29, 100, 0, 129]);
    expect(bill.residentialCutFen).toBe(21);
    expect(amounts(bill)[2]).toBe('residential-cap residential-cap 1order -21');
  });

  it('does not let a minimum lift electricity above its ceiling', () => {
    const tariff = flatEnergyTariff(5000, 1000, { residentialCap: cap(5000), minimumFen: fen(100) });
    expect(parts(priceUsage(oneHour(tariff, 600), tariff))).toEqual([30, 70, 0, 100]);
  });
});

describe('member discount', () => {
  const priced = (memberDiscountable: 'none' | 'service' | 'all', bp: number, minimumFen = 0) => {
    const tariff = flatEnergyTariff(1000, 1500, { memberDiscountable, minimumFen: fen(minimumFen) });
    return priceUsage(oneHour(tariff, 1000), tariff, { memberDiscountBp: basisPoints(bp) });
  };

  it('takes a tenth off the service, half-up', () => {
    expect(parts(priced('service', 1000))).toEqual([10, 14, 0, 24]);
    expect(priced('service', 1000).discountFen).toBe(1);
  });

  it('takes a fifth off both', () => {
    expect(parts(priced('all', 2000))).toEqual([8, 12, 0, 20]);
  });

  it('takes nothing off where the tariff gives none, and never more than everything', () => {
    expect(priced('none', 5000).totalFen).toBe(25);
    expect(priced('all', 20_000).totalFen).toBe(0);
    expect(priced('all', -500).totalFen).toBe(25);
  });

  it('does not undercut the minimum', () => {
    const bill = priced('all', 5000, 20);
    // 25 → 13, half-up; then up to 20.
    expect(bill).toMatchObject({ discountFen: 12, minimumTopUpFen: 7, totalFen: 20 });
  });
});

describe('idle fee', () => {
  const idleFee = { graceMinutes: 30, fenPerHour: fen(200), capFen: null };

  function fullAtOne(tariff: TariffRules): Usage {
    const charged = metered(tariff, '2026-03-01 12:00', ['2026-03-01 13:00', 1000]);
    return endUsage(markFull(charged, charged.lastAt), shanghai('2026-03-01 15:00'), tariff);
  }

  it('begins after the grace and stands apart from charging, which stops being charged', () => {
    const tariff = hourlyTariff({ idleFee });
    const bill = priceUsage(fullAtOne(tariff), tariff);
    expect(parts(bill)).toEqual([50, 100, 300, 450]);
    expect(amounts(bill)[2]).toBe(`idle idle ${90 * MINUTE}ms 300`);
    expect(bill).toMatchObject({ durationMs: 60 * MINUTE, idleMs: 120 * MINUTE });
  });

  it('has its own cap, and the cap of the order does not cover it', () => {
    const tariff = hourlyTariff({ capFen: fen(100), idleFee: { ...idleFee, capFen: fen(250) } });
    const bill = priceUsage(fullAtOne(tariff), tariff);
    expect(parts(bill)).toEqual([33, 67, 250, 350]);
    expect(bill.cappedFen).toBe(50);
  });

  it('is neither discounted nor counted towards the minimum', () => {
    const tariff = hourlyTariff({ idleFee, memberDiscountable: 'all', minimumFen: fen(100) });
    const bill = priceUsage(fullAtOne(tariff), tariff, { memberDiscountBp: basisPoints(5000) });
    expect(parts(bill)).toEqual([33, 67, 300, 400]);
  });

  it('is not charged within the grace', () => {
    const tariff = hourlyTariff({ idleFee: { ...idleFee, graceMinutes: 120 } });
    expect(priceUsage(fullAtOne(tariff), tariff).idleFen).toBe(0);
  });
});

describe('money limit', () => {
  const idleFee = { graceMinutes: 0, fenPerHour: fen(60), capFen: null };
  const tariff = hourlyTariff({ idleFee });
  const charged = metered(tariff, '2026-03-01 12:00', ['2026-03-01 13:00', 1000]);
  const usage = endUsage(markFull(charged, charged.lastAt), shanghai('2026-03-01 14:00'), tariff);

  it.each([
    [500, [50, 100, 60, 210], 0],
    [210, [50, 100, 60, 210], 0],
    [170, [50, 100, 20, 170], 40],
    [150, [50, 100, 0, 150], 60],
    [100, [33, 67, 0, 100], 110],
    [0, [0, 0, 0, 0], 210],
  ])('of %i fen is never exceeded; idle fee goes first', (moneyLimitFen, expected, waivedFen) => {
    const bill = priceUsage(usage, tariff, { moneyLimitFen: fen(moneyLimitFen) });
    expect(parts(bill)).toEqual(expected);
    expect(bill.waivedFen).toBe(waivedFen);
  });
});
