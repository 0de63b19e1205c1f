import { z } from '@hono/zod-openapi';
import type { ErrorCode } from '../../domain/errors.ts';
import { MINUTE } from '../../domain/units.ts';
import type { CommandResult } from '../../durable-objects/link/device-object.ts';
import { CENTRAL_SYSTEM_ACTIONS } from '../../protocols/ocpp/ocpp16/actions.ts';
import { ApiError } from '../api-error.ts';
import { actorOf } from '../app-env.ts';
import { auditRow } from '../audit.ts';
import { chargerObject } from '../charger-object.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { newId } from '../identifiers.ts';
import { wantsWebSocket, watchUpgrade } from '../websocket-upgrade.ts';
import { requireChargerInScope } from './charger-scope.ts';

const TAGS = ['admin: device link'];
const chargerParam = z.object({ chargerId: z.string().max(64).openapi({ example: 'CH30001' }) });
const facts = z.record(z.string(), z.unknown());

const CommandBody = z.strictObject({
  action: z.enum(CENTRAL_SYSTEM_ACTIONS as [string, ...string[]]),
  payload: facts,
  timeoutMs: z.number().int().min(1_000).max(60_000).optional(),
});

const CommandView = z
  .object({
    commandId: z.string(),
    action: z.string(),
    status: z.enum(['pending', 'answered', 'error', 'timeout', 'offline', 'lost']),
    by: z.string(),
    requestedAt: z.number().int(),
    answeredAt: z.number().int().nullable(),
    payload: z.unknown(),
    response: z.unknown(),
  })
  .openapi('DeviceCommand');

const commandRoute = defineRoute({
  method: 'post',
  path: '/chargers/{chargerId}/commands',
  permission: 'fleet.device.command',
  tags: TAGS,
  summary: 'Send any OCPP 1.6 operation of the central system and await the device',
  description:
    'Core, Firmware Management, Local Auth List, Reservation, Smart Charging, Remote Trigger and the security extension. The payload is checked against the standard; the answer is the device’s own.',
  request: {
    params: chargerParam,
    body: jsonBody(CommandBody, {
      action: 'TriggerMessage',
      payload: { requestedMessage: 'StatusNotification' },
    }),
  },
  errors: [
    'out_of_scope',
    'device_offline',
    'device_timeout',
    'device_busy',
    'device_error',
    'device_decommissioned',
  ],
  responses: {
    200: jsonResponse(z.object({ commandId: z.string(), response: facts }), 'What the device answered', {
      commandId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8C',
      response: { status: 'Accepted' },
    }),
  },
});

const commandsRoute = defineRoute({
  method: 'get',
  path: '/chargers/{chargerId}/commands',
  permission: 'fleet.device.read',
  tags: TAGS,
  summary: 'The last commands sent to a charger, with who sent them and what came back',
  request: { params: chargerParam },
  errors: ['out_of_scope'],
  responses: {
    200: jsonResponse(z.object({ items: z.array(CommandView) }), 'Newest last', {
      items: [
        {
          commandId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8C',
          action: 'Reset',
          status: 'answered',
          by: 'staff-operations',
          requestedAt: 1767225600000,
          answeredAt: 1767225600200,
          payload: { type: 'Soft' },
          response: { status: 'Accepted' },
        },
      ],
    }),
  },
});

const liveRoute = defineRoute({
  method: 'get',
  path: '/chargers/{chargerId}/live',
  permission: 'live.read',
  tags: TAGS,
  summary: 'What a charger is doing this moment; with `Upgrade: websocket`, every change of it',
  request: { params: chargerParam },
  errors: ['out_of_scope'],
  responses: {
    101: { description: 'Messages `{type: "charger", charger}` on every change' },
    200: jsonResponse(facts, 'The moment', { chargerId: 'CH30001', connected: true, outlets: [] }),
  },
});

const framesRoute = defineRoute({
  method: 'get',
  path: '/chargers/{chargerId}/frames',
  permission: 'device.frames.read',
  tags: TAGS,
  summary: 'The last frames of a charger, masked; kept only while the frame log is on',
  request: { params: chargerParam },
  errors: ['out_of_scope'],
  responses: {
    200: jsonResponse(
      z.object({
        until: z.number().int().nullable(),
        items: z.array(
          z.object({ id: z.number(), at: z.number(), direction: z.enum(['in', 'out']), frame: z.string() }),
        ),
      }),
      'Oldest first',
      {
        until: 1767225600000,
        items: [{ id: 1, at: 1767225600000, direction: 'in', frame: '[2,"1","Heartbeat",{}]' }],
      },
    ),
  },
});

