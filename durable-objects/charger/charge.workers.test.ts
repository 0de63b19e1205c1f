import { env } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { buildCharger, call, fillWallet } from '../../tests/workers/city.ts';
import { signInRider } from '../../tests/workers/sign-in.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';

test('a rider scans, starts, watches, stops and gets the right bill; the rest of the money is free again', async () => {
  const charger = await buildCharger();
  const { token, id: riderId } = await signInRider();
  await fillWallet(riderId, 10_000);
  const pile = await TestPile.connect(charger.dtuNumber);
  await pile.status(1, 'Available');
  await pile.status(2, 'Available');

  const outletId = `${charger.dtuNumber}-1`;
  const quote = await call('GET', `/v1/rider/outlets/${outletId}/quote`, { token });
  expect(quote).toMatchObject({
    status: 200,
    body: { tariffVersionId: charger.tariffVersionId, walletFen: 10_000, price: { kind: 'energy' } },
  });

  const started = await call('POST', '/v1/rider/charging-orders', {
    token,
    headers: { 'Idempotency-Key': 'first-charge' },
    body: { outletId, limit: { kind: 'money', fen: 500 }, tariffVersionId: charger.tariffVersionId },
  });
  expect(started).toMatchObject({ status: 201, body: { state: 'starting', holdFen: 500 } });
  const orderId = (started.body as { id: string }).id;
  expect((await call('GET', '/v1/rider/charging-orders', { token })).body).toMatchObject({
    items: [{ id: orderId }],
  });

  const { idTag, connectorId } = await pile.told('RemoteStartTransaction');
  expect(connectorId).toBe(1);
  const begun = Date.now();
  const [, , conf] = await pile.call('StartTransaction', {
    connectorId: 1,
    idTag,
    meterStart: 1000,
    timestamp: new Date(begun).toISOString(),
  });
  const { transactionId, idTagInfo } = conf as { transactionId: number; idTagInfo: { status: string } };
  expect(idTagInfo.status).toBe('Accepted');
  await pile.status(1, 'Charging');
  await pile.meter(1, transactionId, begun + 10, 1004, 180);

  const stopped = await call('POST', `/v1/rider/charging-orders/${orderId}/stop`, { token });
  expect(stopped.status).toBe(202);
  expect(await pile.told('RemoteStopTransaction')).toEqual({ transactionId });
  await pile.call('StopTransaction', {
    transactionId,
    idTag,
    meterStop: 1020,
    timestamp: new Date().toISOString(),
    reason: 'Remote',
  });
  await pile.status(1, 'Available');

  await eventually(async () => {
    const order = await call('GET', `/v1/rider/charging-orders/${orderId}`, { token });
    // 20 Wh at ¥0.60 and ¥0.90 a kWh: 1.2 and 1.8 fen, each rounded half up.
    expect(order.body).toMatchObject({
      state: 'completed',
      endReason: 'rider',
      bill: { energyWh: 20, electricityFen: 1, serviceFen: 2, totalFen: 3 },
    });
  });
  const holds = await env.DB.prepare('SELECT count(*) AS open FROM holds WHERE order_id = ?')
    .bind(orderId)
    .first();
  expect(holds).toEqual({ open: 0 });
  const wallet = await env.DB.prepare(
    'SELECT balance_after_fen AS fen FROM ledger_entries WHERE account_id = ? ORDER BY seq DESC LIMIT 1',
  )
    .bind(`rider:${riderId}:wallet`)
    .first();
  expect(wallet).toEqual({ fen: 9_997 });
});
