import { env } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { shanghaiTimeOfDay } from '../../domain/pricing/shanghai-time.ts';
import { epochMs, MINUTE } from '../../domain/units.ts';
import {
  ask,
  balanceOf,
  booksOf,
  buildCharger,
  call,
  fillWallet,
  placeOrder,
  type TestCharger,
} from '../../tests/workers/city.ts';
import { type SignedIn, signInRider } from '../../tests/workers/sign-in.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';

async function freeOutlet(walletFen = 10_000) {
  const charger = await buildCharger();
  const pile = await TestPile.connect(charger.dtuNumber);
  await pile.status(1, 'Available');
  return { charger, pile, rider: await riderWith(walletFen) };
}

async function riderWith(walletFen: number): Promise<SignedIn> {
  const rider = await signInRider();
  if (walletFen > 0) await fillWallet(rider.id, walletFen);
  return rider;
}

interface Started {
  readonly status: number;
  readonly body: {
    readonly id: string;
    readonly state: string;
    readonly holdFen: number;
    readonly error: { code: string };
  };
}

const start = async (
  charger: TestCharger,
  { token }: SignedIn,
  more: { key?: string | null; body?: object } = {},
): Promise<Started> =>
  (await call('POST', '/v1/rider/charging-orders', {
    token,
    headers: more.key === null ? {} : { 'Idempotency-Key': more.key ?? 'one-charge' },
    body: {
      outletId: `${charger.chargerId}-1`,
      limit: { kind: 'full' },
      tariffVersionId: charger.tariffVersionId,
      ...more.body,
    },
  })) as Started;

const refusal = (status: number, code: string, details?: object) => ({
  status,
  body: { error: { code, ...(details === undefined ? {} : { details }) } },
});

const ordersOf = async ({ id }: SignedIn): Promise<number> => {
  const row = await env.DB.prepare('SELECT count(*) AS n FROM charging_orders WHERE rider_id = ?')
    .bind(id)
    .first<{ n: number }>();
  return row?.n ?? 0;
};

/** Nothing was taken and nothing is left over. */
async function expectUntouched(rider: SignedIn, walletFen: number, orders = 0): Promise<void> {
  expect(await balanceOf(rider.id, 'wallet')).toBe(walletFen);
  expect(await balanceOf(rider.id, 'hold')).toBe(0);
  expect(await ordersOf(rider)).toBe(orders);
}

test('the same key and body again answers with the first order; another body under it is refused', async () => {
  const { charger, pile, rider } = await freeOutlet();
  const first = await start(charger, rider);
  expect(first).toMatchObject({ status: 201, body: { state: 'starting', holdFen: 2_000 } });
  const again = await start(charger, rider);
  expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
  expect(await start(charger, rider, { body: { holdFen: 500 } })).toMatchObject(
    refusal(409, 'idempotency_key_reused'),
  );
  expect(await start(charger, rider, { key: null })).toMatchObject(refusal(400, 'idempotency_key_required'));
  expect(await start(charger, rider, { key: 'short' })).toMatchObject(refusal(400, 'invalid_request'));
  await pile.call('Heartbeat', {});
  expect(pile.commands('RemoteStartTransaction')).toHaveLength(1);
  expect(await balanceOf(rider.id, 'wallet')).toBe(8_000);
  // Another rider may choose the same key.
  const other = await freeOutlet();
  expect((await start(other.charger, other.rider)).status).toBe(201);
});

test('the same request several times at once makes one order and one hold', async () => {
  const { charger, pile, rider } = await freeOutlet();
  const replies = await Promise.all(Array.from({ length: 4 }, () => start(charger, rider)));
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 201]);
  expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
  expect(await balanceOf(rider.id, 'wallet')).toBe(8_000);
  expect(await balanceOf(rider.id, 'hold')).toBe(2_000);
  expect(await ordersOf(rider)).toBe(1);
  await pile.call('Heartbeat', {});
  expect(pile.commands('RemoteStartTransaction')).toHaveLength(1);
});

test('money: what is not there is not held', async () => {
  const { charger, rider } = await freeOutlet(400);
  expect(await start(charger, rider, { body: { limit: { kind: 'money', fen: 500 } } })).toMatchObject(
    refusal(422, 'insufficient_balance', { walletFen: 400, neededFen: 500 }),
  );
  expect(await start(charger, rider, { body: { holdFen: 401 } })).toMatchObject(
    refusal(422, 'insufficient_balance'),
  );
  expect(await start(charger, await riderWith(99))).toMatchObject(
    refusal(422, 'insufficient_balance', { neededFen: 100 }),
  );
  expect(await start(charger, await riderWith(0))).toMatchObject(refusal(422, 'insufficient_balance'));
  await expectUntouched(rider, 400);
  // All of a small wallet is held when the rider names no amount.
  expect(await start(charger, rider)).toMatchObject({ status: 201, body: { holdFen: 400 } });
});

