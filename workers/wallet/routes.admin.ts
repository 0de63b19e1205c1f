import { z } from '@hono/zod-openapi';
import { type AccountId, accountKind, isAccountId } from '../../domain/ledger/account.ts';
import { explainBalance } from '../../domain/ledger/explain-balance.ts';
import { fen } from '../../domain/units.ts';
import { ApiError } from '../api-error.ts';
import { actorOf } from '../app-env.ts';
import { defineRoute, jsonBody, jsonResponse, newRouter } from '../http.ts';
import { IdempotencyHeaders, idempotencyKeyOf } from '../middleware/idempotency.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { requireWholeBooks } from './books-scope.ts';
import {
  accountLines,
  findTransaction,
  lineCursor,
  type StoredTransaction,
  trialBalance,
} from './queries.ts';
import {
  ACCOUNT_ENTRY_EXAMPLE,
  Account,
  AccountEntryView,
  TRANSACTION_EXAMPLE,
  TRIAL_BALANCE_EXAMPLE,
  TransactionView,
  TrialBalanceView,
} from './schemas.ts';
import { postAdjustment, postCompensation } from './service.ts';

const tags = ['ledger'];
const Memo = z.string().trim().min(1).max(200).openapi({ description: 'Why; the rider may see it' });
const OrderId = z.string().min(1).max(64).optional();

/** ¥200 at once; more than that is not a gesture but a refund or a correction. */
const LARGEST_COMPENSATION = 20_000;
const MOST_POSTINGS = 20;
/** ¥1,000,000: whoever needs more books it in parts. */
const LARGEST_ADJUSTMENT = 100_000_000;

const entriesRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/ledger/accounts/{accountId}/entries',
  permission: 'ledger.read',
  tags,
  summary: 'An account line by line, newest first, each balance added up again',
  request: { params: z.object({ accountId: Account }), query: PageQuery },
  errors: ['not_found', 'invalid_cursor'],
  responses: {
    200: jsonResponse(pageOf(AccountEntryView), 'A page', {
      items: [ACCOUNT_ENTRY_EXAMPLE],
      nextCursor: null,
    }),
  },
});

const transactionRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/ledger/transactions/{id}',
  permission: 'ledger.read',
  tags,
  summary: 'A voucher with its postings',
  request: { params: z.object({ id: z.string().min(1).max(200) }) },
  errors: ['not_found'],
  responses: { 200: jsonResponse(TransactionView, 'The voucher', TRANSACTION_EXAMPLE) },
});

const trialBalanceRoute = defineRoute({
  method: 'get',
  path: '/v1/admin/ledger/trial-balance',
  permission: 'ledger.read',
  tags,
  summary: 'All balances by account and kind; they sum to zero',
  responses: { 200: jsonResponse(TrialBalanceView, 'The balances', TRIAL_BALANCE_EXAMPLE) },
});

const adjustRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/ledger/adjustments',
  permission: 'ledger.adjust',
  tags,
  summary: 'Book a correction; the Idempotency-Key becomes the voucher’s id',
  request: {
    headers: IdempotencyHeaders,
    body: jsonBody(
      z.strictObject({
        postings: z
          .array(
            z.strictObject({
              account: Account,
              amountFen: z.int().min(-LARGEST_ADJUSTMENT).max(LARGEST_ADJUSTMENT).openapi({
                description: 'Credit-positive fen; all of them sum to zero',
              }),
            }),
          )
          .min(2)
          .max(MOST_POSTINGS),
        memo: Memo,
        orderId: OrderId,
      }),
      {
        postings: TRANSACTION_EXAMPLE.postings,
        memo: TRANSACTION_EXAMPLE.memo,
      },
    ),
  },
  errors: [
    'idempotency_key_required',
    'idempotency_key_reused',
    'not_found',
    'ledger_unbalanced',
    'insufficient_balance',
    'ledger_overdrawn',
  ],
  responses: {
    200: jsonResponse(TransactionView, 'Booked by an earlier request with this key', TRANSACTION_EXAMPLE),
    201: jsonResponse(TransactionView, 'Booked', TRANSACTION_EXAMPLE),
  },
});

