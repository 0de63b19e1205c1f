import { describe, expect, it } from 'vitest';
import { centiFen, epochMs, HOUR, MINUTE, SECOND, wh } from '../units.ts';
import { priceUsage } from './bill.ts';
import {
  flatEnergyTariff,
  hourlyTariff,
  shanghai,
  tierTariff,
  touTariff,
} from './sample-tariffs.test-support.ts';
import type { Usage } from './usage.ts';
import {
  addReading,
  chargingTime,
  clearFull,
  continueUsage,
  elapsedTime,
  endUsage,
  markFull,
  mergeUsage,
  NO_USAGE,
  readingIsDue,
  startUsage,
} from './usage.ts';

const tariff = flatEnergyTariff(10_000, 0);
const startAt = shanghai('2026-03-01 12:00');
const minute = (minutes: number) => epochMs(startAt + minutes * MINUTE);

/** Registers read at minutes after the start, the first being the start itself. */
function read(...readings: [minutes: number, registerWh: number][]): Usage {
  return readings.reduce(
    (usage, [minutes, register]) =>
      addReading(usage, { at: minute(minutes), registerWh: wh(register) }, tariff),
    NO_USAGE,
  );
}

describe('readings as they come', () => {
  it('the first one starts the session, whatever the register stands at', () => {
    expect(read([0, 5000])).toEqual(startUsage(startAt, wh(5000)));
  });

  it('a late or repeated one is ignored and counted', () => {
    const usage = read([0, 1000], [10, 1100], [10, 1100], [5, 1050], [20, 1200], [10, 1100]);
    expect(usage).toMatchObject({ energyWh: 200, ignored: 3, resets: 0, lastRegisterWh: 1200 });
    expect(chargingTime(usage)).toBe(20 * MINUTE);
  });

  it('one at the same moment adds what it shows more, and a lower one there is noise', () => {
    const usage = read([0, 1000], [10, 1100], [10, 1130], [10, 1120], [20, 1200]);
    expect(usage).toMatchObject({ energyWh: 200, ignored: 1, resets: 0 });
  });

  it('energy without time goes to the period of the moment', () => {
    const tou = touTariff();
    const at = shanghai('2026-03-01 22:00');
    const usage = addReading(startUsage(at, wh(0)), { at, registerWh: wh(7) }, tou);
    expect(usage.wh).toEqual([7, 0, 0, 0, 0]);
  });
});

describe('a register that drops', () => {
  it('goes on from its new value: nothing is taken back, nothing guessed', () => {
    const usage = read([0, 1000], [10, 1500], [20, 3], [30, 203]);
    expect(usage).toMatchObject({ energyWh: 700, resets: 1, lastRegisterWh: 203 });
    expect(elapsedTime(usage)).toBe(30 * MINUTE);
  });

  it('for one frame only does not bill the lifetime of the meter', () => {
    const usage = read([0, 800_000], [10, 800_100], [20, 0], [30, 800_250]);
    expect(usage).toMatchObject({ energyWh: 250, resets: 1, droppedFromWh: null });
  });

  it('and later climbs past the old value loses less than one stretch', () => {
    const usage = read([0, 0], [10, 100], [20, 0], [30, 95], [40, 190], [50, 285]);
    // Of the stretch from 95 to 190 only what lies above 100 counts.
    expect(usage.energyWh).toBe(100 + 95 + 90 + 95);
  });
});

describe('stretches over period boundaries', () => {
  it('are divided by time, to the last Wh and ms', () => {
    const tou = touTariff();
    const from = shanghai('2026-03-01 17:59');
    const usage = addReading(
      startUsage(from, wh(0)),
      { at: shanghai('2026-03-01 22:01'), registerWh: wh(242) },
      tou,
    );
    expect(usage.wh).toEqual([1, 0, 0, 1, 240]);
    expect(usage.ms).toEqual([MINUTE, 0, 0, MINUTE, 4 * HOUR]);
  });

  it('give an odd Wh on even halves to the period listed first', () => {
    const tou = touTariff();
    const from = shanghai('2026-03-01 21:59');
    const usage = addReading(
      startUsage(from, wh(0)),
      { at: shanghai('2026-03-01 22:01'), registerWh: wh(3) },
      tou,
    );
    expect(usage.wh).toEqual([2, 0, 0, 0, 1]);
  });
});

