import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellOf, geohash, interleave } from './cell.ts';
import { distanceMeters } from './position.ts';

/** The same cell, bit by bit and without any of the shortcuts. */
function cellBitByBit(latE6: number, lngE6: number): number {
  const index = (offsetE6: bigint, spanE6: bigint): bigint => {
    const scaled = (offsetE6 << 26n) / spanE6;
    return scaled >= 1n << 26n ? (1n << 26n) - 1n : scaled;
  };
  const row = index(BigInt(latE6) + 90_000_000n, 180_000_000n);
  const column = index(BigInt(lngE6) + 180_000_000n, 360_000_000n);
  let cell = 0n;
  for (let bit = 25n; bit >= 0n; bit -= 1n)
    cell = (cell << 2n) | (((column >> bit) & 1n) << 1n) | ((row >> bit) & 1n);
  return Number(cell);
}

const latE6 = fc.integer({ min: -90_000_000, max: 90_000_000 });
const lngE6 = fc.integer({ min: -180_000_000, max: 180_000_000 });

test('a cell is the interleaving of both axes, anywhere on earth', () => {
  fc.assert(
    fc.property(latE6, lngE6, (lat, lng) => {
      const cell = cellOf(lat, lng);
      expect(Number.isSafeInteger(cell)).toBe(true);
      expect(cell).toBe(cellBitByBit(lat, lng));
    }),
    { numRuns: 2_000 },
  );
});

test('the corners of the world are the ends of the curve', () => {
  expect(cellOf(-90_000_000, -180_000_000)).toBe(0);
  expect(cellOf(90_000_000, 180_000_000)).toBe(2 ** 52 - 1);
  expect(interleave(2 ** 26 - 1, 0)).toBe(Number(0xaaaaaaaaaaaaan));
  expect(interleave(0, 2 ** 26 - 1)).toBe(Number(0x5555555555555n));
});

test('a cell reads as the geohash everyone else computes', () => {
  expect(geohash(cellOf(57_649_110, 10_407_440), 10)).toBe('u4pruydqqv');
  expect(geohash(cellOf(39_908_823, 116_397_470), 6)).toBe('wx4g09');
  expect(geohash(cellOf(39_908_823, 116_397_470), 1)).toBe('w');
});

test('distances: a degree of latitude, Beijing to Shenzhen, and none', () => {
  const beijing = { latE6: 39_904_200, lngE6: 116_407_400 };
  const shenzhen = { latE6: 22_543_100, lngE6: 114_057_900 };
  expect(
    distanceMeters({ latE6: 22_000_000, lngE6: 114_000_000 }, { latE6: 23_000_000, lngE6: 114_000_000 }),
  ).toBe(111_195);
  expect(Math.round(distanceMeters(beijing, shenzhen) / 10_000)).toBe(194);
  expect(distanceMeters(beijing, shenzhen)).toBe(distanceMeters(shenzhen, beijing));
  expect(distanceMeters(beijing, beijing)).toBe(0);
  expect(distanceMeters({ latE6: 90_000_000, lngE6: 0 }, { latE6: -90_000_000, lngE6: 0 })).toBe(20_015_114);
});
