import { z } from '@hono/zod-openapi';
import { and, desc, eq, lt } from 'drizzle-orm';
import { alarms } from '../../database/schema/fleet.ts';
import { staffOf } from '../app-env.ts';
import { defineRoute, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { siteScope } from './scope.ts';
import { Id } from './site-views.ts';

const Severity = z.enum(['critical', 'major', 'minor']);

const AlarmView = z
  .object({
    id: z.string(),
    chargerId: z.string(),
    siteId: z.string(),
    outletNo: z.number().int().nullable(),
    kind: z.string(),
    severity: Severity,
    detail: z.record(z.string(), z.unknown()),
    at: z.number().int(),
  })
  .openapi('Alarm');

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/alarms',
  permission: 'fleet.device.read',
  tags: ['admin: alarms'],
  summary: 'The alarms in the caller’s scope, newest first',
  request: {
    query: PageQuery.extend({
      siteId: Id.optional(),
      chargerId: Id.optional(),
      severity: Severity.optional(),
    }).strict(),
  },
  responses: {
    200: jsonResponse(pageOf(AlarmView), 'A page of alarms', {
      items: [
        {
          id: '01JD3Y8Q3G:01JD3Y8Q3G5W1V7T9R2X4Z6B8E:12',
          chargerId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8E',
          siteId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8C',
          outletNo: 1,
          kind: 'over-temperature',
          severity: 'critical',
          detail: { temperatureDeciC: 912 },
          at: 1767225600000,
        },
      ],
      nextCursor: null,
    }),
  },
});

/** Alarms that devices and the rules over them have raised. */
export function adminAlarmRoutes() {
  const router = newRouter();
  router.openapi(listRoute, async (context) => {
    const { cursor, limit, siteId, chargerId, severity } = context.req.valid('query');
    const rows = await context
      .get('db')
      .select()
      .from(alarms)
      .where(
        and(
          siteScope(staffOf(context).scope, alarms.siteId),
          cursor === undefined ? undefined : lt(alarms.id, cursor),
          siteId === undefined ? undefined : eq(alarms.siteId, siteId),
          chargerId === undefined ? undefined : eq(alarms.chargerId, chargerId),
          severity === undefined ? undefined : eq(alarms.severity, severity),
        ),
      )
      .orderBy(desc(alarms.id))
      .limit(limit + 1);
    return context.json(
      toPage(rows, limit, (row) => row.id),
      200,
    );
  });
  return router;
}
