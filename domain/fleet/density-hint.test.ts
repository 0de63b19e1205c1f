import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellOf } from '../geo/cell.ts';
import { densityHint } from './density-hint.ts';

const SHENZHEN = { latE6: 22_540_000, lngE6: 114_050_000 };

/** A grid of sites `stepM` apart around Shenzhen, as cells in the order of the index. */
function grid(stepM: number, side: number): number[] {
  const step = stepM / 111_195;
  const cos = Math.cos((22.54 * Math.PI) / 180);
  return Array.from({ length: side * side }, (_, index) =>
    cellOf(
      Math.round((22.54 + (Math.floor(index / side) - side / 2) * step) * 1e6),
      Math.round((114.05 + ((index % side) - side / 2) * (step / cos)) * 1e6),
    ),
  ).sort((a, b) => a - b);
}

test('in an even city the hint is near its density, wherever one stands', () => {
  const cells = grid(1_000, 40);
  fc.assert(
    fc.property(
      fc.integer({ min: -90_000, max: 90_000 }),
      fc.integer({ min: -90_000, max: 90_000 }),
      (lat, lng) => {
        const here = { latE6: SHENZHEN.latE6 + lat, lngE6: SHENZHEN.lngE6 + lng };
        const cell = cellOf(here.latE6, here.lngE6);
        const before = cells
          .filter((other) => other < cell)
          .slice(-4)
          .reverse();
        const after = cells.filter((other) => other >= cell).slice(0, 4);
        const hint = densityHint(here, before, after);
        expect(hint).toBeGreaterThan(0.4);
        expect(hint).toBeLessThan(8);
      },
    ),
  );
});

test('the denser side counts, and where no site is known there is no hint', () => {
  const here = cellOf(SHENZHEN.latE6, SHENZHEN.lngE6);
  const dense = densityHint(SHENZHEN, [here - 1, here - 5, here - 1_000], []);
  expect(densityHint(SHENZHEN, [here - 1, here - 5, here - 1_000], [here + 1e12])).toBe(dense);
  expect(densityHint(SHENZHEN, [], [here])).toBeGreaterThan(1e5);
  expect(densityHint(SHENZHEN, [], [])).toBe(0);
});