const compensateRoute = defineRoute({
  method: 'post',
  path: '/v1/admin/riders/{id}/compensations',
  permission: 'ledger.adjust',
  tags,
  summary: 'Pay a rider from the platform’s pocket',
  request: {
    headers: IdempotencyHeaders,
    params: z.object({ id: z.string().min(1).max(64) }),
    body: jsonBody(
      z.strictObject({
        amountFen: z.int().min(1).max(LARGEST_COMPENSATION),
        memo: Memo,
        orderId: OrderId.openapi({ description: 'The order it is about; must be the rider’s' }),
      }),
      { amountFen: 200, memo: '插座故障补偿' },
    ),
  },
  errors: ['idempotency_key_required', 'idempotency_key_reused', 'not_found'],
  responses: {
    200: jsonResponse(TransactionView, 'Paid by an earlier request with this key', TRANSACTION_EXAMPLE),
    201: jsonResponse(TransactionView, 'Paid', TRANSACTION_EXAMPLE),
  },
});

/** Finance's routes about the books. */
export function adminLedgerRoutes() {
  const router = newRouter();

  router.openapi(entriesRoute, async (context) => {
    requireWholeBooks(context);
    const { accountId } = context.req.valid('param');
    if (!isAccountId(accountId)) throw new ApiError('not_found');
    const { cursor, limit } = context.req.valid('query');
    const rows = await accountLines(context.get('db'), accountId, { cursor, limit });
    const { items, nextCursor } = toPage(rows, limit, lineCursor);
    const before = rows[limit];
    const explained = explainBalance(
      items,
      before === undefined ? undefined : { seq: before.seq, balanceFen: before.balanceAfterFen },
    ).toReversed();
    return context.json(
      {
        items: items.map((line, index) => ({
          ...line,
          runningFen: explained[index]?.runningFen ?? line.balanceAfterFen,
          agrees: explained[index]?.agrees ?? false,
        })),
        nextCursor,
      },
      200,
    );
  });

  router.openapi(transactionRoute, async (context) => {
    requireWholeBooks(context);
    const transaction = await findTransaction(context.get('db'), context.req.valid('param').id);
    if (transaction === undefined) throw new ApiError('not_found');
    return context.json(transactionView(transaction), 200);
  });

  router.openapi(trialBalanceRoute, async (context) => {
    requireWholeBooks(context);
    const lines = (await trialBalance(context.get('db'))).map((line) => ({
      ...line,
      kind: isAccountId(line.account) ? accountKind(line.account) : ('unknown' as const),
    }));
    const kinds = [...Map.groupBy(lines, ({ kind }) => kind)].map(([kind, group]) => ({
      kind,
      balanceFen: sumOf(group),
    }));
    return context.json({ asOf: context.get('now'), lines, kinds, sumFen: sumOf(lines) }, 200);
  });

  router.openapi(adjustRoute, async (context) => {
    requireWholeBooks(context);
    const { postings, memo, orderId } = context.req.valid('json');
    const { transaction, repeated } = await postAdjustment(
      context.get('db'),
      actorOf(context),
      idempotencyKeyOf(context.req.valid('header')),
      {
        postings: postings.map(({ account, amountFen }) => ({
          account: accountNamed(account),
          amountFen: fen(amountFen),
        })),
        memo,
        orderId: orderId ?? null,
      },
    );
    return context.json(transactionView(transaction), repeated ? 200 : 201);
  });

  router.openapi(compensateRoute, async (context) => {
    requireWholeBooks(context);
    const { amountFen, memo, orderId } = context.req.valid('json');
    const { transaction, repeated } = await postCompensation(
      context.get('db'),
      actorOf(context),
      idempotencyKeyOf(context.req.valid('header')),
      { riderId: context.req.valid('param').id, amountFen: fen(amountFen), memo, orderId: orderId ?? null },
    );
    return context.json(transactionView(transaction), repeated ? 200 : 201);
  });

  return router;
}

/** An account of the chart as a client wrote it. */
function accountNamed(account: string): AccountId {
  if (!isAccountId(account)) throw new ApiError('invalid_request', { reason: 'account', account });
  return account;
}

const transactionView = (transaction: StoredTransaction) => ({
  ...transaction,
  postings: [...transaction.postings],
});

const sumOf = (lines: readonly { readonly balanceFen: number }[]): number =>
  lines.reduce((sum, { balanceFen }) => sum + balanceFen, 0);