test('one wallet, two outlets at once: it pays for as many as it can', async () => {
  const { charger, pile, rider } = await freeOutlet(3_000);
  await pile.status(2, 'Available');
  const replies = await Promise.all([
    start(charger, rider, { key: 'outlet-one', body: { holdFen: 2_000 } }),
    start(charger, rider, {
      key: 'outlet-two',
      body: { holdFen: 2_000, outletId: `${charger.dtuNumber}-2` },
    }),
  ]);
  expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 422]);
  expect(await balanceOf(rider.id, 'wallet')).toBe(1_000);
  expect(await ordersOf(rider)).toBe(1);
});

test('a price that has changed since it was shown is not taken', async () => {
  const { charger, rider } = await freeOutlet();
  expect(await start(charger, rider, { body: { tariffVersionId: 'of-yesterday' } })).toMatchObject(
    refusal(409, 'quote_outdated', { tariffVersionId: charger.tariffVersionId }),
  );
  await expectUntouched(rider, 10_000);
});

test('who owes pays first', async () => {
  const { charger, rider } = await freeOutlet(10_000);
  await env.DB.prepare(
    `INSERT INTO ledger_entries (account_id, seq, transaction_id, amount_fen, balance_after_fen, at)
      VALUES (?, 1, ?, -5, -5, 1)`,
  )
    .bind(`rider:${rider.id}:arrears`, `test-arrears-${rider.id}`)
    .run();
  expect(await start(charger, rider)).toMatchObject(refusal(422, 'arrears_open', { arrearsFen: 5 }));
  await expectUntouched(rider, 10_000);
});

test('outlets that are not there, sites that are closed, chargers out of service', async () => {
  const { charger, rider } = await freeOutlet();
  for (const outletId of [`${charger.chargerId}-3`, `${charger.chargerId}-0`, 'no-such-1', 'nonsense', '']) {
    expect(await start(charger, rider, { body: { outletId } }), outletId).toMatchObject(
      refusal(404, 'outlet_not_found'),
    );
  }
  const minute = Math.floor(shanghaiTimeOfDay(epochMs(Date.now())) / MINUTE);
  const closedNow = JSON.stringify([{ fromMinute: (minute + 60) % 1440, toMinute: (minute + 120) % 1440 }]);
  await env.DB.prepare('UPDATE sites SET opening_hours = ? WHERE id = ?')
    .bind(closedNow, charger.siteId)
    .run();
  expect(await start(charger, rider)).toMatchObject(refusal(409, 'site_closed'));
  await env.DB.prepare("UPDATE sites SET opening_hours = '[]', status = 'closed' WHERE id = ?")
    .bind(charger.siteId)
    .run();
  expect(await start(charger, rider)).toMatchObject(refusal(409, 'site_closed'));
  await env.DB.prepare("UPDATE chargers SET status = 'decommissioned' WHERE id = ?")
    .bind(charger.chargerId)
    .run();
  expect(await start(charger, rider)).toMatchObject(refusal(403, 'device_decommissioned'));
  await expectUntouched(rider, 10_000);
});

test('a device that is offline, or has never come, gives the money back at once', async () => {
  const never = await buildCharger();
  const rider = await riderWith(10_000);
  const refused = await start(never, rider);
  expect(refused).toMatchObject(refusal(409, 'device_offline', { orderId: expect.any(String) }));
  await expectUntouched(rider, 10_000, 1);
  // The same key again tells what became of it.
  expect(await start(never, rider)).toMatchObject({ status: 200, body: { state: 'start_failed' } });

  const { charger, pile, rider: second } = await freeOutlet();
  pile.close();
  await eventually(async () =>
    expect(await ask(charger.chargerId).snapshot()).toMatchObject({ connected: false }),
  );
  expect(await start(charger, second)).toMatchObject(refusal(409, 'device_offline'));
  await expectUntouched(second, 10_000, 1);
});

test('an outlet that is taken, faulted or reserved gives the money back at once', async () => {
  for (const [status, code] of [
    ['Charging', 'outlet_occupied'],
    ['SuspendedEV', 'outlet_occupied'],
    ['Faulted', 'outlet_unavailable'],
    ['Unavailable', 'outlet_unavailable'],
    ['Reserved', 'outlet_unavailable'],
  ] as const) {
    const { charger, pile, rider } = await freeOutlet();
    await pile.status(1, status);
    expect(await start(charger, rider), status).toMatchObject(refusal(409, code));
    await expectUntouched(rider, 10_000, 1);
    await eventually(async () =>
      expect(await ordersIn(rider)).toEqual([{ state: 'start_failed', reason: 'device-rejected' }]),
    );
  }
});

