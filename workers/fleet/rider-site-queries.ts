import { and, asc, desc, eq, lt } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { chargers, sites } from '../../database/schema/fleet.ts';
import { favouriteSites } from '../../database/schema/identity.ts';
import { type SiteCard, siteCardColumns } from './near-sites.ts';

const CHARGERS_SHOWN = 200;

/** A site as a rider may see it, open or closed, with its photos. */
export const findSiteCard = (db: Database, siteId: string) =>
  db
    .select({ ...siteCardColumns, photos: sites.photos })
    .from(sites)
    .where(eq(sites.id, siteId))
    .get();

/** The chargers in service at a site. */
export const listSiteChargers = (db: Database, siteId: string) =>
  db
    .select({
      id: chargers.id,
      name: chargers.name,
      online: chargers.online,
      outlets: chargers.outlets,
      outletStates: chargers.outletStates,
      tariffId: chargers.tariffId,
    })
    .from(chargers)
    .where(and(eq(chargers.siteId, siteId), eq(chargers.status, 'active')))
    .orderBy(asc(chargers.id))
    .limit(CHARGERS_SHOWN);

/** A rider's favourites by site id, newest site first, with one more than `limit`. */
export const listFavourites = (
  db: Database,
  riderId: string,
  before: string | undefined,
  limit: number,
): Promise<SiteCard[]> =>
  db
    .select(siteCardColumns)
    .from(favouriteSites)
    .innerJoin(sites, eq(sites.id, favouriteSites.siteId))
    .where(
      and(
        eq(favouriteSites.riderId, riderId),
        before === undefined ? undefined : lt(favouriteSites.siteId, before),
      ),
    )
    .orderBy(desc(favouriteSites.siteId))
    .limit(limit + 1);

/** The ids of a rider's favourites. Asked apart: joined to a list, they would cost a row for every site looked at. */
export async function favouriteIds(db: Database, riderId: string): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ siteId: favouriteSites.siteId })
    .from(favouriteSites)
    .where(eq(favouriteSites.riderId, riderId))
    .all();
  return new Set(rows.map(({ siteId }) => siteId));
}
