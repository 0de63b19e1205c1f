import { z } from '@hono/zod-openapi';
import { ApiError } from '../api-error.ts';
import { actorOf, staffOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { findCharger, listBindings, listChargers } from './charger-queries.ts';
import { createCharger, decommissionCharger, updateCharger } from './charger-service.ts';
import {
  CHARGER_DETAIL_EXAMPLE,
  CHARGER_EXAMPLE,
  ChargerChange,
  ChargerDetail,
  ChargerView,
  chargerDetail,
  chargerView,
  NewCharger,
  Reason,
} from './charger-views.ts';
import { Id } from './site-views.ts';

const tags = ['admin: chargers'];
const params = z.strictObject({ id: Id });

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/chargers',
  permission: 'fleet.device.read',
  tags,
  summary: 'The chargers in the caller’s scope, newest first',
  request: {
    query: PageQuery.extend({
      siteId: Id.optional(),
      status: z.enum(['active', 'decommissioned']).optional(),
      online: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
    }).strict(),
  },
  responses: {
    200: jsonResponse(pageOf(ChargerView), 'A page of chargers', {
      items: [CHARGER_EXAMPLE],
      nextCursor: null,
    }),
  },
});

const getRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/chargers/{id}',
  permission: 'fleet.device.read',
  tags,
  summary: 'One charger with its DTU and the DTUs it had',
  request: { params },
  errors: ['out_of_scope'],
  responses: { 200: jsonResponse(ChargerDetail, 'The charger', CHARGER_DETAIL_EXAMPLE) },
});

const createChargerRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/chargers',
  permission: 'fleet.device.write',
  tags,
  summary: 'Add a charger to a site',
  description: 'Its outlets are counted at the site at once; they are offline until its device connects.',
  request: {
    body: jsonBody(NewCharger, {
      siteId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8C',
      modelId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8F',
      name: '1 号桩',
      serial: 'DY-2026-000001',
    }),
  },
  errors: ['out_of_scope', 'conflict', 'tariff_not_found'],
  responses: { 201: jsonResponse(ChargerView, 'The new charger', CHARGER_EXAMPLE) },
});

const updateRoute = defineRoute({
  method: 'patch',
  path: '/v1/admin/chargers/{id}',
  permission: 'fleet.device.write',
  tags,
  summary: 'Change a charger, or move it to another site',
  request: { params, body: jsonBody(ChargerChange, { version: 1, name: '2 号桩' }) },
  errors: [
    'out_of_scope',
    'version_conflict',
    'tariff_not_found',
    'device_decommissioned',
    'device_has_live_orders',
    'temporarily_unavailable',
  ],
  responses: { 200: jsonResponse(ChargerView, 'The charger as it is now', CHARGER_EXAMPLE) },
});

const decommissionRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/chargers/{id}/decommission',
  permission: 'fleet.device.write',
  tags,
  summary: 'Take a charger out of service for good',
  description: 'Refused while somebody charges there or money is held for it. Its DTU is retired with it.',
  request: {
    params,
    body: jsonBody(z.strictObject({ reason: Reason }), { reason: '主板损坏，整机报废' }),
  },
  errors: [
    'out_of_scope',
    'version_conflict',
    'device_decommissioned',
    'device_has_live_orders',
    'temporarily_unavailable',
  ],
  responses: {
    200: jsonResponse(ChargerView, 'The charger as it is now', {
      ...CHARGER_EXAMPLE,
      status: 'decommissioned',
      dtuNumber: null,
    }),
  },
});

/** Chargers as the console keeps them. */
export function adminChargerRoutes() {
  const router = newRouter();
  router.openapi(listRoute, async (context) => {
    const { cursor, limit, ...filter } = context.req.valid('query');
    const rows = await listChargers(context.get('db'), staffOf(context).scope, filter, cursor, limit);
    const page = toPage(rows, limit, ({ charger }) => charger.id);
    return context.json({ ...page, items: page.items.map(chargerView) }, 200);
  });
  router.openapi(getRoute, async (context) => {
    const db = context.get('db');
    const found = await findCharger(db, staffOf(context).scope, context.req.valid('param').id);
    if (found === undefined) throw new ApiError('out_of_scope');
    return context.json(chargerDetail(found, await listBindings(db, found.charger.id)), 200);
  });
  router.openapi(createChargerRoute, async (context) => {
    const body = context.req.valid('json');
    const created = await createCharger(context.env, context.get('db'), actorOf(context), body);
    return context.json(chargerView(created), 201);
  });
  router.openapi(updateRoute, async (context) => {
    const { id } = context.req.valid('param');
    const body = context.req.valid('json');
    const after = await updateCharger(context.env, context.get('db'), actorOf(context), id, body);
    return context.json(chargerView(after), 200);
  });
  router.openapi(decommissionRoute, async (context) => {
    const { id } = context.req.valid('param');
    const { reason } = context.req.valid('json');
    const after = await decommissionCharger(context.env, context.get('db'), actorOf(context), id, reason);
    return context.json(chargerView(after), 200);
  });
  return router;
}
