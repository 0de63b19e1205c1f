import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellOf } from './cell.ts';
import { type CellRange, planRing } from './plan-ring.ts';
import { distanceMeters, EARTH_RADIUS_METERS, type Position } from './position.ts';

const holds = (ranges: readonly CellRange[], { latE6, lngE6 }: Position): boolean => {
  const cell = cellOf(latE6, lngE6);
  return ranges.some(([from, to]) => from <= cell && cell <= to);
};

/** A position about so many metres away, by the destination formula. */
function awayFrom(centre: Position, meters: number, bearing: number): Position {
  const lat = (centre.latE6 * Math.PI) / 180e6;
  const lng = (centre.lngE6 * Math.PI) / 180e6;
  const arc = meters / EARTH_RADIUS_METERS;
  const toLat = Math.asin(Math.sin(lat) * Math.cos(arc) + Math.cos(lat) * Math.sin(arc) * Math.cos(bearing));
  const toLng =
    lng +
    Math.atan2(
      Math.sin(bearing) * Math.sin(arc) * Math.cos(lat),
      Math.cos(arc) - Math.sin(lat) * Math.sin(toLat),
    );
  const lngE6 = Math.round((toLng * 180e6) / Math.PI);
  return {
    latE6: Math.round((toLat * 180e6) / Math.PI),
    lngE6: lngE6 > 180_000_000 ? lngE6 - 360_000_000 : lngE6 < -180_000_000 ? lngE6 + 360_000_000 : lngE6,
  };
}

function areaOf(ranges: readonly CellRange[], { latE6 }: Position): number {
  const cellMeters = (Math.PI * EARTH_RADIUS_METERS) / 2 ** 26;
  const cells = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return cells * 2 * cellMeters * cellMeters * Math.cos((latE6 * Math.PI) / 180e6);
}

const anywhere = fc.record({
  latE6: fc.integer({ min: -80_000_000, max: 80_000_000 }),
  lngE6: fc.integer({ min: -180_000_000, max: 180_000_000 }),
});
const meters = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 60_000 }));
const density = fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined });

test('every position in the ring is inside a range, on either side of meridians and equator', () => {
  fc.assert(
    fc.property(
      anywhere,
      meters,
      meters,
      fc.integer({ min: 1, max: 48 }),
      density,
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 6.28, noNaN: true })),
        {
          minLength: 20,
          maxLength: 20,
        },
      ),
      (centre, a, b, maxRanges, sitesPerKm2, darts) => {
        const [inner, outer] = [Math.min(a, b), Math.max(a, b)];
        const ranges = planRing(centre, inner, outer, maxRanges, sitesPerKm2);
        expect(ranges.length).toBeLessThanOrEqual(maxRanges);
        for (const [share, bearing] of darts) {
          const site = awayFrom(centre, inner + share * (outer - inner), bearing);
          const distance = distanceMeters(centre, site);
          if (distance >= inner && distance <= outer) expect(holds(ranges, site)).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('ranges are ascending, disjoint and never touch', () => {
  fc.assert(
    fc.property(anywhere, meters, meters, fc.integer({ min: 1, max: 48 }), (centre, a, b, maxRanges) => {
      let before = -2;
      for (const [from, to] of planRing(centre, Math.min(a, b), Math.max(a, b), maxRanges)) {
        expect(from).toBeGreaterThan(before + 1);
        expect(to).toBeGreaterThanOrEqual(from);
        before = to;
      }
    }),
    { numRuns: 200 },
  );
});

describe('the plan is tight', () => {
  const rings = [
    [0, 300],
    [0, 3_000],
    [0, 20_000],
    [500, 1_000],
    [1_000, 1_600],
    [3_000, 4_243],
  ] as const;
  const centres = [39.9, 22.54].flatMap((lat) =>
    Array.from({ length: 25 }, (_, i) => ({
      latE6: Math.round(lat * 1e6) + 7_919 * i,
      lngE6: 114_000_000 + 104_729 * i,
    })),
  );

  test.each(rings)('between %i m and %i m at most 1.6 × the ring is read', (inner, outer) => {
    const ring = Math.PI * (outer ** 2 - inner ** 2);
    for (const centre of centres)
      expect(areaOf(planRing(centre, inner, outer, 40), centre) / ring).toBeLessThanOrEqual(1.6);
  });

  test('with few sites about, ranges that would cost more than they spare are not made', () => {
    for (const centre of centres) {
      const sparse = planRing(centre, 0, 2_000, 40, 0.5).length;
      expect(sparse).toBeLessThanOrEqual(10);
      expect(planRing(centre, 0, 2_000, 40, 50).length).toBeGreaterThan(sparse);
    }
  });
});

test('odd requests get an answer: reversed, empty, whole earth, poles, antimeridian', () => {
  const beijing = { latE6: 39_900_000, lngE6: 116_400_000 };
  expect(planRing(beijing, 10, 9, 8)).toEqual([]);
  expect(planRing(beijing, 0, 0, 8).length).toBeGreaterThan(0);
  expect(planRing(beijing, 0, 30_000_000, 8)).toEqual([[0, 2 ** 52 - 1]]);
  for (const latE6 of [90_000_000, -90_000_000, 89_999_000, 85_000_001])
    for (const outer of [1, 1_000, 1_000_000])
      expect(planRing({ latE6, lngE6: 0 }, 0, outer, 8).length).toBeGreaterThan(0);
  const fiji = { latE6: -17_000_000, lngE6: 179_999_000 };
  expect(holds(planRing(fiji, 0, 1_000, 8), { latE6: -17_000_000, lngE6: -179_998_000 })).toBe(true);
});
