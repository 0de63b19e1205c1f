/** Where a page's search begins when nothing is known: small, because a ring that is too crowded cannot be unread. */
const UNKNOWN_FIRST_METERS = 150;
/** How the area searched for a page grows from ring to ring: in between, by what the density seen calls for. */
const LEAST_GROWTH = 1.15;
const MOST_GROWTH = 2.5;
/** After an empty ring the neighbourhood is probably sparse: stride longer, at the risk of meeting a hot spot's edge. */
const EMPTY_GROWTH = 4;
/** Unknown density past earlier pages: those pages' circle holds at least one page, so take a part of it. */
const UNKNOWN_LATER_GROWTH = 1.3;

const SQUARE_METERS_A_KM2 = 1e6;

/** What a ring must be expected to hold so that it usually holds `missing`: 1.3 × as much for a page of 20, more for few. */
const expectedFor = (missing: number): number => missing + 1.5 * Math.sqrt(missing);

const ringArea = (inner: number, outer: number): number => Math.PI * (outer * outer - inner * inner);
const outerOf = (inner: number, area: number): number => Math.ceil(Math.sqrt(inner * inner + area / Math.PI));

/** Sites per km² in a ring: the planner's expectation for the next ring, and the hint for the next page. */
export function densityOf(ring: {
  readonly found: number;
  readonly innerMeters: number;
  readonly outerMeters: number;
}): number {
  const area = ringArea(ring.innerMeters, Math.max(ring.outerMeters, ring.innerMeters + 1));
  return (ring.found * SQUARE_METERS_A_KM2) / area;
}

/**
 * The outer radius, in whole metres, to search first for a page of `wanted` sites that begins `innerMeters` away.
 * `sitesPerKm2` is a hint about this neighbourhood, best the density of the page before; a city's average
 * is no hint where sites cluster.
 */
export function firstRadius(input: {
  readonly wanted: number;
  readonly innerMeters: number;
  readonly sitesPerKm2?: number;
}): number {
  const { wanted, innerMeters, sitesPerKm2 } = input;
  if (sitesPerKm2 !== undefined && sitesPerKm2 > 0)
    return outerOf(innerMeters, (expectedFor(wanted) / sitesPerKm2) * SQUARE_METERS_A_KM2);
  return Math.max(UNKNOWN_FIRST_METERS, Math.ceil(innerMeters * Math.sqrt(UNKNOWN_LATER_GROWTH)));
}

/**
 * The next outer radius, in whole metres, after `found` of the `wanted` sites of this page turned up between
 * `innerMeters` (where the page begins) and `outerMeters`. Aims at about 1.3 × what is missing at the density seen
 * so far; the area searched grows by 1.15 × to 4 ×. The ring to read next begins one metre past `outerMeters`.
 */
export function nextRadius(input: {
  readonly found: number;
  readonly wanted: number;
  readonly innerMeters: number;
  readonly outerMeters: number;
}): number {
  const { found, wanted, innerMeters, outerMeters } = input;
  const searched = ringArea(innerMeters, Math.max(outerMeters, innerMeters + 1));
  const next = outerOf(innerMeters, searched * growthFor(found, wanted));
  return Math.max(outerMeters + 1, next);
}

function growthFor(found: number, wanted: number): number {
  if (found === 0) return EMPTY_GROWTH;
  const growth = 1 + expectedFor(Math.max(0, wanted - found)) / found;
  return Math.min(MOST_GROWTH, Math.max(LEAST_GROWTH, growth));
}
