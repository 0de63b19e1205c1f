import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, durationMs, epochMs, HOUR, wh } from '../units.ts';
import type { MeteredSession, SessionEvent } from './arbitraries.test-support.ts';
import {
  anyTariff,
  disturbedSession,
  foldEvents,
  foldSession,
  orderlySession,
  priceOptions,
  timeTariff,
} from './arbitraries.test-support.ts';
import type { Bill, BillPart } from './bill.ts';
import { priceUsage } from './bill.ts';
import { apportion, halfUpShare } from './exact-division.ts';
import { estimate } from './quote.ts';
import type { Usage } from './usage.ts';
import { continueUsage, mergeUsage, NO_USAGE, startUsage } from './usage.ts';

const runs = { numRuns: 300 };
const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
const partOf = (bill: Bill, part: BillPart) =>
  sum(bill.lines.filter((line) => line.part === part).map((line) => line.amountFen));
const perUnit = { Wh: 100_000, ms: 100 * HOUR, order: 100 };
const stored = (usage: Usage): Usage => JSON.parse(JSON.stringify(usage));
const lastMoment = (metered: MeteredSession) =>
  Math.max(metered.startAt, ...metered.events.map((event) => (event.kind === 'reading' ? event.at : 0)));

describe('nothing is lost and nothing invented', () => {
  it('lines sum to their parts, parts to the total, and no part is negative', () => {
    fc.assert(
      fc.property(anyTariff, disturbedSession, priceOptions, (tariff, metered, options) => {
        const bill = priceUsage(foldSession(metered, tariff), tariff, options);
        expect(partOf(bill, 'electricity')).toBe(bill.electricityFen);
        expect(partOf(bill, 'service')).toBe(bill.serviceFen);
        expect(partOf(bill, 'idle')).toBe(bill.idleFen);
        expect(sum(bill.lines.map((line) => line.amountFen))).toBe(bill.totalFen);
        expect(bill.electricityFen + bill.serviceFen + bill.idleFen).toBe(bill.totalFen);
        const never = [bill.electricityFen, bill.serviceFen, bill.idleFen, bill.discountFen, bill.cappedFen];
        never.push(bill.minimumTopUpFen, bill.residentialCutFen, bill.waivedFen);
        expect(Math.min(...never)).toBeGreaterThanOrEqual(0);
      }),
      runs,
    );
  });

  it('every line is its quantity times its rate, half-up, and only adjustments are negative', () => {
    fc.assert(
      fc.property(anyTariff, orderlySession, priceOptions, (tariff, metered, options) => {
        for (const line of priceUsage(foldSession(metered, tariff), tariff, options).lines) {
          const size = halfUpShare(line.quantity, Math.abs(line.rateCentiFen), perUnit[line.unit]);
          expect(Math.abs(line.amountFen)).toBe(size);
          const charges = ['electricity', 'service', 'idle', 'minimum'].includes(line.kind);
          expect(charges ? line.amountFen >= 0 : line.amountFen < 0).toBe(true);
        }
      }),
      runs,
    );
  });

  it('the slots sum to the energy of the register and the time of the clock', () => {
    fc.assert(
      fc.property(anyTariff, orderlySession, (tariff, metered) => {
        const usage = foldSession(metered, tariff);
        expect(usage.energyWh).toBe(usage.lastRegisterWh - metered.registerWh);
        expect(sum(usage.wh)).toBe(usage.energyWh);
        expect(sum(usage.ms) + usage.idleMs).toBe(lastMoment(metered) - metered.startAt);
        const bill = priceUsage(usage, tariff);
        if (tariff.kind === 'energy' && bill.lines.length > 0) {
          const metering = bill.lines.filter((line) => line.kind === 'electricity');
          expect(sum(metering.map((line) => line.quantity))).toBe(usage.energyWh);
        }
      }),
      runs,
    );
  });

  it('a register that drops never takes energy back', () => {
    fc.assert(
      fc.property(anyTariff, disturbedSession, (tariff, metered) => {
        let usage = startUsage(metered.startAt, metered.registerWh);
        for (const event of metered.events) {
          const next = foldEvents(usage, [event], tariff);
          expect(next.energyWh).toBeGreaterThanOrEqual(usage.energyWh);
          expect(sum(next.wh)).toBe(next.energyWh);
          expect(Math.min(0, ...next.wh.map((energy, slot) => energy - (usage.wh[slot] ?? 0)))).toBe(0);
          usage = next;
        }
      }),
      runs,
    );
  });

  it('keeps to minimum, cap, money limit and the regulated price of electricity', () => {
    fc.assert(
      fc.property(anyTariff, orderlySession, priceOptions, (tariff, metered, options) => {
        const bill = priceUsage(foldSession(metered, tariff), tariff, options);
        const charging = bill.electricityFen + bill.serviceFen;
        if (tariff.capFen !== null) expect(charging).toBeLessThanOrEqual(tariff.capFen);
        if (options.moneyLimitFen !== undefined) {
          expect(bill.totalFen).toBeLessThanOrEqual(options.moneyLimitFen);
        } else {
          expect(bill.waivedFen).toBe(0);
          if (bill.lines.length > 0) expect(charging).toBeGreaterThanOrEqual(tariff.minimumFen);
        }
        if (tariff.residentialCap !== null) {
          // Half-up may add half a fen a line to what is sold per kWh, never more.
          const most = (bill.energyWh * tariff.residentialCap.electricityCentiFenPerKwh) / 100_000;
          const rounding = tariff.kind === 'energy' ? tariff.periods.length / 2 : 0;
          expect(bill.electricityFen).toBeLessThanOrEqual(most + rounding);
        }
      }),
      runs,
    );
  });
});

