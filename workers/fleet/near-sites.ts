import { asc, desc, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { sites } from '../../database/schema/fleet.ts';
import { densityHint } from '../../domain/fleet/density-hint.ts';
import { cellOf } from '../../domain/geo/cell.ts';
import { type CellRange, planRing } from '../../domain/geo/plan-ring.ts';
import { distanceMeters, type Position } from '../../domain/geo/position.ts';
import { densityOf, firstRadius, nextRadius } from '../../domain/geo/search-radius.ts';
import { FARTHEST_METERS, type NearCursor } from './near-cursor.ts';

/** Ranges one statement reads: two parameters each, of the hundred D1 allows. */
const MOST_RANGES = 40;
/** Sites looked at to either side on the curve before the first ring. */
const SITES_SAMPLED = 4;

export const siteCardColumns = {
  id: sites.id,
  name: sites.name,
  address: sites.address,
  latE6: sites.latE6,
  lngE6: sites.lngE6,
  outletsFree: sites.outletsFree,
  outletsTotal: sites.outletsTotal,
  openingHours: sites.openingHours,
  phone: sites.phone,
  status: sites.status,
  tariffId: sites.tariffId,
};

/** What a rider's list shows of a site. */
export interface SiteCard extends Position {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly outletsFree: number;
  readonly outletsTotal: number;
  readonly openingHours: (typeof sites.$inferSelect)['openingHours'];
  readonly phone: string;
  readonly status: (typeof sites.$inferSelect)['status'];
  readonly tariffId: string;
}

export interface NearSite {
  readonly meters: number;
  readonly site: SiteCard;
}

export interface NearPage {
  readonly items: readonly NearSite[];
  readonly next: NearCursor | null;
}

/**
 * The open sites nearest to a rider, by (distance, id), ring by ring until the page is full or the radius at its end.
 * Reads every row of a ring whole, once: fetching the chosen ones a second time would cost a row each.
 */
export async function findNearSites(
  db: Database,
  from: Position,
  after: NearCursor | null,
  limit: number,
): Promise<NearPage> {
  const centre = after?.origin ?? from;
  const innerMeters = after?.meters ?? 0;
  let expected = after?.sitesPerKm2 ?? (await hintAround(db, centre));
  let fromMeters = innerMeters;
  let outerMeters = Math.min(
    FARTHEST_METERS,
    firstRadius({ wanted: limit, innerMeters, sitesPerKm2: expected }),
  );
  const found: NearSite[] = [];
  for (;;) {
    const ranges = planRing(centre, fromMeters, outerMeters, MOST_RANGES, expected);
    for (const site of await readRanges(db, ranges)) {
      const meters = distanceMeters(centre, site);
      if (meters < fromMeters || meters > outerMeters) continue;
      if (after === null || isBehind(after, meters, site.id)) found.push({ meters, site });
    }
    if (found.length >= limit || outerMeters >= FARTHEST_METERS) break;
    expected = densityOf({ found: found.length, innerMeters, outerMeters });
    fromMeters = outerMeters + 1;
    const reach = nextRadius({ found: found.length, wanted: limit, innerMeters, outerMeters });
    outerMeters = Math.min(FARTHEST_METERS, reach);
  }
  found.sort((a, b) => a.meters - b.meters || (a.site.id < b.site.id ? -1 : 1));
  const items = found.slice(0, limit);
  const last = items.at(-1);
  // Full to the last seat, the page does not know what is behind it; looking would cost another ring.
  const mayGoOn = found.length > limit || outerMeters < FARTHEST_METERS;
  if (last === undefined || !mayGoOn) return { items, next: null };
  const sitesPerKm2 = densityOf({ found: items.length, innerMeters, outerMeters: last.meters });
  return { items, next: { origin: centre, meters: last.meters, id: last.site.id, sitesPerKm2 } };
}

/** How dense sites are here, for a few rows: without it the search would grope its way outwards, ring by ring. */
async function hintAround(db: Database, centre: Position): Promise<number> {
  const here = cellOf(centre.latE6, centre.lngE6);
  const [before, after] = await db.batch([
    db
      .select({ cell: sites.cell })
      .from(sites)
      .where(lt(sites.cell, here))
      .orderBy(desc(sites.cell))
      .limit(SITES_SAMPLED),
    db
      .select({ cell: sites.cell })
      .from(sites)
      .where(gte(sites.cell, here))
      .orderBy(asc(sites.cell))
      .limit(SITES_SAMPLED),
  ]);
  const values = (rows: readonly { readonly cell: number }[]) => rows.map(({ cell }) => cell);
  return densityHint(centre, values(before), values(after));
}

const isBehind = (cursor: NearCursor, meters: number, id: string): boolean =>
  meters > cursor.meters || (meters === cursor.meters && id > cursor.id);

function readRanges(db: Database, ranges: readonly CellRange[]): Promise<SiteCard[]> {
  // The list of ranges on the left of a CROSS JOIN: each is one seek of the index on `cell`, never a scan. The plus
  // keeps SQLite from building an index on `status` for the occasion, which would read every site there is.
  return db
    .select(siteCardColumns)
    .from(sql`(VALUES ${valuesOf(ranges)}) AS ring`)
    .crossJoin(sites)
    .where(sql`${sites.cell} BETWEEN ring.column1 AND ring.column2 AND +${sites.status} = 'open'`);
}

const valuesOf = (ranges: readonly CellRange[]): SQL =>
  sql.join(
    ranges.map(([from, to]) => sql`(${from}, ${to})`),
    sql`, `,
  );
