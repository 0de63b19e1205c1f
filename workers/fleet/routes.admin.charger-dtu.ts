import { z } from '@hono/zod-openapi';
import { actorOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { bindDtu, replaceDtu, unbindDtu } from './binding-service.ts';
import { DtuNumber, Reason } from './charger-views.ts';
import { Id } from './site-views.ts';

const tags = ['admin: chargers'];
const params = z.strictObject({ id: Id });

const ChangeView = z
  .object({
    chargerId: z.string(),
    dtuNumber: z.number().int().nullable(),
    disconnected: z.boolean().openapi({
      description: 'False: the former DTU’s connection could not be closed yet; it cannot be opened again.',
    }),
  })
  .openapi('DtuChange');
const EXAMPLE = { chargerId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8E', dtuNumber: 20001, disconnected: true };

const bindRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/chargers/{id}/bind-dtu',
  permission: 'fleet.device.write',
  tags,
  summary: 'Give a charger a DTU from stock',
  request: { params, body: jsonBody(z.strictObject({ dtuNumber: DtuNumber }), { dtuNumber: 20001 }) },
  errors: ['out_of_scope', 'not_found', 'device_decommissioned', 'dtu_already_bound'],
  responses: { 200: jsonResponse(ChangeView, 'Bound', EXAMPLE) },
});

const unbindRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/chargers/{id}/unbind-dtu',
  permission: 'fleet.device.write',
  tags,
  summary: 'Take the DTU off a charger and back into stock',
  request: { params, body: jsonBody(z.strictObject({ reason: Reason }), { reason: '设备送修' }) },
  errors: ['out_of_scope', 'device_decommissioned', 'dtu_not_bound'],
  responses: { 200: jsonResponse(ChangeView, 'Unbound', { ...EXAMPLE, dtuNumber: null }) },
});

const replaceRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/chargers/{id}/replace-dtu',
  permission: 'fleet.device.write',
  tags,
  summary: 'Exchange a charger’s DTU for one from stock',
  request: {
    params,
    body: jsonBody(z.strictObject({ dtuNumber: DtuNumber, reason: Reason }), {
      dtuNumber: 20002,
      reason: '原 DTU 信号差',
    }),
  },
  errors: ['out_of_scope', 'not_found', 'device_decommissioned', 'dtu_not_bound', 'dtu_already_bound'],
  responses: { 200: jsonResponse(ChangeView, 'Replaced', { ...EXAMPLE, dtuNumber: 20002 }) },
});

/** Which DTU connects which charger. */
export function adminChargerDtuRoutes() {
  const router = newRouter();
  router.openapi(bindRoute, async (context) => {
    const chargerId = context.req.valid('param').id;
    const { dtuNumber } = context.req.valid('json');
    const change = await bindDtu(context.get('db'), actorOf(context), chargerId, dtuNumber);
    return context.json({ chargerId, ...change }, 200);
  });
  router.openapi(unbindRoute, async (context) => {
    const chargerId = context.req.valid('param').id;
    const { reason } = context.req.valid('json');
    const change = await unbindDtu(context.env, context.get('db'), actorOf(context), chargerId, reason);
    return context.json({ chargerId, ...change }, 200);
  });
  router.openapi(replaceRoute, async (context) => {
    const chargerId = context.req.valid('param').id;
    const { dtuNumber, reason } = context.req.valid('json');
    const change = await replaceDtu(
      context.env,
      context.get('db'),
      actorOf(context),
      chargerId,
      dtuNumber,
      reason,
    );
    return context.json({ chargerId, ...change }, 200);
  });
  return router;
}
