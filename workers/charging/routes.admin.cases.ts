import { z } from '@hono/zod-openapi';
import { and, desc, eq, lt } from 'drizzle-orm';
import { incidents, quarantinedSessions } from '../../database/schema/charging.ts';
import { ApiError } from '../api-error.ts';
import { actorOf, type RequestContext, staffOf } from '../app-env.ts';
import { auditRow } from '../audit.ts';
import { siteScope } from '../fleet/scope.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { closeQuarantined } from './cases.ts';

const TAGS = ['admin: cases'];
const idParam = z.object({ id: z.string().max(300).openapi({ example: 'CH30001:17' }) });

const Quarantined = z
  .object({
    id: z.string(),
    chargerId: z.string(),
    siteId: z.string(),
    outletNo: z.number().int(),
    idTag: z.string(),
    orderId: z.string().nullable(),
    startedAt: z.number().int(),
    endedAt: z.number().int(),
    energyWh: z.number().int(),
    reason: z.string(),
    evidence: z.record(z.string(), z.unknown()),
    state: z.enum(['open', 'closed']),
    resolution: z.string().nullable(),
    createdAt: z.number().int(),
  })
  .openapi('QuarantinedSession');

const QUARANTINED_EXAMPLE: z.infer<typeof Quarantined> = {
  id: 'CH30001:17',
  chargerId: 'CH30001',
  siteId: 'SITE01',
  outletNo: 1,
  idTag: 'CARD0042',
  orderId: null,
  startedAt: 1767225600000,
  endedAt: 1767229200000,
  energyWh: 312,
  reason: 'unknown-tag',
  evidence: { meterStartWh: 1000, meterStopWh: 1312 },
  state: 'open',
  resolution: null,
  createdAt: 1767229201000,
};

const Incident = z
  .object({
    id: z.string(),
    queue: z.string(),
    message: z.unknown(),
    error: z.string(),
    state: z.enum(['open', 'replayed', 'dismissed']),
    createdAt: z.number().int(),
  })
  .openapi('Incident');

