import { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import { sites } from '../../database/schema/fleet.ts';
import { favouriteSites } from '../../database/schema/identity.ts';
import { ApiError } from '../api-error.ts';
import { riderOf } from '../app-env.ts';
import { defineRoute, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { tariffsInForce } from '../pricing/queries.ts';
import { CoordinateSystem } from './coordinates.ts';
import { listFavourites } from './rider-site-queries.ts';
import { SITE_CARD_EXAMPLE, SiteCardView, siteCardView } from './rider-site-views.ts';
import { Id } from './site-views.ts';

const tags = ['rider: sites'];
const params = z.strictObject({ id: Id });
/** More than anybody visits, few enough for one list. */
const MOST_FAVOURITES = 200;

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/rider/favourite-sites',
  permission: 'rider.self',
  tags,
  summary: 'My favourite sites',
  request: { query: PageQuery.extend({ system: CoordinateSystem.default('gcj02') }).strict() },
  responses: {
    200: jsonResponse(pageOf(SiteCardView), 'A page of sites', {
      items: [{ ...SITE_CARD_EXAMPLE, favourite: true }],
      nextCursor: null,
    }),
  },
});

const addRoute = defineRoute({
  method: 'put',
  path: '/v1/rider/favourite-sites/{id}',
  permission: 'rider.self',
  tags,
  summary: 'Make a site a favourite of mine; repeating it changes nothing',
  request: { params },
  errors: ['not_found', 'conflict'],
  responses: { 204: { description: 'It is one now' } },
});

const removeRoute = defineRoute({
  method: 'delete',
  path: '/v1/rider/favourite-sites/{id}',
  permission: 'rider.self',
  tags,
  summary: 'A favourite no more; repeating it changes nothing',
  request: { params },
  responses: { 204: { description: 'It is none now' } },
});

/** The sites a rider keeps coming back to. */
export function riderFavouriteRoutes() {
  const router = newRouter();
  router.openapi(listRoute, async (context) => {
    const { cursor, limit, system } = context.req.valid('query');
    const db = context.get('db');
    const now = context.get('now');
    const rows = await listFavourites(db, riderOf(context).riderId, cursor, limit);
    const page = toPage(rows, limit, (row) => row.id);
    const tariffs = await tariffsInForce(
      db,
      page.items.map((site) => site.tariffId),
      now,
    );
    const favourites = new Set(page.items.map(({ id }) => id));
    return context.json(
      { ...page, items: page.items.map((site) => siteCardView(site, tariffs, favourites, system, now)) },
      200,
    );
  });
  router.openapi(addRoute, async (context) => {
    const { id } = context.req.valid('param');
    const { riderId } = riderOf(context);
    const db = context.get('db');
    const site = await db.select({ id: sites.id }).from(sites).where(eq(sites.id, id)).get();
    if (site === undefined) throw new ApiError('not_found');
    await db
      .insert(favouriteSites)
      .select(
        sql`SELECT ${riderId}, ${id}, ${context.get('now')}
          WHERE (SELECT count(*) FROM ${favouriteSites} WHERE ${favouriteSites.riderId} = ${riderId}) < ${MOST_FAVOURITES}`,
      )
      .onConflictDoNothing();
    const kept = await db
      .select({ id: favouriteSites.siteId })
      .from(favouriteSites)
      .where(and(eq(favouriteSites.riderId, riderId), eq(favouriteSites.siteId, id)))
      .get();
    if (kept === undefined) throw new ApiError('conflict', { most: MOST_FAVOURITES });
    return context.body(null, 204);
  });
  router.openapi(removeRoute, async (context) => {
    const { riderId } = riderOf(context);
    await context
      .get('db')
      .delete(favouriteSites)
      .where(
        and(eq(favouriteSites.riderId, riderId), eq(favouriteSites.siteId, context.req.valid('param').id)),
      );
    return context.body(null, 204);
  });
  return router;
}