const ordersIn = async ({ id }: SignedIn) =>
  (
    await env.DB.prepare('SELECT state, end_reason AS reason FROM charging_orders WHERE rider_id = ?')
      .bind(id)
      .all()
  ).results;

test('two riders at one outlet at once: one charges, the other has the money back', async () => {
  const { charger, pile, rider } = await freeOutlet();
  const other = await riderWith(10_000);
  const replies = await Promise.all([start(charger, rider), start(charger, other)]);
  expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  const [winner, loser] = replies[0]?.status === 201 ? [rider, other] : [other, rider];
  expect(await balanceOf(winner.id, 'hold')).toBe(2_000);
  await expectUntouched(loser, 10_000, 1);
  await pile.call('Heartbeat', {});
  expect(pile.commands('RemoteStartTransaction')).toHaveLength(1);
});

test('unknown fields and amounts out of bounds are refused', async () => {
  const { charger, rider } = await freeOutlet();
  for (const body of [
    { discount: 1 },
    { limit: { kind: 'money', fen: 99 } },
    { limit: { kind: 'money', fen: 20_001 } },
    { limit: { kind: 'money', fen: 100.5 } },
    { limit: { kind: 'money', fen: 500, wh: 100 } },
    { limit: { kind: 'energy', wh: 9 } },
    { limit: { kind: 'minutes', minutes: 1_441 } },
    { limit: { kind: 'for-ever' } },
    { limit: 'full' },
    { holdFen: -1 },
    { holdFen: '500' },
    { outletId: 7 },
    { outletId: 'x'.repeat(81) },
  ]) {
    expect(await start(charger, rider, { body }), JSON.stringify(body)).toMatchObject(
      refusal(400, 'invalid_request'),
    );
  }
  expect((await call('POST', '/v1/rider/charging-orders', { body: {} })).status).toBe(401);
  await expectUntouched(rider, 10_000);
});

test('a rider sees and stops nobody’s orders but his own', async () => {
  const { charger, pile, rider } = await freeOutlet();
  const { body } = await start(charger, rider);
  const other = await riderWith(0);
  const path = `/v1/rider/charging-orders/${body.id}`;
  expect(await call('GET', path, { token: other.token })).toMatchObject(refusal(404, 'not_found'));
  expect(await call('POST', `${path}/stop`, { token: other.token })).toMatchObject(refusal(404, 'not_found'));
  expect(
    await call('GET', `${path}/live`, { token: other.token, headers: { Upgrade: 'websocket' } }),
  ).toMatchObject(refusal(404, 'not_found'));
  expect((await call('GET', '/v1/rider/charging-orders', { token: other.token })).body).toEqual({
    items: [],
    nextCursor: null,
  });
  expect(await booksOf(body.id)).toMatchObject({ state: 'starting', holds: 1 });
  await pile.call('Heartbeat', {});
  expect(pile.commands('RemoteStopTransaction')).toHaveLength(0);
});

test('an order that is over cannot be stopped; stopping twice is stopping once', async () => {
  const { charger, pile, rider } = await freeOutlet();
  const { body } = await start(charger, rider);
  const stop = () => call('POST', `/v1/rider/charging-orders/${body.id}/stop`, { token: rider.token });
  const [, , conf] = await pile.call('StartTransaction', {
    connectorId: 1,
    idTag: body.id.slice(-20),
    meterStart: 0,
    timestamp: new Date().toISOString(),
  });
  expect((await stop()).status).toBe(202);
  expect((await stop()).status).toBe(202);
  const { transactionId } = conf as { transactionId: number };
  await pile.call('StopTransaction', { transactionId, meterStop: 0, timestamp: new Date().toISOString() });
  expect(pile.commands('RemoteStopTransaction')).toHaveLength(1);
  expect(await stop()).toMatchObject(refusal(409, 'order_not_live'));
  await eventually(async () => {
    expect(await booksOf(body.id)).toMatchObject({
      state: 'completed',
      vouchers: ['hold', 'capture'],
      totalFen: 0,
    });
  });
  await expectUntouched(rider, 10_000, 1);
});

test('my charges come in pages, newest first', async () => {
  const charger = await buildCharger();
  const rider = await riderWith(10_000);
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    ids.unshift(
      await placeOrder(charger, rider.id, { holdFen: 100, createdAt: Date.now() - (5 - index) * MINUTE }),
    );
  }
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? 'limit=2' : `limit=2&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await call('GET', `/v1/rider/charging-orders?${query}`, { token: rider.token });
    const page = body as { items: { id: string }[]; nextCursor: string | null };
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(ids);
});
