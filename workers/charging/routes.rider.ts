import { z } from '@hono/zod-openapi';
import { riderAccount } from '../../domain/ledger/account.ts';
import { quoteTariff } from '../../domain/pricing/quote.ts';
import { fen } from '../../domain/units.ts';
import { ApiError, apiError } from '../api-error.ts';
import { riderOf } from '../app-env.ts';
import { chargerObject } from '../charger-object.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { IdempotencyHeaders, idempotencyKeyOf, once, requestHash } from '../middleware/idempotency.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { findTariffInForce } from '../pricing/queries.ts';
import { balanceOf } from '../wallet/queries.ts';
import { wantsWebSocket, watchUpgrade } from '../websocket-upgrade.ts';
import { LimitBody, ORDER_EXAMPLE, OrderView, orderView, toLimit } from './order-schema.ts';
import { outletIdOf } from './outlets.ts';
import { findRiderOrder, listRiderOrders } from './queries.ts';
import { QUOTE_EXAMPLE, QuoteView, quoteView } from './quote-schema.ts';
import { chargeableOutlet, DEFAULT_HOLD, LARGEST_HOLD, SMALLEST_HOLD, startCharge } from './service.ts';

const TAGS = ['rider: charging'];
const outletParam = z.object({ outletId: z.string().max(80).openapi({ example: '30001-1' }) });
const orderParam = z.object({ orderId: z.string().max(40).openapi({ example: ORDER_EXAMPLE.id }) });

const quoteRoute = defineRoute({
  method: 'get',
  path: '/outlets/{outletId}/quote',
  permission: 'rider.self',
  tags: TAGS,
  summary: 'What charging at a scanned outlet costs, per period and both fees apart',
  description:
    'The outlet is named as on its sticker: `{charger}-{outlet}`, the charger by id or by DTU number.',
  request: { params: outletParam },
  errors: ['outlet_not_found', 'device_decommissioned', 'site_closed', 'tariff_not_found'],
  responses: { 200: jsonResponse(QuoteView, 'The price, and whether the outlet is free', QUOTE_EXAMPLE) },
});

const StartBody = z.strictObject({
  outletId: z.string().max(80),
  limit: LimitBody,
  tariffVersionId: z.string().max(64).openapi({ description: 'From the quote the rider saw.' }),
  holdFen: z.number().int().min(SMALLEST_HOLD).max(LARGEST_HOLD).optional().openapi({
    description: 'Most the charge may cost, in fen. Default: ¥20 or the wallet, whichever is less.',
  }),
});

const startRoute = defineRoute({
  method: 'post',
  path: '/charging-orders',
  permission: 'rider.self',
  tags: TAGS,
  summary: 'Start a charge from the wallet',
  description: 'Money is held, then the device is asked. The unused rest is free again with the bill.',
  request: {
    headers: IdempotencyHeaders,
    body: jsonBody(StartBody, {
      outletId: '30001-1',
      limit: { kind: 'money', fen: 500 },
      tariffVersionId: 'TV01',
    }),
  },
  errors: [
    'idempotency_key_required',
    'idempotency_key_reused',
    'outlet_not_found',
    'outlet_occupied',
    'outlet_unavailable',
    'device_offline',
    'device_decommissioned',
    'site_closed',
    'tariff_not_found',
    'quote_outdated',
    'insufficient_balance',
    'arrears_open',
    'conflict',
  ],
  responses: {
    200: jsonResponse(OrderView, 'The order this key made before', ORDER_EXAMPLE),
    201: jsonResponse(OrderView, 'The new order, waiting for its device', ORDER_EXAMPLE),
  },
});

const listRoute = defineRoute({
  method: 'get',
  path: '/charging-orders',
  permission: 'rider.self',
  tags: TAGS,
  summary: 'My charges, newest first',
  request: { query: PageQuery },
  responses: {
    200: jsonResponse(pageOf(OrderView), 'A page of orders', { items: [ORDER_EXAMPLE], nextCursor: null }),
  },
});

const getRoute = defineRoute({
  method: 'get',
  path: '/charging-orders/{orderId}',
  permission: 'rider.self',
  tags: TAGS,
  summary: 'One of my charges with its bill',
  request: { params: orderParam },
  errors: ['not_found'],
  responses: { 200: jsonResponse(OrderView, 'The order', ORDER_EXAMPLE) },
});

const stopRoute = defineRoute({
  method: 'post',
  path: '/charging-orders/{orderId}/stop',
  permission: 'rider.self',
  tags: TAGS,
  summary: 'Stop my charge, or cancel its start; a repeat changes nothing',
  request: { params: orderParam },
  errors: ['not_found', 'order_not_live'],
  responses: { 202: jsonResponse(OrderView, 'The device has been asked', ORDER_EXAMPLE) },
});

