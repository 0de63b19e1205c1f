import { env } from 'cloudflare:test';
import { and, eq, sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { type DatabaseCosts, openDatabase } from '../../database/open.ts';
import { holds, ledgerEntries, ledgerTransactions } from '../../database/schema/ledger.ts';
import { riderAccount } from '../../domain/ledger/account.ts';
import { captureHold, holdForOrder, topUp } from '../../domain/ledger/transactions.ts';
import { epochMs, fen } from '../../domain/units.ts';
import { call } from '../../tests/workers/city.ts';
import { signInStaff } from '../../tests/workers/sign-in.ts';
import { orThrow } from '../api-error.ts';
import { auditLedger } from './audit.ts';
import { trialBalance } from './queries.ts';
import { postTransaction } from './service.ts';

const db = openDatabase(env.DB);
const AT = epochMs(1767225600000);

/** Two riders: one has a settled charge and an open hold, the other only paid in. */
beforeEach(async () => {
  await db.batch([db.delete(ledgerEntries), db.delete(ledgerTransactions), db.delete(holds)]);
  for (const riderId of ['A', 'B']) {
    const payment = {
      riderId,
      paymentId: `pay-${riderId}`,
      channel: 'wechat',
      amountFen: fen(2000),
    } as const;
    await postTransaction(db, orThrow(topUp(payment)), AT);
  }
  const hold = (orderId: string) => orThrow(holdForOrder({ riderId: 'A', orderId, amountFen: fen(500) }));
  const settled = {
    riderId: 'A',
    orderId: 'O1',
    heldFen: fen(500),
    electricityFen: fen(80),
    serviceFen: fen(120),
  };
  await postTransaction(db, hold('O1'), AT);
  await postTransaction(db, orThrow(captureHold(settled)), AT);
  const row = { orderId: 'O2', riderId: 'A', amountFen: 500, deadlineAt: AT, createdAt: AT };
  await postTransaction(db, hold('O2'), AT, { after: [db.insert(holds).values(row)] });
});

const wallet = riderAccount('A', 'wallet');
const lineOf = (account: typeof wallet, seq: number) =>
  and(eq(ledgerEntries.accountId, account), eq(ledgerEntries.seq, seq));

test('sound books have no breach', async () => {
  expect(await auditLedger(db)).toEqual([]);
});

test('a changed amount breaks the chain and has no voucher behind it', async () => {
  await db.update(ledgerEntries).set({ amountFen: -499 }).where(lineOf(wallet, 2));
  expect(await auditLedger(db)).toEqual([
    { breach: 'chain_broken', account: wallet, seq: 2, storedFen: 1500, runningFen: 1501 },
    { breach: 'entry_without_posting', transactionId: 'hold:O1', account: wallet, seq: 2 },
    { breach: 'entries_differ_from_postings', postings: 12, entries: 12 },
  ]);
});

test('a missing last line shows in the count, and in the purse it was on', async () => {
  await db.delete(ledgerEntries).where(lineOf(riderAccount('B', 'wallet'), 1));
  expect(await auditLedger(db)).toEqual([
    { breach: 'entries_differ_from_postings', postings: 12, entries: 11 },
  ]);
});

test('one line lost and another written twice is found though count and sums agree', async () => {
  // B's payment and A's are alike; on the channel's account, A's stands twice and B's not at all.
  await db
    .update(ledgerEntries)
    .set({ transactionId: 'top-up:pay-A' })
    .where(lineOf('channel:wechat' as never, 2));
  expect(await auditLedger(db)).toEqual([
    { breach: 'entries_differ_from_postings', postings: 12, entries: 12 },
  ]);
});

test('a voucher that does not balance, a foreign account and a hold nobody counts are all named', async () => {
  const postings = [{ account: 'platform:slush-fund', amountFen: 5 }];
  await db.run(
    sql`UPDATE ledger_transactions SET postings = ${JSON.stringify(postings)} WHERE id = 'hold:O1'`,
  );
  await db.delete(holds);
  expect(await auditLedger(db)).toEqual([
    { breach: 'unknown_account', transactionId: 'hold:O1', account: 'platform:slush-fund' },
    { breach: 'unbalanced', transactionId: 'hold:O1', sumFen: 5 },
    { breach: 'entry_without_posting', transactionId: 'hold:O1', account: riderAccount('A', 'hold'), seq: 1 },
    { breach: 'entry_without_posting', transactionId: 'hold:O1', account: wallet, seq: 2 },
    { breach: 'entries_differ_from_postings', postings: 11, entries: 12 },
    { breach: 'holds_differ', riderId: 'A', holdsFen: 0, purseFen: 500 },
  ]);
});

test('finance audits the books page by page while money goes on moving, and whoever has a region may not', async () => {
  const { token } = await signInStaff('finance');
  expect(await call('GET', '/v1/admin/ledger/audit', { token })).toMatchObject({
    status: 200,
    body: { step: 'done', breaches: [], nextCursor: null },
  });

  // Enough vouchers for several requests of 8 pages of 500.
  const many = 4200;
  await db.run(sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${many})
    INSERT INTO ledger_transactions (id, kind, order_id, memo, postings, at)
    SELECT 'bulk:' || i, 'adjustment', NULL, '', json_array(
      json_object('account', 'channel:bank', 'amountFen', -i),
      json_object('account', 'rider:C:wallet', 'amountFen', i)), ${AT} FROM n`);
  await db.run(sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${many})
    INSERT INTO ledger_entries (account_id, seq, transaction_id, amount_fen, balance_after_fen, at)
    SELECT 'channel:bank', i, 'bulk:' || i, -i, -(i * (i + 1) / 2), ${AT} FROM n
    UNION ALL SELECT 'rider:C:wallet', i, 'bulk:' || i, i, i * (i + 1) / 2, ${AT} FROM n`);

  let cursor: string | null = null;
  let requests = 0;
  const steps: string[] = [];
  do {
    const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const page: { step: string; breaches: object[]; nextCursor: string | null } = (
      await call('GET', `/v1/admin/ledger/audit${query}`, { token })
    ).body;
    expect(page.breaches).toEqual([]);
    steps.push(page.step);
    cursor = page.nextCursor;
    requests += 1;
    const late = {
      riderId: 'B',
      paymentId: `late-${requests}`,
      channel: 'wechat',
      amountFen: fen(1),
    } as const;
    await postTransaction(db, orThrow(topUp(late)), epochMs(Date.now()));
  } while (cursor !== null);
  expect(requests).toBeGreaterThan(2);
  expect(steps.at(-1)).toBe('done');

  expect(await call('GET', '/v1/admin/ledger/audit?cursor=%7B', { token })).toMatchObject({ status: 400 });
  const { token: regional } = await signInStaff('finance', { kind: 'agent', agentId: 'a' });
  expect(await call('GET', '/v1/admin/ledger/audit', { token: regional })).toMatchObject({ status: 403 });

  // The trial balance reads per account, not per line: 4,200 lines more cost nothing.
  const costs: DatabaseCosts = { d1Statements: 0, d1RoundTrips: 0, d1RowsRead: 0, d1RowsWritten: 0 };
  const lines = await trialBalance(openDatabase(env.DB, costs));
  expect(lines.reduce((sum, { balanceFen }) => sum + balanceFen, 0)).toBe(0);
  const accounts = lines.reduce((count, line) => count + line.accounts, 0);
  expect(costs.d1RowsRead).toBeLessThanOrEqual(accounts * 5);
});
