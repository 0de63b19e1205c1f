import { env } from 'cloudflare:test';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openDatabase } from '../../database/open.ts';
import { chargingOrders } from '../../database/schema/charging.ts';
import { auditLog } from '../../database/schema/identity.ts';
import { holds, ledgerTransactions } from '../../database/schema/ledger.ts';
import { captureHold, chargeWithoutHold, holdForOrder } from '../../domain/ledger/transactions.ts';
import { flatEnergyTariff } from '../../domain/pricing/sample-tariffs.test-support.ts';
import { epochMs, fen } from '../../domain/units.ts';
import { call, fillWallet } from '../../tests/workers/city.ts';
import { signInRider, signInStaff } from '../../tests/workers/sign-in.ts';
import { orThrow } from '../api-error.ts';
import { auditLedger } from './audit.ts';
import { postTransaction } from './service.ts';

const db = openDatabase(env.DB);
const AT = epochMs(1767225600000);

interface EntryPage {
  readonly items: readonly { readonly seq: number; readonly amountFen: number; readonly title: string }[];
  readonly nextCursor: string | null;
}

const key = (text: string) => ({ 'Idempotency-Key': text });

/** A charge that was paid for: held 5 yuan, cost 2. */
async function charged(riderId: string, orderId: string): Promise<void> {
  await postTransaction(db, orThrow(holdForOrder({ riderId, orderId, amountFen: fen(500) })), AT);
  const bill = { heldFen: fen(500), electricityFen: fen(80), serviceFen: fen(120) };
  await postTransaction(db, orThrow(captureHold({ riderId, orderId, ...bill })), AT);
}

test('a rider reads what every line of the wallet was for, in their language, and nobody else’s', async () => {
  const rider = await signInRider();
  const other = await signInRider();
  await fillWallet(rider.id, 2000);
  await charged(rider.id, 'order-1');
  const late = { riderId: rider.id, orderId: 'order-2', walletFen: fen(1800) };
  await postTransaction(
    db,
    orThrow(chargeWithoutHold({ ...late, electricityFen: fen(1000), serviceFen: fen(900) })),
    AT,
  );

  const { token } = rider;
  expect((await call('GET', '/v1/rider/wallet', { token })).body).toEqual({
    walletFen: 0,
    heldFen: 0,
    arrearsFen: 100,
  });
  expect((await call('GET', '/v1/rider/wallet', { token: other.token })).body).toEqual({
    walletFen: 0,
    heldFen: 0,
    arrearsFen: 0,
  });

  const first: EntryPage = (await call('GET', '/v1/rider/wallet/entries?limit=3', { token })).body;
  expect(first.items).toMatchObject([
    { kind: 'charge', title: '充电扣款', amountFen: -1800, balanceAfterFen: 0, orderId: 'order-2' },
    { kind: 'capture', title: '充电结算，退回未用金额', amountFen: 300, balanceAfterFen: 1800 },
    { kind: 'hold', title: '充电预付', amountFen: -500, balanceAfterFen: 1500, at: AT },
  ]);
  const rest: EntryPage = (
    await call('GET', `/v1/rider/wallet/entries?limit=3&cursor=${first.nextCursor}`, {
      token,
      headers: { 'Accept-Language': 'en' },
    })
  ).body;
  expect(rest).toMatchObject({
    items: [{ kind: 'top-up', title: 'Top-up', amountFen: 2000 }],
    nextCursor: null,
  });
  expect(await call('GET', '/v1/rider/wallet/entries?cursor=x', { token })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_cursor' } },
  });
});