const INCIDENT_EXAMPLE: z.infer<typeof Incident> = {
  id: '01JD3Y8Q3G-5f1c',
  queue: 'settlement',
  message: { type: 'charging.ended', orderId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8C' },
  error: 'gave up after 10 attempts',
  state: 'open',
  createdAt: 1767225600000,
};

const quarantinedRoute = defineRoute({
  method: 'get',
  path: '/quarantined-sessions',
  permission: 'charging.order.read',
  tags: TAGS,
  summary: 'Transactions devices reported that no live order stands behind',
  request: { query: PageQuery.extend({ state: z.enum(['open', 'closed']).default('open') }) },
  responses: {
    200: jsonResponse(pageOf(Quarantined), 'A page', { items: [QUARANTINED_EXAMPLE], nextCursor: null }),
  },
});

const closeQuarantinedRoute = defineRoute({
  method: 'post',
  path: '/quarantined-sessions/{id}/close',
  permission: 'charging.order.operate',
  tags: TAGS,
  summary: 'Close one with what was found out',
  request: {
    params: idParam,
    body: jsonBody(z.strictObject({ resolution: z.string().min(4).max(500) }), {
      resolution: '测试卡，无需收费',
    }),
  },
  errors: ['out_of_scope', 'conflict'],
  responses: { 200: jsonResponse(z.object({ id: z.string() }), 'Closed', { id: 'CH30001:17' }) },
});

const incidentsRoute = defineRoute({
  method: 'get',
  path: '/incidents',
  permission: 'charging.order.operate',
  tags: TAGS,
  summary: 'Queue messages that could not be applied',
  request: { query: PageQuery.extend({ state: z.enum(['open', 'replayed', 'dismissed']).default('open') }) },
  errors: ['out_of_scope'],
  responses: {
    200: jsonResponse(pageOf(Incident), 'A page', { items: [INCIDENT_EXAMPLE], nextCursor: null }),
  },
});

const resolveIncidentRoute = defineRoute({
  method: 'post',
  path: '/incidents/{id}/{verdict}',
  permission: 'charging.order.operate',
  tags: TAGS,
  summary: 'Put a parked message back into its queue, or dismiss it',
  request: { params: idParam.extend({ verdict: z.enum(['replay', 'dismiss']) }) },
  errors: ['out_of_scope', 'conflict'],
  responses: {
    200: jsonResponse(z.object({ id: z.string(), state: z.string() }), 'Its new state', {
      id: INCIDENT_EXAMPLE.id,
      state: 'replayed',
    }),
  },
});

/** Cases: what the machinery could not decide alone. */
export function adminCaseRoutes() {
  const router = newRouter();

  router.openapi(quarantinedRoute, async (context) => {
    const { cursor, limit, state } = context.req.valid('query');
    const rows = await context
      .get('db')
      .select()
      .from(quarantinedSessions)
      .where(
        and(
          eq(quarantinedSessions.state, state),
          siteScope(staffOf(context).scope, quarantinedSessions.siteId),
          cursor === undefined ? undefined : lt(quarantinedSessions.id, cursor),
        ),
      )
      .orderBy(desc(quarantinedSessions.id))
      .limit(limit + 1)
      .all();
    return context.json(
      toPage(rows, limit, (row) => row.id),
      200,
    );
  });

  router.openapi(closeQuarantinedRoute, async (context) => {
    const { id } = context.req.valid('param');
    const db = context.get('db');
    const found = await db
      .select({ id: quarantinedSessions.id })
      .from(quarantinedSessions)
      .where(
        and(eq(quarantinedSessions.id, id), siteScope(staffOf(context).scope, quarantinedSessions.siteId)),
      )
      .get();
    if (found === undefined) throw new ApiError('out_of_scope');
    const closed = await closeQuarantined(db, id, context.req.valid('json').resolution, actorOf(context));
    if (!closed) throw new ApiError('conflict', { state: 'closed' });
    return context.json({ id }, 200);
  });

  router.openapi(incidentsRoute, async (context) => {
    onlyWholeScope(context);
    const { cursor, limit, state } = context.req.valid('query');
    const rows = await context
      .get('db')
      .select()
      .from(incidents)
      .where(and(eq(incidents.state, state), cursor === undefined ? undefined : lt(incidents.id, cursor)))
      .orderBy(desc(incidents.id))
      .limit(limit + 1)
      .all();
    return context.json(
      toPage(rows, limit, (row) => row.id),
      200,
    );
  });

  router.openapi(resolveIncidentRoute, async (context) => {
    onlyWholeScope(context);
    const { id, verdict } = context.req.valid('param');
    const db = context.get('db');
    const incident = await db.select().from(incidents).where(eq(incidents.id, id)).get();
    if (incident === undefined) throw new ApiError('out_of_scope');
    if (incident.state !== 'open') throw new ApiError('conflict', { state: incident.state });
    const state = verdict === 'replay' ? 'replayed' : 'dismissed';
    // Back into the queue first: applied twice it changes nothing, forgotten it would be lost.
    if (verdict === 'replay') {
      const queue = incident.queue === 'settlement' ? context.env.SETTLEMENT : context.env.DEVICE_EVENTS;
      await queue.send(incident.message);
    }
    await db.batch([
      db.update(incidents).set({ state }).where(eq(incidents.id, id)),
      auditRow(db, actorOf(context), {
        action: `operations.incident.${verdict}`,
        subject: `incident:${id}`,
        before: { state: incident.state },
        after: { state },
      }),
    ]);
    return context.json({ id, state }, 200);
  });

  return router;
}

/** Parked messages belong to no site, so only those who see everything see them. */
function onlyWholeScope(context: RequestContext): void {
  if (staffOf(context).scope.kind !== 'all') throw new ApiError('out_of_scope');
}
