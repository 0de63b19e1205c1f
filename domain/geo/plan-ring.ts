import { AXIS_BITS, interleave } from './cell.ts';
import { EARTH_RADIUS_METERS, type Position, radians } from './position.ts';

/** An inclusive stretch of the Morton curve: `cell BETWEEN from AND to`. */
export type CellRange = readonly [fromCell: number, toCell: number];

/** Whole metres a rounded distance may stand for, and more than double arithmetic can be wrong. */
const ROUNDING_METERS = 0.6;
/** Finest pieces the planner looks at: several a ring's width, but not more than this many around its circle. */
const PIECES_A_WIDTH = 5;
const PIECES_AROUND = 240;

/** A ring is planned as if it held this many sites at least: the density seen so far may be too low. */
const FEWEST_EXPECTED = 3;

const HALF_CIRCUMFERENCE_METERS = Math.PI * EARTH_RADIUS_METERS;

/**
 * Ranges of cells, ascending and disjoint, that together hold every position whose `distanceMeters` from the
 * centre is in [innerMeters, outerMeters]; at most `maxRanges` (1 or more). They also hold some positions outside
 * the ring, so the reader compares the distance of each row. A range costs the reader one row by itself, so
 * with the density expected here (`sitesPerKm2`) stretches that hold less than one site are read along.
 */
export function planRing(
  centre: Position,
  innerMeters: number,
  outerMeters: number,
  maxRanges: number,
  sitesPerKm2?: number,
): CellRange[] {
  if (outerMeters < innerMeters || outerMeters < 0) return [];
  const inner = Math.max(0, innerMeters - ROUNDING_METERS);
  const outer = outerMeters + ROUNDING_METERS;
  const level = Math.min(finestLevel(inner, outer), levelLimit(centre));
  const worthwhile = sitesPerKm2 === undefined ? 0 : cellsASite(centre, inner, outer, sitesPerKm2);
  return closeGaps(coverRing(centre, inner, outer, level), worthwhile, maxRanges);
}

/** How many cells of the finest level one site has to itself, at the density expected in this ring. */
function cellsASite(centre: Position, inner: number, outer: number, sitesPerKm2: number): number {
  const cellMeters = HALF_CIRCUMFERENCE_METERS / 2 ** AXIS_BITS;
  const cellArea = 2 * cellMeters * cellMeters * Math.max(0.01, Math.cos(radians(centre.latE6)));
  const ringArea = Math.PI * (outer * outer - inner * inner);
  const expected = Math.max((sitesPerKm2 * ringArea) / 1e6, FEWEST_EXPECTED);
  return ringArea / expected / cellArea;
}

/** The quadtree level whose pieces are small against the ring's width, bounded by how many its circle takes. */
function finestLevel(inner: number, outer: number): number {
  const pieceMeters = Math.max((outer - inner) / PIECES_A_WIDTH, (2 * Math.PI * outer) / PIECES_AROUND, 1);
  const level = Math.ceil(Math.log2(HALF_CIRCUMFERENCE_METERS / pieceMeters));
  return Math.min(AXIS_BITS, Math.max(0, level));
}

/** Towards a pole the columns narrow to nothing and a circle crosses millions; no one charges there, so stay coarse. */
function levelLimit(centre: Position): number {
  return Math.abs(centre.latE6) > 85_000_000 ? 8 : AXIS_BITS;
}

/** Walks the quadtree in curve order and keeps the pieces that touch the ring; neighbours on the curve are joined. */
function coverRing(centre: Position, inner: number, outer: number, level: number): [number, number][] {
  const measure = measureFrom(centre);
  const innerHaversine = haversine(inner);
  const outerHaversine = haversine(outer);
  const ranges: [number, number][] = [];
  const visit = (column: number, row: number, depth: number): void => {
    const size = 2 ** (AXIS_BITS - depth);
    const { nearest, farthest } = measure(column * size, row * size, size);
    if (nearest > outerHaversine || farthest < innerHaversine) return;
    if (depth < level && (nearest < innerHaversine || farthest > outerHaversine)) {
      for (const [right, up] of CHILDREN) visit(2 * column + right, 2 * row + up, depth + 1);
      return;
    }
    const from = interleave(column * size, row * size);
    const to = from + size * size - 1;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === from - 1) last[1] = to;
    else ranges.push([from, to]);
  };
  visit(0, 0, 0);
  return ranges;
}

