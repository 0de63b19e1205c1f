import { z } from '@hono/zod-openapi';
import { ApiError, orThrow } from '../api-error.ts';
import { actorOf, staffOf } from '../app-env.ts';
import { defineRoute, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { blockRider, unblockRider } from './rider-accounts.ts';
import { findRider, listRiders } from './rider-queries.ts';
import { IdPath, RIDER_RECORD_EXAMPLE, RiderRecordView } from './views.ts';

const SCOPE_NOTE = 'Riders belong to no site or agent: only accounts with the scope `all` see them.';

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/riders',
  permission: 'rider.read',
  tags: ['admin: riders'],
  summary: 'Riders, newest first',
  description: SCOPE_NOTE,
  request: {
    query: PageQuery.extend({
      query: z
        .string()
        .trim()
        .min(1)
        .max(64)
        .optional()
        .openapi({ description: 'A whole id or openid, or a part of the display name.', example: '7F3K' }),
    }),
  },
  responses: {
    200: jsonResponse(pageOf(RiderRecordView), 'A page', { items: [RIDER_RECORD_EXAMPLE], nextCursor: null }),
  },
});

const riderRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/riders/{id}',
  permission: 'rider.read',
  tags: ['admin: riders'],
  summary: 'One rider',
  description: SCOPE_NOTE,
  request: { params: IdPath },
  errors: ['not_found'],
  responses: { 200: jsonResponse(RiderRecordView, 'The rider', RIDER_RECORD_EXAMPLE) },
});

const blockRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/riders/{id}/block',
  permission: 'rider.write',
  tags: ['admin: riders'],
  summary: 'Block a rider and end their sessions; repeating it changes nothing',
  description: `${SCOPE_NOTE} A charge in progress runs to its end.`,
  request: { params: IdPath },
  errors: ['not_found', 'conflict'],
  responses: {
    200: jsonResponse(RiderRecordView, 'The rider', { ...RIDER_RECORD_EXAMPLE, status: 'blocked' }),
  },
});

const unblockRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/riders/{id}/unblock',
  permission: 'rider.write',
  tags: ['admin: riders'],
  summary: 'Let a blocked rider sign in again; repeating it changes nothing',
  description: SCOPE_NOTE,
  request: { params: IdPath },
  errors: ['not_found', 'conflict'],
  responses: { 200: jsonResponse(RiderRecordView, 'The rider', RIDER_RECORD_EXAMPLE) },
});

/** Riders as operators see them. */
export function ridersRoutes() {
  const router = newRouter();

  router.openapi(listRoute, async (context) => {
    demandWholeScope(context);
    const { cursor, limit, query } = context.req.valid('query');
    const rows = await listRiders(context.get('db'), { query, before: cursor, limit });
    return context.json(
      toPage(rows, limit, (row) => row.id),
      200,
    );
  });

  router.openapi(riderRoute, async (context) => {
    demandWholeScope(context);
    const rider = await findRider(context.get('db'), context.req.valid('param').id);
    if (rider === undefined) throw new ApiError('not_found');
    return context.json(rider, 200);
  });

  router.openapi(blockRoute, async (context) => {
    demandWholeScope(context);
    const rider = await blockRider(context.get('db'), actorOf(context), context.req.valid('param').id);
    return context.json(orThrow(rider), 200);
  });

  router.openapi(unblockRoute, async (context) => {
    demandWholeScope(context);
    const rider = await unblockRider(context.get('db'), actorOf(context), context.req.valid('param').id);
    return context.json(orThrow(rider), 200);
  });
  return router;
}

function demandWholeScope(context: Parameters<typeof staffOf>[0]): void {
  if (staffOf(context).scope.kind !== 'all') throw new ApiError('forbidden', { scope: 'all' });
}