test('finance corrects a wallet once, whatever the network does, and the correction is on record', async () => {
  const rider = await signInRider();
  const finance = await signInStaff('finance');
  const { token } = finance;
  const wallet = `rider:${rider.id}:wallet`;
  const body = {
    postings: [
      { account: 'channel:bank', amountFen: -1000 },
      { account: wallet, amountFen: 1000 },
    ],
    memo: ' 银行到账补录 ',
  };
  const post = (headers: Record<string, string> = key('transfer-20260101'), sent: object = body) =>
    call('POST', '/v1/admin/ledger/adjustments', { token, body: sent, headers });

  const answers = await Promise.all(Array.from({ length: 5 }, () => post()));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 201]);
  for (const answer of answers)
    expect(answer.body).toMatchObject({
      id: 'adjust:transfer-20260101',
      kind: 'adjustment',
      memo: '银行到账补录',
    });

  expect(await post(key('transfer-20260101'), { ...body, memo: '别的' })).toMatchObject({
    status: 409,
    body: { error: { code: 'idempotency_key_reused' } },
  });
  expect(await post({})).toMatchObject({
    status: 400,
    body: { error: { code: 'idempotency_key_required' } },
  });
  expect((await post(key('short'))).status).toBe(400);

  const trail = await db
    .select()
    .from(auditLog)
    .where(eq(auditLog.subject, 'ledger-transaction:adjust:transfer-20260101'));
  expect(trail).toMatchObject([
    {
      staffId: finance.id,
      action: 'ledger.adjustment.create',
      before: null,
      after: { memo: '银行到账补录' },
    },
  ]);

  const path = `/v1/admin/ledger/accounts/${encodeURIComponent(wallet)}/entries`;
  expect((await call('GET', path, { token })).body).toEqual({
    items: [
      {
        seq: 1,
        transactionId: 'adjust:transfer-20260101',
        kind: 'adjustment',
        memo: '银行到账补录',
        orderId: null,
        amountFen: 1000,
        balanceAfterFen: 1000,
        runningFen: 1000,
        agrees: true,
        at: expect.any(Number),
      },
    ],
    nextCursor: null,
  });
  const voucher = await call('GET', '/v1/admin/ledger/transactions/adjust%3Atransfer-20260101', { token });
  expect(voucher).toMatchObject({ status: 200, body: { postings: body.postings } });
  expect((await call('GET', '/v1/admin/ledger/transactions/adjust:nothing', { token })).status).toBe(404);
  expect((await call('GET', '/v1/admin/ledger/accounts/rider:x:purse/entries', { token })).status).toBe(404);
});

test('a correction that cannot be is refused, and leaves no trace', async () => {
  const rider = await signInRider();
  const { token } = await signInStaff('finance');
  const wallet = `rider:${rider.id}:wallet`;
  const vouchers = await db.$count(ledgerTransactions);
  const trail = await db.$count(auditLog);
  const refusal = async (postings: readonly (readonly [account: string, amountFen: number])[]) => {
    const body = { memo: 'x', postings: postings.map(([account, amountFen]) => ({ account, amountFen })) };
    const answer = await call('POST', '/v1/admin/ledger/adjustments', {
      token,
      body,
      headers: key('refused-00'),
    });
    return (answer.body as { error: { code: string; details: object } }).error;
  };

  expect(
    await refusal([
      [wallet, 5],
      ['channel:bank', -4],
    ]),
  ).toMatchObject({ code: 'ledger_unbalanced' });
  expect(
    await refusal([
      [wallet, -5],
      ['channel:bank', 5],
    ]),
  ).toMatchObject({ code: 'insufficient_balance' });
  expect(
    await refusal([
      [`rider:${rider.id}:arrears`, 5],
      ['channel:bank', -5],
    ]),
  ).toMatchObject({ code: 'ledger_overdrawn' });
  expect(
    await refusal([
      ['rider:nobody:wallet', 5],
      ['channel:bank', -5],
    ]),
  ).toMatchObject({
    code: 'not_found',
    details: { riderId: 'nobody' },
  });
  expect(
    await refusal([
      ['platform:slush-fund', 5],
      ['channel:bank', -5],
    ]),
  ).toMatchObject({
    code: 'invalid_request',
  });
  expect(
    await refusal([
      [wallet, 0],
      ['channel:bank', 0],
    ]),
  ).toMatchObject({ code: 'invalid_request' });
  expect(
    await refusal([
      [`rider:${rider.id}:hold`, 5],
      ['channel:bank', -5],
    ]),
  ).toMatchObject({ code: 'invalid_request', details: { reason: 'hold_account' } });
  expect(await db.$count(ledgerTransactions)).toBe(vouchers);
  expect(await db.$count(auditLog)).toBe(trail);
});

