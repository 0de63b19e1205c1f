import { z } from '@hono/zod-openapi';
import { desc, lt } from 'drizzle-orm';
import { deviceTypes } from '../../database/schema/fleet.ts';
import { actorOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { createType, renameType } from './catalogue-service.ts';
import { Id } from './site-views.ts';

const tags = ['admin: catalogue'];
const Name = z.string().trim().min(1).max(60);

const TypeView = z
  .object({ id: z.string(), code: z.string(), name: z.string(), createdAt: z.number().int() })
  .openapi('DeviceType');
const EXAMPLE = {
  id: '01JD3Y8Q3G5W1V7T9R2X4Z6B8J',
  code: 'pile',
  name: '充电桩',
  createdAt: 1767225600000,
};

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/device-types',
  permission: 'fleet.device.read',
  tags,
  summary: 'The kinds of devices, newest first',
  request: { query: PageQuery.strict() },
  responses: {
    200: jsonResponse(pageOf(TypeView), 'A page of types', { items: [EXAMPLE], nextCursor: null }),
  },
});

const createTypeRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/device-types',
  permission: 'fleet.device.write',
  tags,
  summary: 'Add a kind of device',
  description: 'For staff who see the whole network.',
  request: {
    body: jsonBody(z.strictObject({ code: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), name: Name }), {
      code: 'pile',
      name: '充电桩',
    }),
  },
  errors: ['conflict'],
  responses: { 201: jsonResponse(TypeView, 'The new type', EXAMPLE) },
});

const renameRoute = defineRoute({
  method: 'patch',
  path: '/v1/admin/device-types/{id}',
  permission: 'fleet.device.write',
  tags,
  summary: 'Rename a kind of device',
  request: {
    params: z.strictObject({ id: Id }),
    body: jsonBody(z.strictObject({ name: Name }), { name: '充电桩' }),
  },
  errors: ['not_found'],
  responses: { 200: jsonResponse(TypeView, 'The type as it is now', EXAMPLE) },
});

/** Kinds of devices. The catalogue is the whole platform's: everybody reads it, who sees all of it writes it. */
export function adminDeviceTypeRoutes() {
  const router = newRouter();
  router.openapi(listRoute, async (context) => {
    const { cursor, limit } = context.req.valid('query');
    const rows = await context
      .get('db')
      .select()
      .from(deviceTypes)
      .where(cursor === undefined ? undefined : lt(deviceTypes.id, cursor))
      .orderBy(desc(deviceTypes.id))
      .limit(limit + 1);
    return context.json(
      toPage(rows, limit, (row) => row.id),
      200,
    );
  });
  router.openapi(createTypeRoute, async (context) =>
    context.json(await createType(context.get('db'), actorOf(context), context.req.valid('json')), 201),
  );
  router.openapi(renameRoute, async (context) => {
    const { id } = context.req.valid('param');
    const { name } = context.req.valid('json');
    return context.json(await renameType(context.get('db'), actorOf(context), id, name), 200);
  });
  return router;
}
