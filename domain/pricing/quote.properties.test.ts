import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, durationMs, epochMs, fen, HOUR, wh } from '../units.ts';
import {
  anyTariff,
  foldSession,
  orderlySession,
  powerTierTariff,
  timeTariff,
} from './arbitraries.test-support.ts';
import { priceUsage } from './bill.ts';
import { estimate, nextPeriodBoundary, quoteTariff } from './quote.ts';
import { validateTariff } from './validate-tariff.ts';

const runs = { numRuns: 300 };

describe('what is shown', () => {
  it('every generated tariff is valid, also after a round trip through JSON', () => {
    fc.assert(
      fc.property(anyTariff, (tariff) => {
        expect(validateTariff(JSON.parse(JSON.stringify(tariff)))).toEqual({ ok: true, value: tariff });
      }),
      runs,
    );
  });

  it('the rates on the bill are the rates of the quote', () => {
    fc.assert(
      fc.property(anyTariff, orderlySession, (tariff, metered) => {
        const shown = quoteTariff(tariff, metered.startAt).rows.flatMap((row) => [
          `electricity ${row.label} ${row.electricityCentiFen}`,
          `service ${row.label} ${row.serviceCentiFen}`,
        ]);
        for (const line of priceUsage(foldSession(metered, tariff), tariff).lines) {
          if (line.kind !== 'electricity' && line.kind !== 'service') continue;
          expect(shown).toContain(`${line.kind} ${line.label} ${line.rateCentiFen}`);
        }
      }),
      runs,
    );
  });

  it('one row is current, and its price holds up to the next boundary', () => {
    fc.assert(
      fc.property(timeTariff, orderlySession, fc.nat(), (tariff, { startAt }, within) => {
        const priceAt = (at: number) => {
          const current = quoteTariff(tariff, epochMs(at)).rows.filter((row) => row.current);
          expect(current).toHaveLength(1);
          return `${current[0]?.electricityCentiFen}/${current[0]?.serviceCentiFen}`;
        };
        const boundary = nextPeriodBoundary(tariff, startAt);
        const until = boundary ?? startAt + 2 * DAY;
        expect(until).toBeGreaterThan(startAt);
        expect(priceAt(startAt + (within % (until - startAt)))).toBe(priceAt(startAt));
        if (boundary !== null) expect(priceAt(boundary)).not.toBe(priceAt(startAt));
      }),
      runs,
    );
  });

  it('drawing more power never costs less', () => {
    fc.assert(
      fc.property(
        powerTierTariff,
        fc.nat(3000),
        fc.integer({ min: 1, max: 9 * HOUR }),
        (tariff, energy, ms) => {
          const priced = (energyWh: number) =>
            estimate(tariff, { startAt: epochMs(0), energyWh: wh(energyWh), durationMs: durationMs(ms) })
              .totalFen;
          expect(priced(energy + 1)).toBeGreaterThanOrEqual(priced(energy));
        },
      ),
      runs,
    );
  });

  it('a rider who has put up nothing pays nothing', () => {
    fc.assert(
      fc.property(anyTariff, orderlySession, (tariff, metered) => {
        const bill = priceUsage(foldSession(metered, tariff), tariff, { moneyLimitFen: fen(0) });
        expect(bill.totalFen).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
