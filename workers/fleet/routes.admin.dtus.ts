import { z } from '@hono/zod-openapi';
import { ApiError } from '../api-error.ts';
import { actorOf, staffOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { DtuNumber, Reason } from './charger-views.ts';
import { createDtu, listDtus, restockDtu, rotateDtuKey } from './dtu-service.ts';

const tags = ['admin: DTUs'];
const params = z.strictObject({ number: z.coerce.number().pipe(DtuNumber).openapi({ example: 20001 }) });
const Status = z.enum(['stock', 'bound', 'retired']);
const Key = z
  .string()
  .regex(/^[!-~]{16,40}$/)
  .openapi({ description: '16 to 40 printable ASCII characters without spaces (OCPP AuthorizationKey).' });

const DtuView = z
  .object({
    number: z.number().int(),
    status: Status,
    chargerId: z.string().nullable(),
    siteId: z.string().nullable(),
    createdAt: z.number().int(),
  })
  .openapi('Dtu');
const EXAMPLE = {
  number: 20001,
  status: 'bound',
  chargerId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8E',
  siteId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8C',
  createdAt: 1767225600000,
} as const;

const KeyView = z
  .object({
    number: z.number().int(),
    key: z.string().openapi({ description: 'Shown this once; only a hash is kept.' }),
  })
  .openapi('DtuKey');
const KEY_EXAMPLE = { number: 20001, key: 'Zb3kQ9vT1xYp7RsM2nLw5HdJ8cFg4AeU' };

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/dtus',
  permission: 'fleet.device.read',
  tags,
  summary: 'The DTUs in the caller’s scope, highest number first',
  description: 'Who sees a part of the network sees the DTUs bound there; stock is the whole network’s.',
  request: { query: PageQuery.extend({ status: Status.optional() }).strict() },
  errors: ['invalid_cursor'],
  responses: {
    200: jsonResponse(pageOf(DtuView), 'A page of DTUs', { items: [EXAMPLE], nextCursor: null }),
  },
});

const createDtuRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/dtus',
  permission: 'fleet.number.allocate',
  tags,
  summary: 'Take a DTU into stock under an allocated number',
  request: {
    body: jsonBody(z.strictObject({ number: DtuNumber, key: Key.optional() }), { number: 20001 }),
  },
  errors: ['network_number_invalid', 'network_number_taken'],
  responses: { 201: jsonResponse(KeyView, 'The DTU’s number and key', KEY_EXAMPLE) },
});

const rotateRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/dtus/{number}/rotate-key',
  permission: 'fleet.device.write',
  tags,
  summary: 'Give a DTU a new key; it needs it for its next connection',
  request: { params, body: jsonBody(z.strictObject({ key: Key.optional() }), {}) },
  errors: ['out_of_scope', 'conflict'],
  responses: { 200: jsonResponse(KeyView, 'The new key', KEY_EXAMPLE) },
});

const restockRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/dtus/{number}/restock',
  permission: 'fleet.number.allocate',
  tags,
  summary: 'Put the DTU of a decommissioned charger back into stock',
  request: { params, body: jsonBody(z.strictObject({ reason: Reason }), { reason: '检测正常，可再次使用' }) },
  errors: ['out_of_scope', 'conflict'],
  responses: {
    200: jsonResponse(DtuView, 'The DTU as it is now', {
      ...EXAMPLE,
      status: 'stock',
      chargerId: null,
      siteId: null,
    }),
  },
});

/** Communication units: stock, keys, whereabouts. */
export function adminDtuRoutes() {
  const router = newRouter();
  router.openapi(listRoute, async (context) => {
    const { cursor, limit, status } = context.req.valid('query');
    const before = cursor === undefined ? undefined : Number(cursor);
    if (before !== undefined && !Number.isSafeInteger(before)) throw new ApiError('invalid_cursor');
    const rows = await listDtus(context.get('db'), staffOf(context).scope, status, before, limit);
    return context.json(
      toPage(rows, limit, ({ number }) => String(number)),
      200,
    );
  });
  router.openapi(createDtuRoute, async (context) => {
    const { number, key } = context.req.valid('json');
    return context.json(await createDtu(context.get('db'), actorOf(context), number, key), 201);
  });
  router.openapi(rotateRoute, async (context) => {
    const { number } = context.req.valid('param');
    const { key } = context.req.valid('json');
    return context.json(await rotateDtuKey(context.get('db'), actorOf(context), number, key), 200);
  });
  router.openapi(restockRoute, async (context) => {
    const { number } = context.req.valid('param');
    const { reason } = context.req.valid('json');
    return context.json(await restockDtu(context.get('db'), actorOf(context), number, reason), 200);
  });
  return router;
}
