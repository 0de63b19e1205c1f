import { env } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { type DatabaseCosts, openDatabase } from '../../database/open.ts';
import { holds, ledgerTransactions } from '../../database/schema/ledger.ts';
import { riderAccount } from '../../domain/ledger/account.ts';
import {
  captureHold,
  holdForOrder,
  type LedgerTransaction,
  releaseHold,
  settleArrears,
  topUp,
} from '../../domain/ledger/transactions.ts';
import { epochMs, fen } from '../../domain/units.ts';
import { orThrow } from '../api-error.ts';
import { auditLedger } from './audit.ts';
import { balanceOf, riderBalances } from './queries.ts';
import { postTransaction } from './service.ts';

const db = openDatabase(env.DB);
const AT = epochMs(1767225600000);

const noCosts = (): DatabaseCosts => ({ d1Statements: 0, d1RoundTrips: 0, d1RowsRead: 0, d1RowsWritten: 0 });

const paidIn = (riderId: string, amountFen: number) =>
  postTransaction(
    db,
    orThrow(topUp({ riderId, paymentId: `pay-${riderId}`, channel: 'wechat', amountFen: fen(amountFen) })),
    AT,
  );

const holdRow = (riderId: string, orderId: string, amountFen: number) =>
  db.insert(holds).values({ orderId, riderId, amountFen, deadlineAt: AT + 1, createdAt: AT });

/** Sets money aside for an order, with the row that counts it. */
const hold = (riderId: string, orderId: string, amountFen: number) =>
  postTransaction(db, orThrow(holdForOrder({ riderId, orderId, amountFen: fen(amountFen) })), AT, {
    after: [holdRow(riderId, orderId, amountFen)],
  });

test('M1: twenty charges started at once against one wallet never overdraw it, and its chain stays whole', async () => {
  await paidIn('R-busy', 1000);
  const starts = await Promise.allSettled(
    Array.from({ length: 20 }, (_, order) => hold('R-busy', `busy-${order}`, 90)),
  );

  const started = starts.filter(({ status }) => status === 'fulfilled');
  expect(started).toHaveLength(11);
  for (const start of starts) {
    if (start.status === 'rejected') expect(start.reason).toMatchObject({ code: 'insufficient_balance' });
  }
  expect(await riderBalances(db, 'R-busy')).toEqual({ walletFen: 10, heldFen: 990, arrearsFen: 0 });
  // What was refused left nothing behind: no voucher, no line, no hold.
  expect(await auditLedger(db)).toEqual([]);
  expect(await db.$count(ledgerTransactions)).toBe(12);
});

test('M2: a settlement delivered five times at once is posted once', async () => {
  await paidIn('R-twice', 1000);
  await hold('R-twice', 'twice', 500);
  const bill = {
    riderId: 'R-twice',
    orderId: 'twice',
    heldFen: fen(500),
    electricityFen: fen(80),
    serviceFen: fen(120),
  };
  const settlement = orThrow(captureHold(bill));
  const endHold = { after: [db.delete(holds)] };
  const deliveries = await Promise.all(
    Array.from({ length: 5 }, () => postTransaction(db, settlement, AT, endHold)),
  );
  expect(deliveries.filter(({ posted }) => posted)).toHaveLength(1);
  expect(await riderBalances(db, 'R-twice')).toEqual({ walletFen: 800, heldFen: 0, arrearsFen: 0 });

  // An earlier voucher with another content stands too: what was booked first is what holds.
  const again = await postTransaction(db, { ...settlement, memo: 'later' }, AT);
  expect(again).toEqual({ posted: false });
});

test('a posting writes one voucher and one row a line: 3 for a hold, at most 5 for its capture', async () => {
  await paidIn('R-cheap', 1000);
  const cost = async (transaction: LedgerTransaction) => {
    const costs = noCosts();
    await postTransaction(openDatabase(env.DB, costs), transaction, AT);
    return costs;
  };
  const order = { riderId: 'R-cheap', orderId: 'cheap' };
  const held = await cost(orThrow(holdForOrder({ ...order, amountFen: fen(500) })));
  expect(held).toMatchObject({ d1RowsWritten: 3, d1RoundTrips: 1 });
  const captured = await cost(
    orThrow(captureHold({ ...order, heldFen: fen(500), electricityFen: fen(80), serviceFen: fen(120) })),
  );
  expect(captured).toMatchObject({ d1RowsWritten: 5, d1RoundTrips: 1 });
  // A line is added by looking at the one before it, however long the account is.
  expect(captured.d1RowsRead).toBeLessThanOrEqual(12);

  const costs = noCosts();
  await riderBalances(openDatabase(env.DB, costs), 'R-cheap');
  expect(costs).toMatchObject({ d1Statements: 1 });
  expect(costs.d1RowsRead).toBeLessThanOrEqual(4);
});

test('what does not fit is refused by name, and all of its batch with it', async () => {
  await paidIn('R-poor', 100);
  await expect(hold('R-poor', 'poor', 101)).rejects.toMatchObject({
    code: 'insufficient_balance',
    details: { transactionId: 'hold:poor' },
  });
  const release = orThrow(releaseHold({ riderId: 'R-poor', orderId: 'poor', heldFen: fen(50) }));
  await expect(postTransaction(db, release, AT)).rejects.toMatchObject({ code: 'ledger_overdrawn' });
  const arrears = orThrow(
    settleArrears({ riderId: 'R-poor', reference: 'pay', walletFen: fen(50), arrearsFen: fen(-50) }),
  );
  await expect(postTransaction(db, arrears, AT)).rejects.toMatchObject({ code: 'ledger_overdrawn' });
  expect(await db.$count(holds)).toBe(0);
  expect(await balanceOf(db, riderAccount('R-poor', 'wallet'))).toBe(100);

  // A statement in front speaks first: here an order number that is taken.
  const taken = { before: [holdRow('R-poor', 'busy-taken', 1), holdRow('R-poor', 'busy-taken', 1)] };
  const posting = orThrow(holdForOrder({ riderId: 'R-poor', orderId: 'front', amountFen: fen(1000) }));
  await expect(postTransaction(db, posting, AT, taken)).rejects.toThrow(/holds/);
});