describe('using more never costs less', () => {
  it('more energy in the same time', () => {
    fc.assert(
      fc.property(
        anyTariff,
        orderlySession,
        priceOptions,
        fc.nat(),
        fc.integer({ min: 1, max: 2000 }),
        (tariff, metered, options, from, moreWh) => {
          const first = from % (metered.events.length + 1);
          const events = metered.events.map(
            (event, index): SessionEvent =>
              event.kind === 'reading' && index >= first
                ? { ...event, registerWh: wh(event.registerWh + moreWh) }
                : event,
          );
          const less = priceUsage(foldSession(metered, tariff), tariff, options);
          const more = priceUsage(foldSession({ ...metered, events }, tariff), tariff, options);
          expect(more.totalFen).toBeGreaterThanOrEqual(less.totalFen);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('one Wh more in one stretch over any periods', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: DAY }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 400 }),
        (weights, whole) => {
          fc.pre(sum(weights) > 0);
          const less = apportion(whole, weights);
          const more = apportion(whole + 1, weights);
          expect(sum(less)).toBe(whole);
          for (const [index, share] of less.entries()) {
            expect(more[index]).toBeGreaterThanOrEqual(share);
            expect(share).toBeGreaterThanOrEqual(
              Math.floor((whole * (weights[index] ?? 0)) / sum(weights) - 1e-6),
            );
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('a session that goes on', () => {
    fc.assert(
      fc.property(anyTariff, disturbedSession, priceOptions, (tariff, metered, options) => {
        let usage = startUsage(metered.startAt, metered.registerWh);
        let total = 0;
        for (const event of metered.events) {
          usage = foldEvents(usage, [event], tariff);
          const next = priceUsage(usage, tariff, options).totalFen;
          expect(next).toBeGreaterThanOrEqual(total);
          total = next;
        }
        const endedAt = epochMs(usage.lastAt + HOUR);
        expect(priceUsage(usage, tariff, { ...options, endedAt }).totalFen).toBeGreaterThanOrEqual(total);
      }),
      runs,
    );
  });

  it('the same energy taken longer, where time is what is sold', () => {
    const longer = fc.integer({ min: 1, max: DAY });
    fc.assert(
      fc.property(timeTariff, fc.nat(5000), longer, longer, (tariff, energyWh, first, more) => {
        const startAt = epochMs(Date.UTC(2026, 5, 1));
        const priced = (ms: number) =>
          estimate(tariff, { startAt, energyWh: wh(energyWh), durationMs: durationMs(ms) }).totalFen;
        expect(priced(first + more)).toBeGreaterThanOrEqual(priced(first));
      }),
      runs,
    );
  });
});

describe('a session in pieces costs what it costs in one go', () => {
  it('stored as JSON and taken up again at any point', () => {
    fc.assert(
      fc.property(anyTariff, disturbedSession, fc.nat(), (tariff, metered, where) => {
        const split = where % (metered.events.length + 1);
        const begun = startUsage(metered.startAt, metered.registerWh);
        const first = foldEvents(begun, metered.events.slice(0, split), tariff);
        const whole = foldEvents(stored(first), metered.events.slice(split), tariff);
        expect(stored(whole)).toEqual(foldSession(metered, tariff));
      }),
      runs,
    );
  });

  it('metered in parts that are merged later', () => {
    fc.assert(
      fc.property(
        anyTariff,
        disturbedSession,
        fc.nat(),
        fc.nat(),
        priceOptions,
        (tariff, metered, a, b, options) => {
          const count = metered.events.length + 1;
          const [one = 0, two = 0] = [a % count, b % count].toSorted((x, y) => x - y);
          const first = foldEvents(
            startUsage(metered.startAt, metered.registerWh),
            metered.events.slice(0, one),
            tariff,
          );
          const second = foldEvents(continueUsage(first), metered.events.slice(one, two), tariff);
          const third = foldEvents(continueUsage(second), metered.events.slice(two), tariff);
          const whole = foldSession(metered, tariff);
          expect(mergeUsage(mergeUsage(first, second), third)).toEqual(whole);
          expect(mergeUsage(first, mergeUsage(second, third))).toEqual(whole);
          expect(mergeUsage(NO_USAGE, whole)).toEqual(whole);
          expect(mergeUsage(whole, NO_USAGE)).toEqual(whole);
          const merged = mergeUsage(first, mergeUsage(second, third));
          expect(priceUsage(merged, tariff, options)).toEqual(priceUsage(whole, tariff, options));
        },
      ),
      runs,
    );
  });
});

describe('noise on the line', () => {
  it('readings delivered again, at once or late, change nothing on the bill', () => {
    const again = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(anyTariff, disturbedSession, again, priceOptions, (tariff, metered, copies, options) => {
        const noisy = [...metered.events];
        for (const [which, delay] of copies) {
          const from = which % Math.max(1, noisy.length);
          const event = noisy[from];
          if (event === undefined) continue;
          noisy.splice(from + 1 + (delay % (noisy.length - from)), 0, event);
        }
        const clean = priceUsage(foldSession(metered, tariff), tariff, options);
        expect(priceUsage(foldSession({ ...metered, events: noisy }, tariff), tariff, options)).toEqual(
          clean,
        );
      }),
      runs,
    );
  });

  it('readings in any order leave energy and time as they are', () => {
    const shuffled = orderlySession.chain((metered) => {
      const readings = metered.events.filter((event) => event.kind === 'reading');
      const order = fc.shuffledSubarray(readings, { minLength: readings.length });
      return fc.record({ readings: fc.constant(readings), mixed: order, metered: fc.constant(metered) });
    });
    fc.assert(
      fc.property(anyTariff, shuffled, priceOptions, (tariff, { metered, readings, mixed }, options) => {
        const clean = foldSession({ ...metered, events: readings }, tariff);
        const noisy = foldSession({ ...metered, events: mixed }, tariff);
        expect(noisy.energyWh).toBe(clean.energyWh);
        expect(sum(noisy.ms)).toBe(sum(clean.ms));
        expect(noisy.resets).toBe(0);
        // Where the price hangs on the clock alone or not at all, the bill stays to the fen.
        if (tariff.kind === 'time' || tariff.kind === 'session') {
          expect(priceUsage(noisy, tariff, options)).toEqual(priceUsage(clean, tariff, options));
        }
      }),
      runs,
    );
  });
});
