import { z } from '@hono/zod-openapi';
import { and, desc, eq, lt } from 'drizzle-orm';
import { bdts } from '../../database/schema/fleet.ts';
import { actorOf, staffOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { importBdts } from './bdt-import.ts';
import { createBdt } from './catalogue-service.ts';
import { Serial } from './charger-views.ts';
import { requireWholeNetwork } from './scope.ts';

const tags = ['admin: catalogue'];
const Status = z.enum(['stock', 'bound', 'retired']);

const BdtView = z
  .object({
    id: z.string(),
    serial: z.string(),
    vendor: z.string(),
    firmware: z.string(),
    status: Status,
    createdAt: z.number().int(),
  })
  .openapi('Bdt');
const FACTS = { serial: 'BDT-000001', vendor: '电驿', firmware: '1.0.0' };
const EXAMPLE = {
  ...FACTS,
  id: '01JD3Y8Q3G5W1V7T9R2X4Z6B8K',
  status: 'stock',
  createdAt: 1767225600000,
} as const;

const listRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/bdts',
  permission: 'fleet.device.read',
  tags,
  summary: 'Battery data terminals, newest first; for staff who see the whole network',
  request: { query: PageQuery.extend({ status: Status.optional() }).strict() },
  responses: {
    200: jsonResponse(pageOf(BdtView), 'A page of terminals', { items: [EXAMPLE], nextCursor: null }),
  },
});

const createBdtRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/bdts',
  permission: 'fleet.device.write',
  tags,
  summary: 'Take a battery data terminal into stock',
  request: {
    body: jsonBody(
      z.strictObject({
        serial: Serial,
        vendor: z.string().trim().min(1).max(60),
        firmware: z.string().trim().max(60).default(''),
      }),
      FACTS,
    ),
  },
  errors: ['conflict'],
  responses: { 201: jsonResponse(BdtView, 'The new terminal', EXAMPLE) },
});

const importRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/bdts/import',
  permission: 'fleet.device.write',
  tags,
  summary: 'Take terminals into stock from CSV (columns serial, vendor, firmware; 2,000 rows at most)',
  request: {
    body: jsonBody(z.strictObject({ csv: z.string().min(1).max(500_000) }), {
      csv: 'serial,vendor,firmware\nBDT-000001,电驿,1.0.0\n',
    }),
  },
  errors: ['conflict'],
  responses: {
    200: jsonResponse(
      z.object({
        imported: z.number().int(),
        rows: z.array(
          z.object({
            row: z.number().int(),
            serial: z.string(),
            result: z.enum(['imported', 'malformed', 'duplicate', 'taken']),
          }),
        ),
      }),
      'What became of each row',
      { imported: 1, rows: [{ row: 1, serial: 'BDT-000001', result: 'imported' }] },
    ),
  },
});

/** Battery data terminals: stock of the whole platform. */
export function adminBdtRoutes() {
  const router = newRouter();
  router.openapi(listRoute, async (context) => {
    requireWholeNetwork(staffOf(context));
    const { cursor, limit, status } = context.req.valid('query');
    const rows = await context
      .get('db')
      .select()
      .from(bdts)
      .where(
        and(
          cursor === undefined ? undefined : lt(bdts.id, cursor),
          status === undefined ? undefined : eq(bdts.status, status),
        ),
      )
      .orderBy(desc(bdts.id))
      .limit(limit + 1);
    return context.json(
      toPage(rows, limit, (row) => row.id),
      200,
    );
  });
  router.openapi(createBdtRoute, async (context) =>
    context.json(await createBdt(context.get('db'), actorOf(context), context.req.valid('json')), 201),
  );
  router.openapi(importRoute, async (context) => {
    const rows = await importBdts(context.get('db'), actorOf(context), context.req.valid('json').csv);
    return context.json({ imported: rows.filter(({ result }) => result === 'imported').length, rows }, 200);
  });
  return router;
}
