import { AXIS_BITS, cellOf } from '../geo/cell.ts';
import { EARTH_RADIUS_METERS, type Position, radians } from '../geo/position.ts';

const SQUARE_METERS_A_KM2 = 1e6;
const CELL_HEIGHT_METERS = (Math.PI * EARTH_RADIUS_METERS) / 2 ** AXIS_BITS;

/**
 * Sites per km² around a place, told from the cells of the few sites next to it on the curve: `before` downwards,
 * `after` upwards. A stretch of the curve is as long as its area is large. One side may lead over a jump of the curve
 * into the void, so the denser side counts; erring that way only makes the search begin small. 0: nothing to go by.
 */
export function densityHint(centre: Position, before: readonly number[], after: readonly number[]): number {
  const here = cellOf(centre.latE6, centre.lngE6);
  const cellArea = 2 * CELL_HEIGHT_METERS ** 2 * Math.max(0.01, Math.cos(radians(centre.latE6)));
  const densityOf = (cells: readonly number[]): number => {
    const farthest = cells.at(-1);
    if (farthest === undefined) return 0;
    return (cells.length * SQUARE_METERS_A_KM2) / ((Math.abs(farthest - here) + 1) * cellArea);
  };
  return Math.max(densityOf(before), densityOf(after));
}
