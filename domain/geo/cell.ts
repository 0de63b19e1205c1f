/** Bits an axis has in a cell; 2 × 26 bits are the most a safe integer can interleave evenly. */
export const AXIS_BITS = 26;

const CELLS_AN_AXIS = 2 ** AXIS_BITS;
const HALF = 2 ** (AXIS_BITS / 2);
const QUARTER_CELL = 2 ** AXIS_BITS;
const BASE32 = '0123456789bcdefghjkmnpqrstuvwxyz';

/** Puts a zero before each of 13 bits; 26 bits come out, so 32-bit arithmetic is safe. */
function spread(bits: number): number {
  let x = bits & 0x1fff;
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}

/** Interleaves a column and a row of 26 bits each, longitude first, into a Morton number of 52 bits. */
export function interleave(column: number, row: number): number {
  const high = (spread(Math.floor(column / HALF)) << 1) | spread(Math.floor(row / HALF));
  const low = (spread(column % HALF) << 1) | spread(row % HALF);
  return high * QUARTER_CELL + low;
}

/**
 * The index of an angle among the 2^26 of its axis. 180e6 is 2^8 · 703,125, so scaling by 2^18 / 703,125 keeps
 * every product a safe integer and the floor exact.
 */
function axisIndex(offsetE6: number, scale: number): number {
  return Math.min(CELLS_AN_AXIS - 1, Math.max(0, Math.floor((offsetE6 * scale) / 703_125)));
}
export const columnOf = (lngE6: number): number => axisIndex(lngE6 + 180_000_000, 2 ** 17);
export const rowOf = (latE6: number): number => axisIndex(latE6 + 90_000_000, 2 ** 18);

/**
 * The cell of a WGS-84 position in micro-degrees: a geohash of 52 bits as one safe integer, about 0.3 m high and
 * 0.6 m wide at the equator. Cells near each other on the ground are mostly near each other in number.
 */
export function cellOf(latE6: number, lngE6: number): number {
  return interleave(columnOf(lngE6), rowOf(latE6));
}

/** The cell as a geohash of 1 to 10 characters. */
export function geohash(cell: number, length: number): string {
  let rest = Math.floor(cell / 2 ** (2 * AXIS_BITS - 5 * length));
  let text = '';
  for (let i = 0; i < length; i += 1) {
    text = BASE32.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
