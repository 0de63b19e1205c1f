import { z } from '@hono/zod-openapi';
import { MINUTE } from '../../domain/units.ts';
import { ApiError } from '../api-error.ts';
import { defineRoute, jsonResponse, newRouter } from '../http.ts';
import { type AuditBreach, type AuditProgress, auditPage, beginAudit } from './audit.ts';
import { requireWholeBooks } from './books-scope.ts';

/** Of up to 500 vouchers or lines each: what one request looks at. */
const PAGES_A_REQUEST = 8;
const ENOUGH_BREACHES = 100;

const BreachView = z
  .looseObject({
    breach: z.enum([
      'unbalanced',
      'unknown_account',
      'entry_without_posting',
      'chain_broken',
      'overdrawn',
      'entries_differ_from_postings',
      'holds_differ',
    ]),
  })
  .openapi('LedgerBreach', {
    description: 'What is wrong, and where: voucher, account, line, amounts in fen',
  });

const auditRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/ledger/audit',
  permission: 'ledger.read',
  tags: ['ledger'],
  summary: 'Add the books up again, some thousand lines a request; follow `nextCursor` until it is null',
  description:
    'Every voucher sums to zero, lines and vouchers are the same, each account’s balances form an unbroken chain, ' +
    'no purse is overdrawn, open holds equal the hold purses. Lines and vouchers are compared up to `asOf`.',
  request: {
    query: z.object({
      cursor: z.string().max(1200).optional().openapi({ description: 'Opaque; from the page before.' }),
    }),
  },
  errors: ['invalid_cursor'],
  responses: {
    200: jsonResponse(
      z.object({
        asOf: z.int().openapi({ description: 'Epoch ms' }),
        step: z.enum(['vouchers', 'entries', 'holds', 'done']).openapi({ description: 'What comes next' }),
        breaches: z.array(BreachView),
        nextCursor: z.string().nullable(),
      }),
      'What was found on this page',
      { asOf: 1767225600000, step: 'done', breaches: [], nextCursor: null },
    ),
  },
});

/** The audit of the books, page by page. */
export function adminLedgerAuditRoutes() {
  const router = newRouter();
  router.openapi(auditRoute, async (context) => {
    requireWholeBooks(context);
    const { cursor } = context.req.valid('query');
    // What is being posted right now may have its voucher seen and its lines missed, so the last minute is left out.
    const begun = cursor === undefined ? beginAudit(context.get('now') - MINUTE) : progressOf(cursor);
    const breaches: AuditBreach[] = [];
    let progress: AuditProgress | null = begun;
    for (let page = 0; page < PAGES_A_REQUEST && breaches.length < ENOUGH_BREACHES; page += 1) {
      const found = await auditPage(context.get('db'), progress);
      breaches.push(...found.breaches);
      progress = found.next;
      if (progress === null) break;
    }
    return context.json(
      {
        asOf: begun.asOf,
        step: progress?.step ?? ('done' as const),
        breaches,
        nextCursor: progress === null ? null : cursorOf(progress),
      },
      200,
    );
  });
  return router;
}

const Progress = z.strictObject({
  step: z.enum(['vouchers', 'entries', 'holds']),
  asOf: z.int(),
  voucher: z.string(),
  account: z.string(),
  seq: z.int(),
  balanceFen: z.int(),
  postings: z.int(),
  entries: z.int(),
  difference: z.tuple([z.int(), z.int()]),
});

/** Whoever tampers with a cursor misleads only themselves. */
const cursorOf = (progress: AuditProgress): string => encodeURIComponent(JSON.stringify(progress));

function progressOf(cursor: string): AuditProgress {
  try {
    return Progress.parse(JSON.parse(decodeURIComponent(cursor)));
  } catch {
    throw new ApiError('invalid_cursor');
  }
}
