import { z } from '@hono/zod-openapi';
import { and, desc, eq, lt } from 'drizzle-orm';
import { deviceModels } from '../../database/schema/fleet.ts';
import { actorOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { createModel, updateModel } from './catalogue-service.ts';
import { Id } from './site-views.ts';

const tags = ['admin: catalogue'];
const Text = z.string().trim().min(1).max(60);

const NewModel = z
  .strictObject({
    typeId: Id,
    vendor: Text,
    name: Text,
    protocol: z.enum(['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']),
    outlets: z.number().int().min(1).max(200),
    ratedPowerW: z.number().int().min(10).max(20_000).openapi({ description: 'Of one outlet.' }),
    maxTemperatureDeciC: z.number().int().min(200).max(1500).openapi({ description: 'In 0.1 °C.' }),
    maxSessionMinutes: z.number().int().min(10).max(2880),
  })
  .openapi('NewDeviceModel');

const ModelChange = NewModel.partial().openapi('DeviceModelChange');

const ModelView = z
  .object({ ...NewModel.shape, id: z.string(), createdAt: z.number().int() })
  .openapi('DeviceModel');

const FACTS = {
  typeId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8J',
  vendor: '电驿',
  name: 'DY-10',
  protocol: 'ocpp1.6',
  outlets: 10,
  ratedPowerW: 800,
  maxTemperatureDeciC: 850,
  maxSessionMinutes: 720,
} as const;
const EXAMPLE = { ...FACTS, id: '01JD3Y8Q3G5W1V7T9R2X4Z6B8F', createdAt: 1767225600000 };

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/device-models',
  permission: 'fleet.device.read',
  tags,
  summary: 'The models of devices, newest first',
  request: { query: PageQuery.extend({ typeId: Id.optional() }).strict() },
  responses: {
    200: jsonResponse(pageOf(ModelView), 'A page of models', { items: [EXAMPLE], nextCursor: null }),
  },
});

const createModelRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/device-models',
  permission: 'fleet.device.write',
  tags,
  summary: 'Add a model',
  description: 'For staff who see the whole network.',
  request: { body: jsonBody(NewModel, FACTS) },
  responses: { 201: jsonResponse(ModelView, 'The new model', EXAMPLE) },
});

const updateRoute = defineRoute({
  method: 'patch',
  path: '/v1/admin/device-models/{id}',
  permission: 'fleet.device.write',
  tags,
  summary: 'Change a model',
  description:
    'Chargers keep the outlets they were made with; new limits reach each with its next connection or start.',
  request: { params: z.strictObject({ id: Id }), body: jsonBody(ModelChange, { ratedPowerW: 1000 }) },
  errors: ['not_found'],
  responses: { 200: jsonResponse(ModelView, 'The model as it is now', { ...EXAMPLE, ratedPowerW: 1000 }) },
});

/** Models of devices: what a charger may draw, how hot it may get, how long it may charge. */
export function adminDeviceModelRoutes() {
  const router = newRouter();
  router.openapi(listRoute, async (context) => {
    const { cursor, limit, typeId } = context.req.valid('query');
    const rows = await context
      .get('db')
      .select()
      .from(deviceModels)
      .where(
        and(
          cursor === undefined ? undefined : lt(deviceModels.id, cursor),
          typeId === undefined ? undefined : eq(deviceModels.typeId, typeId),
        ),
      )
      .orderBy(desc(deviceModels.id))
      .limit(limit + 1);
    return context.json(
      toPage(rows, limit, (row) => row.id),
      200,
    );
  });
  router.openapi(createModelRoute, async (context) =>
    context.json(await createModel(context.get('db'), actorOf(context), context.req.valid('json')), 201),
  );
  router.openapi(updateRoute, async (context) => {
    const { id } = context.req.valid('param');
    const change = context.req.valid('json');
    return context.json(await updateModel(context.get('db'), actorOf(context), id, change), 200);
  });
  return router;
}
