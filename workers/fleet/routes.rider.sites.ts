import { z } from '@hono/zod-openapi';
import { ApiError } from '../api-error.ts';
import { riderOf } from '../app-env.ts';
import { defineRoute, jsonResponse, newRouter } from '../http.ts';
import { pageOf } from '../pages.ts';
import { tariffsInForce } from '../pricing/queries.ts';
import { recentTariffs } from '../pricing/recent-tariff-queries.ts';
import { CoordinateSystem, toPosition } from './coordinates.ts';
import { decodeNearCursor, encodeNearCursor } from './near-cursor.ts';
import { findNearSites } from './near-sites.ts';
import { favouriteIds, findSiteCard, listSiteChargers } from './rider-site-queries.ts';
import {
  NearSiteView,
  SITE_CARD_EXAMPLE,
  SITE_DETAIL_EXAMPLE,
  SiteDetailView,
  siteCardView,
  sitePrice,
} from './rider-site-views.ts';
import { Id } from './site-views.ts';

const tags = ['rider: sites'];
/** WeChat and the maps of China speak GCJ-02, so that is what is meant unless said otherwise. */
const System = CoordinateSystem.default('gcj02');

const nearRoute = defineRoute({
  method: 'get',
  path: '/v1/rider/sites/near',
  permission: 'rider.self',
  tags,
  summary: 'The open sites around a place, nearest first, up to 30 km',
  description:
    'Coordinates are answered in the system asked for. A page that follows continues from where the first one was asked.',
  request: {
    query: z.strictObject({
      lat: z.coerce.number().min(-90).max(90).openapi({ example: 22.537098 }),
      lng: z.coerce.number().min(-180).max(180).openapi({ example: 113.948934 }),
      system: System,
      limit: z.coerce.number().int().min(1).max(50).default(20),
      cursor: z.string().min(1).max(400).optional(),
    }),
  },
  errors: ['invalid_cursor'],
  responses: {
    200: jsonResponse(pageOf(NearSiteView), 'A page of sites', {
      items: [{ ...SITE_CARD_EXAMPLE, distanceM: 350 }],
      nextCursor: null,
    }),
  },
});

const detailRoute = defineRoute({
  method: 'get',
  path: '/v1/rider/sites/{id}',
  permission: 'rider.self',
  tags,
  summary: 'One site with its outlets and the price of every period',
  request: {
    params: z.strictObject({ id: Id }),
    query: z.strictObject({ system: System }),
  },
  errors: ['not_found'],
  responses: { 200: jsonResponse(SiteDetailView, 'The site', SITE_DETAIL_EXAMPLE) },
});

/** Finding a place to charge. */
export function riderSiteRoutes() {
  const router = newRouter();
  router.openapi(nearRoute, async (context) => {
    const { lat, lng, system, limit, cursor } = context.req.valid('query');
    const db = context.get('db');
    const now = context.get('now');
    const after = cursor === undefined ? null : decodeNearCursor(cursor);
    const from = toPosition({ lat, lng, system });
    const page = await findNearSites(db, from, after, limit);
    const tariffIds = page.items.map(({ site }) => site.tariffId);
    const [tariffs, favourites] = await Promise.all([
      recentTariffs(db, tariffIds, now),
      favouriteIds(db, riderOf(context).riderId),
    ]);
    const items = page.items.map(({ site, meters }) => ({
      ...siteCardView(site, tariffs, favourites, system, now),
      distanceM: meters,
    }));
    return context.json({ items, nextCursor: page.next === null ? null : encodeNearCursor(page.next) }, 200);
  });
  router.openapi(detailRoute, async (context) => {
    const { id } = context.req.valid('param');
    const { system } = context.req.valid('query');
    const db = context.get('db');
    const now = context.get('now');
    const site = await findSiteCard(db, id);
    if (site === undefined) throw new ApiError('not_found');
    const chargers = await listSiteChargers(db, id);
    const own = chargers.flatMap(({ tariffId }) => (tariffId === null ? [] : [tariffId]));
    const [tariffs, favourites] = await Promise.all([
      tariffsInForce(db, [site.tariffId, ...own], now),
      favouriteIds(db, riderOf(context).riderId),
    ]);
    return context.json(
      {
        ...siteCardView(site, tariffs, favourites, system, now),
        photos: [...site.photos],
        price: sitePrice(tariffs.get(site.tariffId), now),
        chargers: chargers.map((charger) => ({
          id: charger.id,
          name: charger.name,
          online: charger.online,
          price:
            charger.tariffId === null || charger.tariffId === site.tariffId
              ? null
              : sitePrice(tariffs.get(charger.tariffId), now),
          outlets: Array.from({ length: charger.outlets }, (_, index) => ({
            outletId: `${charger.id}-${index + 1}`,
            outletNo: index + 1,
            availability: charger.outletStates[index] ?? ('offline' as const),
          })),
        })),
      },
      200,
    );
  });
  return router;
}
