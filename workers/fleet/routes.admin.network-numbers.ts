import { z } from '@hono/zod-openapi';
import { usage } from '../../domain/numbering/allocation.ts';
import { NETWORK_NUMBER_KINDS, parseNetworkNumber } from '../../domain/numbering/network-number.ts';
import { actorOf, staffOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { countNumbers, findNumber } from './number-queries.ts';
import { allocateNumbers, importNumbers } from './number-service.ts';
import { requireWholeNetwork } from './scope.ts';

const tags = ['admin: network numbers'];
const permission = 'fleet.number.allocate';
const Kind = z.enum(['dtu', 'battery', 'tbox']);

const allocateRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/network-numbers/allocate',
  permission,
  tags,
  summary: 'Give out the next numbers of a kind, all or none',
  request: {
    body: jsonBody(z.strictObject({ kind: Kind, count: z.number().int().min(1).max(1000) }), {
      kind: 'dtu',
      count: 3,
    }),
  },
  errors: ['network_numbers_exhausted', 'temporarily_unavailable'],
  responses: {
    201: jsonResponse(
      z.object({ batchId: z.string(), kind: Kind, numbers: z.array(z.number().int()) }),
      'The new numbers, ascending',
      { batchId: '01JD3Y8Q3G5W1V7T9R2X4Z6B8M', kind: 'dtu', numbers: [20001, 20002, 20003] },
    ),
  },
});

const importRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/network-numbers/import',
  permission,
  tags,
  summary: 'Book numbers that exist already, from CSV with the column `number` (5,000 rows at most)',
  request: {
    body: jsonBody(
      z.strictObject({
        kind: Kind,
        csv: z.string().min(1).max(500_000),
        allOrNothing: z.boolean().default(false),
      }),
      { kind: 'dtu', csv: 'number\n20010\n20011\n', allOrNothing: true },
    ),
  },
  errors: ['temporarily_unavailable'],
  responses: {
    200: jsonResponse(
      z.object({
        batchId: z.string().nullable().openapi({ description: 'Null when nothing was imported.' }),
        imported: z.number().int(),
        rows: z.array(
          z.object({
            row: z.number().int(),
            text: z.string(),
            verdict: z.enum(['accepted', 'malformed', 'out_of_range', 'wrong_kind', 'taken', 'duplicate']),
            number: z.number().int().optional(),
            firstRow: z.number().int().optional(),
          }),
        ),
      }),
      'What was made of each row',
      {
        batchId: null,
        imported: 0,
        rows: [{ row: 1, text: '20010', verdict: 'taken', number: 20010 }],
      },
    ),
  },
});

const checkRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/network-numbers/check',
  permission,
  tags,
  summary: 'Whether a text is a network number, of which kind, and given out',
  request: { query: z.strictObject({ number: z.string().min(1).max(20).openapi({ example: '20001' }) }) },
  responses: {
    200: jsonResponse(
      z.object({
        valid: z.boolean(),
        reason: z.string().nullable().openapi({ description: 'Why not: format or out_of_range.' }),
        kind: Kind.nullable(),
        taken: z.boolean(),
      }),
      'What the number is',
      { valid: true, reason: null, kind: 'dtu', taken: true },
    ),
  },
});

const usageRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/network-numbers/usage',
  permission,
  tags,
  summary: 'How far the numbers of each kind are used up; `alert` from 90 % on',
  responses: {
    200: jsonResponse(
      z.object({
        items: z.array(
          z.object({
            kind: Kind,
            capacity: z.number().int(),
            allocated: z.number().int(),
            left: z.number().int(),
            shareBp: z.number().int(),
            alert: z.boolean(),
          }),
        ),
      }),
      'Usage by kind',
      {
        items: [
          { kind: 'dtu', capacity: 180000, allocated: 162000, left: 18000, shareBp: 9000, alert: true },
        ],
      },
    ),
  },
});

/** The platform's own number plan. */
export function adminNetworkNumberRoutes() {
  const router = newRouter();
  router.openapi(allocateRoute, async (context) => {
    const { kind, count } = context.req.valid('json');
    const batch = await allocateNumbers(context.get('db'), actorOf(context), kind, count);
    return context.json({ ...batch, numbers: [...batch.numbers] }, 201);
  });
  router.openapi(importRoute, async (context) => {
    const { rows, ...rest } = await importNumbers(
      context.get('db'),
      actorOf(context),
      context.req.valid('json'),
    );
    return context.json({ ...rest, rows: [...rows] }, 200);
  });
  router.openapi(checkRoute, async (context) => {
    requireWholeNetwork(staffOf(context));
    const parsed = parseNetworkNumber(context.req.valid('query').number);
    if (!parsed.ok) {
      const reason = String(parsed.error.details?.reason ?? 'format');
      return context.json({ valid: false, reason, kind: null, taken: false }, 200);
    }
    const { number, kind } = parsed.value;
    const taken = (await findNumber(context.get('db'), number)) !== undefined;
    return context.json({ valid: true, reason: null, kind, taken }, 200);
  });
  router.openapi(usageRoute, async (context) => {
    requireWholeNetwork(staffOf(context));
    const counts = await countNumbers(context.get('db'));
    const items = NETWORK_NUMBER_KINDS.map((kind) => {
      const used = usage(kind, counts.get(kind) ?? 0);
      return { ...used, shareBp: Math.floor((used.allocated * 10_000) / used.capacity) };
    });
    return context.json({ items }, 200);
  });
  return router;
}