const liveRoute = defineRoute({
  method: 'get',
  path: '/charging-orders/{orderId}/live',
  permission: 'rider.self',
  tags: TAGS,
  summary: 'Live view over a WebSocket: power, energy, both costs, time left',
  description:
    'Messages `{type: "live", view}` on every change and `{type: "ended", orderId}` when it is over. A client that cannot set headers offers the subprotocols `bearer` and its token.',
  request: { params: orderParam },
  errors: ['not_found'],
  responses: { 101: { description: 'Live messages follow' } },
});

/** What a rider does with a charge. */
export function riderChargingRoutes() {
  const router = newRouter();

  router.openapi(quoteRoute, async (context) => {
    const now = context.get('now');
    const db = context.get('db');
    const outlet = await chargeableOutlet(db, context.req.valid('param').outletId, now);
    const { chargerId } = outlet.profile;
    const [tariff, walletFen] = await Promise.all([
      findTariffInForce(db, { siteId: outlet.siteId, chargerId }, now),
      balanceOf(db, riderAccount(riderOf(context).riderId, 'wallet')),
    ]);
    if (tariff === undefined) throw new ApiError('tariff_not_found');
    const view = quoteView(quoteTariff(tariff.rules, now));
    return context.json(
      {
        outletId: outletIdOf(chargerId, outlet.outletNo),
        siteId: outlet.siteId,
        siteName: outlet.siteName,
        chargerName: outlet.chargerName,
        outletNo: outlet.outletNo,
        availability: outlet.availability,
        tariffVersionId: tariff.tariffVersionId,
        price: view,
        walletFen,
        suggestedHoldFen: Math.min(DEFAULT_HOLD, walletFen),
      },
      200,
    );
  });

  router.openapi(startRoute, async (context) => {
    const db = context.get('db');
    const { riderId } = riderOf(context);
    const body = context.req.valid('json');
    const key = idempotencyKeyOf(context.req.valid('header'));
    const use = { owner: `rider:${riderId}`, key, hash: await requestHash('charging.order.create', body) };
    const request = {
      riderId,
      outletId: body.outletId,
      limit: toLimit(body.limit),
      tariffVersionId: body.tariffVersionId,
      holdFen: body.holdFen === undefined ? undefined : fen(body.holdFen),
      key: use,
    };
    const { resourceId, repeated } = await once(db, use, () =>
      startCharge(context.env, db, request, context.get('now')),
    );
    const found = await findRiderOrder(db, riderId, resourceId);
    if (found === undefined) throw new ApiError('not_found');
    return context.json(orderView(found.order, found.bill, found.siteName), repeated ? 200 : 201);
  });

  router.openapi(listRoute, async (context) => {
    const { cursor, limit } = context.req.valid('query');
    const rows = await listRiderOrders(context.get('db'), riderOf(context).riderId, cursor, limit);
    const page = toPage(rows, limit, (row) => row.order.id);
    return context.json(
      {
        items: page.items.map((row) => orderView(row.order, row.bill, row.siteName)),
        nextCursor: page.nextCursor,
      },
      200,
    );
  });

  router.openapi(getRoute, async (context) => {
    const found = await findRiderOrder(
      context.get('db'),
      riderOf(context).riderId,
      context.req.valid('param').orderId,
    );
    if (found === undefined) throw new ApiError('not_found');
    return context.json(orderView(found.order, found.bill, found.siteName), 200);
  });

  router.openapi(stopRoute, async (context) => {
    const found = await findRiderOrder(
      context.get('db'),
      riderOf(context).riderId,
      context.req.valid('param').orderId,
    );
    if (found === undefined) throw new ApiError('not_found');
    const reply = await chargerObject(context.env, found.order.chargerId).stopCharging(
      found.order.id,
      'rider',
    );
    if (!reply.ok) throw apiError(reply.error);
    return context.json(orderView(found.order, found.bill, found.siteName), 202);
  });

  router.openapi(liveRoute, async (context) => {
    const found = await findRiderOrder(
      context.get('db'),
      riderOf(context).riderId,
      context.req.valid('param').orderId,
    );
    if (found === undefined) throw new ApiError('not_found');
    if (!wantsWebSocket(context.req)) throw new ApiError('invalid_request', { expected: 'websocket' });
    return chargerObject(context.env, found.order.chargerId).fetch(
      `https://charger/live/${found.order.id}`,
      watchUpgrade(context.req),
    );
  });

  return router;
}