/** The four quarters of a piece in the order of the curve: longitude is the higher bit. */
const CHILDREN = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

/**
 * Joins ranges across gaps smaller than `worthwhile` cells, then across the smallest ones left until there are at
 * most `maxRanges`. For a given cover that adds the least area, because a stretch of the curve is as long as its area
 * (in square degrees) is large.
 */
function closeGaps(ranges: [number, number][], worthwhile: number, maxRanges: number): CellRange[] {
  const kept = new Set(
    ranges
      .map(([from], i) => ({ i, gap: from - (ranges[i - 1]?.[1] ?? from) }))
      .filter(({ gap }) => gap > worthwhile)
      .sort((a, b) => b.gap - a.gap)
      .slice(0, Math.max(0, maxRanges - 1))
      .map(({ i }) => i),
  );
  const joined: [number, number][] = [];
  ranges.forEach(([from, to], i) => {
    const last = joined.at(-1);
    if (last === undefined || kept.has(i)) joined.push([from, to]);
    else last[1] = to;
  });
  return joined;
}

interface Reach {
  readonly nearest: number;
  readonly farthest: number;
}

/** The haversine of a distance: grows with it, and spares the walk an arcsine a piece. */
function haversine(meters: number): number {
  return Math.sin(Math.min(Math.PI, meters / EARTH_RADIUS_METERS) / 2) ** 2;
}

/** Measures the haversines from the centre to the nearest and farthest point of a square of cells, on the sphere. */
function measureFrom(centre: Position): (column: number, row: number, size: number) => Reach {
  const lat = radians(centre.latE6);
  const lng = radians(centre.lngE6);
  const sinLat = Math.sin(lat);
  const cosLat = Math.cos(lat);
  const radiansAColumn = (2 * Math.PI) / 2 ** AXIS_BITS;
  const radiansARow = Math.PI / 2 ** AXIS_BITS;
  const haversineTo = (toLat: number, toLngHaversine: number): number =>
    Math.sin((toLat - lat) / 2) ** 2 + cosLat * Math.cos(toLat) * toLngHaversine;

  return (column, row, size) => {
    const south = row * radiansARow - Math.PI / 2;
    const north = south + size * radiansARow;
    const west = column * radiansAColumn - Math.PI - lng;
    const east = west + size * radiansAColumn;
    const toWest = aroundTheEarth(west);
    const toEast = aroundTheEarth(east);

    // Along a meridian the distance has one minimum, at the foot of the perpendicular, and grows to both sides.
    const least = holdsAngle(west, east, 0) ? 0 : Math.min(toWest, toEast);
    const leastHaversine = Math.sin(least / 2) ** 2;
    const foot = Math.atan2(sinLat, cosLat * Math.cos(least));
    const nearest = haversineTo(Math.min(north, Math.max(south, foot)), leastHaversine);

    // The maximum is at an end, unless the meridian is on the far side of the earth.
    const most = holdsAngle(west, east, Math.PI) ? Math.PI : Math.max(toWest, toEast);
    const mostHaversine = Math.sin(most / 2) ** 2;
    const farthest =
      most > Math.PI / 2 ? 1 : Math.max(haversineTo(south, mostHaversine), haversineTo(north, mostHaversine));
    return { nearest, farthest };
  };
}

/** An angle's size the short way round, 0…π. */
function aroundTheEarth(angle: number): number {
  const turned = Math.abs(angle) % (2 * Math.PI);
  return turned > Math.PI ? 2 * Math.PI - turned : turned;
}

/** Whether [from, to] holds the angle or its equal a whole turn away. */
function holdsAngle(from: number, to: number, angle: number): boolean {
  const turn = 2 * Math.PI;
  return Math.floor((to - angle) / turn) * turn + angle >= from;
}
