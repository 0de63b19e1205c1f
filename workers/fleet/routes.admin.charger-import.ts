import { z } from '@hono/zod-openapi';
import { actorOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { CHARGER_VERDICTS, importChargers } from './charger-import.ts';

const importRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/chargers/import',
  permission: 'fleet.device.write',
  tags: ['admin: chargers'],
  summary: 'Add chargers from CSV, 500 rows at most',
  description:
    'Columns serial, name, site_id, model_id, dtu_number; the last may be empty. Rows that cannot be taken are told and left out.',
  request: {
    body: jsonBody(z.strictObject({ csv: z.string().min(1).max(200_000) }), {
      csv: 'serial,name,site_id,model_id,dtu_number\nDY-2026-000001,1 号桩,01JD3Y8Q3G5W1V7T9R2X4Z6B8C,01JD3Y8Q3G5W1V7T9R2X4Z6B8F,20001\n',
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
            result: z.enum(CHARGER_VERDICTS),
            chargerId: z.string().nullable(),
          }),
        ),
      }),
      'What became of each row',
      {
        imported: 1,
        rows: [
          {
            row: 1,
            serial: 'DY-2026-000001',
            result: 'imported',
            chargerId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8E',
          },
        ],
      },
    ),
  },
});

/** Many chargers at once, as a site is built. */
export function adminChargerImportRoutes() {
  const router = newRouter();
  router.openapi(importRoute, async (context) => {
    const rows = await importChargers(context.get('db'), actorOf(context), context.req.valid('json').csv);
    return context.json({ imported: rows.filter(({ result }) => result === 'imported').length, rows }, 200);
  });
  return router;
}
