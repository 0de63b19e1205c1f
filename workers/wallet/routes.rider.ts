import { riderAccount } from '../../domain/ledger/account.ts';
import { riderOf } from '../app-env.ts';
import { defineRoute, jsonResponse, newRouter } from '../http.ts';
import { IdempotencyHeaders, idempotencyKeyOf } from '../middleware/idempotency.ts';
import { PageQuery, pageOf, toPage } from '../pages.ts';
import { entryText } from './entry-texts.ts';
import { accountLines, lineCursor, riderBalances } from './queries.ts';
import { WALLET_ENTRY_EXAMPLE, WalletEntryView, WalletView } from './schemas.ts';
import { payArrears } from './service.ts';

const walletRoute = defineRoute({
  method: 'get',
  path: '/v1/rider/wallet',
  permission: 'rider.self',
  tags: ['wallet'],
  summary: 'What the rider has, has set aside and owes',
  responses: {
    200: jsonResponse(WalletView, 'The balances', { walletFen: 1500, heldFen: 500, arrearsFen: 0 }),
  },
});

const entriesRoute = defineRoute({
  method: 'get',
  path: '/v1/rider/wallet/entries',
  permission: 'rider.self',
  tags: ['wallet'],
  summary: 'The lines of the rider’s wallet, newest first',
  request: { query: PageQuery },
  errors: ['invalid_cursor'],
  responses: {
    200: jsonResponse(pageOf(WalletEntryView), 'A page', {
      items: [WALLET_ENTRY_EXAMPLE],
      nextCursor: null,
    }),
  },
});

const payArrearsRoute = defineRoute({
  method: 'post',
  path: '/v1/rider/wallet/pay-arrears',
  permission: 'rider.self',
  tags: ['wallet'],
  summary: 'Pay what the rider owes from the wallet, as far as it reaches',
  request: { headers: IdempotencyHeaders },
  errors: ['idempotency_key_required', 'insufficient_balance', 'conflict'],
  responses: {
    200: jsonResponse(WalletView, 'The balances after it', { walletFen: 1200, heldFen: 0, arrearsFen: 0 }),
  },
});

/** A rider's own wallet. */
export function riderWalletRoutes() {
  const router = newRouter();

  router.openapi(walletRoute, async (context) =>
    context.json(await riderBalances(context.get('db'), riderOf(context).riderId), 200),
  );

  router.openapi(payArrearsRoute, async (context) => {
    const db = context.get('db');
    const { riderId } = riderOf(context);
    const key = idempotencyKeyOf(context.req.valid('header'));
    await payArrears(db, riderId, key, context.get('now'));
    return context.json(await riderBalances(db, riderId), 200);
  });

  router.openapi(entriesRoute, async (context) => {
    const { cursor, limit } = context.req.valid('query');
    const wallet = riderAccount(riderOf(context).riderId, 'wallet');
    const rows = await accountLines(context.get('db'), wallet, { cursor, limit });
    const { items, nextCursor } = toPage(rows, limit, lineCursor);
    const language = context.get('language');
    return context.json(
      {
        items: items.map(({ seq, kind, memo, orderId, amountFen, balanceAfterFen, at }) => ({
          seq,
          kind: kind ?? '',
          title: entryText(kind ?? '', language),
          memo: memo ?? '',
          orderId,
          amountFen,
          balanceAfterFen,
          at,
        })),
        nextCursor,
      },
      200,
    );
  });

  return router;
}