describe('full', () => {
  const hourly = hourlyTariff();
  const begun = startUsage(startAt, wh(0));
  const at = (minutes: number, register: number) => ({ at: minute(minutes), registerWh: wh(register) });

  it('in the middle of a stretch parts charging from idle time; the energy came before', () => {
    const usage = addReading(markFull(begun, minute(40)), at(60, 300), hourly);
    expect(usage).toMatchObject({ idleMs: 20 * MINUTE, energyWh: 300 });
    expect(usage.ms).toEqual([40 * MINUTE, 0]);
  });

  it('still meters what trickles in, without charging time', () => {
    const usage = addReading(
      markFull(addReading(begun, at(60, 300), hourly), minute(60)),
      at(90, 305),
      hourly,
    );
    expect(usage).toMatchObject({ energyWh: 305, idleMs: 30 * MINUTE });
    expect(chargingTime(usage)).toBe(HOUR);
  });

  it('reported late does not undo charging time; reported twice, the earliest holds', () => {
    const charged = addReading(begun, at(60, 300), hourly);
    expect(markFull(charged, minute(30)).fullAt).toBe(minute(60));
    expect(markFull(markFull(charged, minute(80)), minute(70)).fullAt).toBe(minute(70));
    expect(markFull(markFull(charged, minute(70)), minute(80)).fullAt).toBe(minute(70));
  });

  it('taken back, time is charging time again', () => {
    const paused = endUsage(markFull(begun, minute(0)), minute(10), hourly);
    const usage = endUsage(clearFull(paused), minute(30), hourly);
    expect(usage.idleMs).toBe(10 * MINUTE);
    expect(chargingTime(usage)).toBe(20 * MINUTE);
  });
});

describe('the end', () => {
  it('before the last reading changes nothing', () => {
    const usage = read([0, 0], [10, 100]);
    expect(endUsage(usage, minute(5), tariff)).toBe(usage);
    expect(endUsage(NO_USAGE, minute(5), tariff)).toBe(NO_USAGE);
  });
});

describe('parts merged', () => {
  it('cost what the whole costs, where rounding each part would cost more', () => {
    // 5 Wh at 1 yuan are 0.5 fen: two parts rounded apart would be 2 fen.
    const first = read([0, 0], [10, 5]);
    const second = addReading(continueUsage(first), { at: minute(20), registerWh: wh(10) }, tariff);
    expect(priceUsage(mergeUsage(first, second), tariff).totalFen).toBe(1);
    expect(priceUsage(first, tariff).totalFen + priceUsage(second, tariff).totalFen).toBe(2);
  });
});

describe('size', () => {
  it('ten sessions under the longest tariff fit the attachment of a socket', () => {
    const hourly = touTariff({
      periods: Array.from({ length: 24 }, (_, hour) => ({
        fromMinute: hour * 60,
        toMinute: hour * 60 + 60,
        label: 'flat',
        electricityCentiFenPerKwh: centiFen(6000 + hour),
        serviceCentiFenPerKwh: centiFen(3000),
      })),
    });
    const used = addReading(
      startUsage(startAt, wh(987_654_321)),
      { at: epochMs(startAt + 72 * HOUR), registerWh: wh(987_754_321) },
      hourly,
    );
    const bytes = JSON.stringify(Array.from({ length: 10 }, () => markFull(used, used.lastAt))).length;
    expect(bytes).toBeLessThan(8 * 1024);
  });
});

describe('readings worth folding', () => {
  it('by power are five minutes apart, otherwise all', () => {
    const usage = startUsage(startAt, wh(0));
    expect(readingIsDue(usage, epochMs(startAt + 10 * SECOND), tierTariff())).toBe(false);
    expect(readingIsDue(usage, minute(5), tierTariff())).toBe(true);
    expect(readingIsDue(usage, epochMs(startAt + 10 * SECOND), tariff)).toBe(true);
  });
});
