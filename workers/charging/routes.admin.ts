import { z } from '@hono/zod-openapi';
import { chargingOrders } from '../../database/schema/charging.ts';
import { ApiError, apiError } from '../api-error.ts';
import { actorOf, type RequestContext, staffOf } from '../app-env.ts';
import { chargerObject } from '../charger-object.ts';
import { siteScope } from '../fleet/scope.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import {
  IdempotencyHeaders,
  idempotencyKeyOf,
  keyOwner,
  once,
  requestHash,
} from '../middleware/idempotency.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { auditStop, closeWithEvidence, refundOrder, retrySettlement } from './cases.ts';
import { ORDER_EXAMPLE, OrderView, orderView } from './order-schema.ts';
import { findOrderInScope, listOpenOrders, listOrdersInScope, type OrderWithBill } from './queries.ts';

const TAGS = ['admin: charging orders'];
const orderParam = z.object({ orderId: z.string().max(40).openapi({ example: ORDER_EXAMPLE.id }) });

const AdminOrder = OrderView.extend({ riderId: z.string(), attention: z.string().nullable() }).openapi(
  'AdminChargingOrder',
);
const ADMIN_EXAMPLE = { ...ORDER_EXAMPLE, riderId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8D', attention: null };
const OrderDetail = AdminOrder.extend({
  curve: z
    .array(z.array(z.number()))
    .openapi({ description: '[ms since start, W, Wh] points of an ended charge' }),
});

const listRoute = defineRoute({
  method: 'get',
  path: '/charging-orders',
  permission: 'charging.order.read',
  tags: TAGS,
  summary: 'Charging orders in scope, newest first',
  request: {
    query: PageQuery.extend({
      siteId: z.string().max(64).optional(),
      riderId: z.string().max(64).optional(),
      state: OrderView.shape.state.optional(),
    }),
  },
  responses: {
    200: jsonResponse(pageOf(AdminOrder), 'A page of orders', { items: [ADMIN_EXAMPLE], nextCursor: null }),
  },
});

const liveRoute = defineRoute({
  method: 'get',
  path: '/live/charging-orders',
  permission: 'live.read',
  tags: TAGS,
  summary: 'Orders that are not settled yet; `stuck` keeps those that somebody has to look at',
  request: { query: PageQuery.extend({ stuck: z.enum(['true', 'false']).default('false') }) },
  responses: {
    200: jsonResponse(
      pageOf(AdminOrder.extend({ stuckReason: z.string().nullable() })),
      'A page of open orders',
      { items: [{ ...ADMIN_EXAMPLE, state: 'charging', stuckReason: null }], nextCursor: null },
    ),
  },
});

const getRoute = defineRoute({
  method: 'get',
  path: '/charging-orders/{orderId}',
  permission: 'charging.order.read',
  tags: TAGS,
  summary: 'One order with its bill and its charging curve',
  request: { params: orderParam },
  errors: ['out_of_scope'],
  responses: { 200: jsonResponse(OrderDetail, 'The order', { ...ADMIN_EXAMPLE, curve: [[0, 180, 0]] }) },
});

const stopRoute = defineRoute({
  method: 'post',
  path: '/charging-orders/{orderId}/stop',
  permission: 'charging.order.operate',
  tags: TAGS,
  summary: 'Stop a live charge',
  request: {
    params: orderParam,
    body: jsonBody(z.strictObject({ reason: z.string().min(2).max(200) }), { reason: '安全检查' }),
  },
  errors: ['out_of_scope', 'order_not_live'],
  responses: { 202: jsonResponse(AdminOrder, 'The device has been asked', ADMIN_EXAMPLE) },
});

const retryRoute = defineRoute({
  method: 'post',
  path: '/charging-orders/{orderId}/retry-settlement',
  permission: 'charging.order.operate',
  tags: TAGS,
  summary: 'Settle a stuck order again from what is parked, or ask its charger where it stands',
  request: { params: orderParam },
  errors: ['out_of_scope', 'order_not_stuck'],
  responses: {
    200: jsonResponse(z.object({ outcome: z.enum(['settled', 'released', 'live']) }), 'What came of it', {
      outcome: 'settled',
    }),
  },
});

const closeRoute = defineRoute({
  method: 'post',
  path: '/charging-orders/{orderId}/close',
  permission: 'charging.order.operate',
  tags: TAGS,
  summary: 'Close a stuck order on evidence; its bill is made from it and its hold ends',
  request: {
    params: orderParam,
    body: jsonBody(
      z.strictObject({
        startedAt: z.number().int().nonnegative(),
        endedAt: z.number().int().nonnegative(),
        energyWh: z.number().int().min(0).max(50_000),
        reason: z.string().min(4).max(500),
      }),
      { startedAt: 1767225600000, endedAt: 1767229200000, energyWh: 0, reason: '设备断电，未充电' },
    ),
  },
  errors: ['out_of_scope', 'order_not_stuck'],
  responses: { 200: jsonResponse(AdminOrder, 'The closed order with its bill', ADMIN_EXAMPLE) },
});

const refundRoute = defineRoute({
  method: 'post',
  path: '/charging-orders/{orderId}/refund',
  permission: 'charging.order.refund',
  tags: TAGS,
  summary: 'Refund part or all of a bill to the rider',
  request: {
    params: orderParam,
    headers: IdempotencyHeaders,
    body: jsonBody(
      z.strictObject({
        electricityFen: z.number().int().min(0),
        serviceFen: z.number().int().min(0),
        memo: z.string().min(2).max(200),
      }),
      { electricityFen: 0, serviceFen: 53, memo: '充电中断' },
    ),
  },
  errors: [
    'out_of_scope',
    'idempotency_key_required',
    'idempotency_key_reused',
    'ledger_overdrawn',
    'order_not_live',
  ],
  responses: { 200: jsonResponse(AdminOrder, 'The order with what is refunded now', ADMIN_EXAMPLE) },
});

const adminView = ({ order, bill, siteName }: OrderWithBill) => ({
  ...orderView(order, bill, siteName),
  riderId: order.riderId,
  attention: order.attention,
});

/** What operators and finance do with charging orders. */
export function adminChargingRoutes() {
  const router = newRouter();

  const inScope = async (context: RequestContext, orderId: string) => {
    const scope = siteScope(staffOf(context).scope, chargingOrders.siteId);
    const found = await findOrderInScope(context.get('db'), scope, orderId);
    if (found === undefined) throw new ApiError('out_of_scope');
    return found;
  };

  router.openapi(listRoute, async (context) => {
    const { cursor, limit, ...filter } = context.req.valid('query');
    const scope = siteScope(staffOf(context).scope, chargingOrders.siteId);
    const rows = await listOrdersInScope(context.get('db'), scope, filter, cursor, limit);
    const page = toPage(rows, limit, (row) => row.order.id);
    return context.json({ items: page.items.map(adminView), nextCursor: page.nextCursor }, 200);
  });

  router.openapi(liveRoute, async (context) => {
    const { cursor, limit, stuck } = context.req.valid('query');
    const scope = siteScope(staffOf(context).scope, chargingOrders.siteId);
    const now = context.get('now');
    const rows = await listOpenOrders(context.get('db'), scope, stuck === 'true', now, cursor, limit);
    const page = toPage(rows, limit, (row) => row.order.id);
    return context.json(
      {
        items: page.items.map((row) => ({
          ...adminView({ ...row, bill: null }),
          stuckReason:
            row.order.attention ??
            (row.deadlineAt < now ? 'hold-overdue' : stuck === 'true' ? 'start-overdue' : null),
        })),
        nextCursor: page.nextCursor,
      },
      200,
    );
  });

  router.openapi(getRoute, async (context) => {
    const found = await inScope(context, context.req.valid('param').orderId);
    return context.json(
      { ...adminView(found), curve: (found.bill?.curve ?? []).map((point) => [...point]) },
      200,
    );
  });

  router.openapi(stopRoute, async (context) => {
    const found = await inScope(context, context.req.valid('param').orderId);
    await auditStop(context.get('db'), found.order, context.req.valid('json').reason, actorOf(context));
    const reply = await chargerObject(context.env, found.order.chargerId).stopCharging(
      found.order.id,
      'operator',
    );
    if (!reply.ok) throw apiError(reply.error);
    return context.json(adminView(found), 202);
  });

  router.openapi(retryRoute, async (context) => {
    const found = await inScope(context, context.req.valid('param').orderId);
    const outcome = await retrySettlement(context.env, context.get('db'), found.order, actorOf(context));
    return context.json({ outcome }, 200);
  });

  router.openapi(closeRoute, async (context) => {
    const found = await inScope(context, context.req.valid('param').orderId);
    await closeWithEvidence(
      context.env,
      context.get('db'),
      found.order,
      context.req.valid('json'),
      actorOf(context),
    );
    return context.json(adminView(await inScope(context, found.order.id)), 200);
  });

  router.openapi(refundRoute, async (context) => {
    const db = context.get('db');
    const found = await inScope(context, context.req.valid('param').orderId);
    const { bill } = found;
    if (bill === null) throw new ApiError('order_not_live');
    const body = context.req.valid('json');
    const key = idempotencyKeyOf(context.req.valid('header'));
    const hash = await requestHash('charging.order.refund', { orderId: found.order.id, ...body });
    const use = { owner: keyOwner(staffOf(context)), key, hash };
    await once(db, use, () => refundOrder(db, found.order, bill, body, use, actorOf(context)));
    return context.json(adminView(await inScope(context, found.order.id)), 200);
  });

  return router;
}