const frameLogRoute = defineRoute({
  method: 'put',
  path: '/chargers/{chargerId}/frame-log',
  permission: 'device.frames.read',
  tags: TAGS,
  summary: 'Turn the frame log on for some minutes, or off (0), which forgets the frames',
  request: {
    params: chargerParam,
    body: jsonBody(z.strictObject({ minutes: z.number().int().min(0).max(240) }), { minutes: 30 }),
  },
  errors: ['out_of_scope'],
  responses: {
    200: jsonResponse(z.object({ until: z.number().int().nullable() }), 'Until when', { until: null }),
  },
});

const FAILURE: Record<Exclude<CommandResult['status'], 'answered'>, ErrorCode> = {
  pending: 'device_timeout',
  error: 'device_error',
  timeout: 'device_timeout',
  offline: 'device_offline',
  lost: 'device_offline',
  busy: 'device_busy',
  invalid: 'invalid_request',
};

/** What operators do over the device's own link: commands, the live look, the frame log. */
export function adminDeviceLinkRoutes() {
  const router = newRouter();

  router.openapi(commandRoute, async (context) => {
    const { chargerId } = context.req.valid('param');
    const body = context.req.valid('json');
    const actor = actorOf(context);
    const db = context.get('db');
    const charger = await requireChargerInScope(db, actor.staff, chargerId);
    if (charger.status !== 'active') throw new ApiError('device_decommissioned');
    const commandId = newId(actor.now);
    await db.batch([
      auditRow(db, actor, {
        action: 'fleet.charger.command',
        subject: `charger:${chargerId}`,
        before: null,
        after: { commandId, action: body.action },
      }),
    ]);
    const { timeoutMs } = body;
    const result = await chargerObject(context.env, chargerId)
      .sendCommand({
        commandId,
        action: body.action,
        payload: body.payload,
        by: actor.staff.staffId,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      })
      // The object restarted under the call: the command log knows what became of it.
      .catch((): CommandResult => ({ commandId, status: 'lost', response: null }));
    if (result.status !== 'answered') {
      throw new ApiError(FAILURE[result.status], {
        commandId,
        status: result.status,
        response: result.response,
      });
    }
    return context.json({ commandId, response: result.response as Record<string, unknown> }, 200);
  });

  router.openapi(commandsRoute, async (context) => {
    const { chargerId } = context.req.valid('param');
    await requireChargerInScope(context.get('db'), actorOf(context).staff, chargerId);
    const items = await chargerObject(context.env, chargerId).commandLog();
    return context.json({ items: [...items] }, 200);
  });

  router.openapi(liveRoute, async (context) => {
    const { chargerId } = context.req.valid('param');
    await requireChargerInScope(context.get('db'), actorOf(context).staff, chargerId);
    const charger = chargerObject(context.env, chargerId);
    if (!wantsWebSocket(context.req)) {
      return context.json({ ...(await charger.snapshot()) }, 200);
    }
    return charger.fetch('https://charger/watch', watchUpgrade(context.req));
  });

  router.openapi(framesRoute, async (context) => {
    const { chargerId } = context.req.valid('param');
    await requireChargerInScope(context.get('db'), actorOf(context).staff, chargerId);
    const charger = chargerObject(context.env, chargerId);
    const [items, { framesUntil }] = await Promise.all([charger.frames(), charger.snapshot()]);
    return context.json({ until: framesUntil, items }, 200);
  });

  router.openapi(frameLogRoute, async (context) => {
    const { chargerId } = context.req.valid('param');
    const { minutes } = context.req.valid('json');
    const actor = actorOf(context);
    const db = context.get('db');
    await requireChargerInScope(db, actor.staff, chargerId);
    const until = minutes === 0 ? null : actor.now + minutes * MINUTE;
    await db.batch([
      auditRow(db, actor, {
        action: 'fleet.charger.frame-log',
        subject: `charger:${chargerId}`,
        before: null,
        after: { until },
      }),
    ]);
    await chargerObject(context.env, chargerId).logFrames(until);
    return context.json({ until }, 200);
  });

  return router;
}