test('a rider is compensated for a fault within the limit, about an order of theirs', async () => {
  const rider = await signInRider();
  const { token } = await signInStaff('finance');
  await db.insert(chargingOrders).values({
    id: 'O-comp',
    riderId: rider.id,
    siteId: 'S',
    chargerId: 'C',
    outletNo: 1,
    state: 'completed',
    limit: { kind: 'full' },
    tariff: { tariffId: 'T', tariffVersionId: 'V', rules: flatEnergyTariff(1, 1), memberDiscountBp: 0 },
    holdFen: 500,
    createdAt: AT,
  });
  const pay = (body: object, riderId = rider.id, used = 'comp-0000001') =>
    call('POST', `/v1/admin/riders/${riderId}/compensations`, { token, body, headers: key(used) });

  const body = { amountFen: 200, memo: '插座故障', orderId: 'O-comp' };
  expect(await pay(body)).toMatchObject({
    status: 201,
    body: { id: 'compensate:comp-0000001', kind: 'compensation', orderId: 'O-comp' },
  });
  expect((await pay(body)).status).toBe(200);
  expect((await call('GET', '/v1/rider/wallet', { token: rider.token })).body).toMatchObject({
    walletFen: 200,
  });

  const other = await signInRider();
  expect(await pay({ amountFen: 200, memo: '插座故障' }, other.id)).toMatchObject({
    status: 409,
    body: { error: { code: 'idempotency_key_reused' } },
  });
  expect((await pay(body, other.id, 'comp-0000002')).status).toBe(404);
  expect((await pay({ amountFen: 200, memo: 'x' }, 'nobody', 'comp-0000003')).status).toBe(404);
  expect((await pay({ amountFen: 20_001, memo: 'x' }, rider.id, 'comp-0000004')).status).toBe(400);
  expect((await pay({ amountFen: 200, memo: '  ' }, rider.id, 'comp-0000005')).status).toBe(400);
});

test('the trial balance sums to zero by kind, and money is only finance’s to move', async () => {
  const { token } = await signInStaff('finance');
  const trial = await call('GET', '/v1/admin/ledger/trial-balance', { token });
  expect(trial).toMatchObject({ status: 200, body: { sumFen: 0 } });
  const { lines, kinds } = trial.body as {
    lines: { account: string; kind: string; accounts: number; balanceFen: number }[];
    kinds: { kind: string; balanceFen: number }[];
  };
  expect(lines).toEqual([
    { account: 'channel:bank', kind: 'asset', accounts: 1, balanceFen: -1000 },
    { account: 'channel:wechat', kind: 'asset', accounts: 1, balanceFen: -2000 },
    { account: 'platform:compensation', kind: 'expense', accounts: 1, balanceFen: -200 },
    { account: 'platform:electricity-income', kind: 'income', accounts: 1, balanceFen: 1080 },
    { account: 'platform:service-income', kind: 'income', accounts: 1, balanceFen: 1020 },
    { account: 'rider:*:arrears', kind: 'asset', accounts: 1, balanceFen: -100 },
    { account: 'rider:*:hold', kind: 'liability', accounts: 1, balanceFen: 0 },
    { account: 'rider:*:wallet', kind: 'liability', accounts: 3, balanceFen: 1200 },
  ]);
  expect(kinds.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([
    { kind: 'asset', balanceFen: -3100 },
    { kind: 'expense', balanceFen: -200 },
    { kind: 'income', balanceFen: 2100 },
    { kind: 'liability', balanceFen: 1200 },
  ]);
  expect(await db.$count(holds)).toBe(0);
  expect(await auditLedger(db)).toEqual([]);

  const body = { amountFen: 1, memo: 'x' };
  for (const role of ['operations', 'staff', 'agent'] as const) {
    const { token: none } = await signInStaff(role);
    const paid = await call('POST', '/v1/admin/riders/R/compensations', {
      token: none,
      body,
      headers: key('forbidden-1'),
    });
    expect(paid).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } });
  }
  const rider = await signInRider();
  expect((await call('GET', '/v1/admin/ledger/trial-balance', { token: rider.token })).status).toBe(403);
  expect((await call('GET', '/v1/rider/wallet', { token })).status).toBe(403);
  expect((await call('GET', '/v1/rider/wallet')).status).toBe(401);
});
