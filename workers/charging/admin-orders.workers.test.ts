import { env } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../domain/units.ts';
import {
  ask,
  balanceOf,
  booksOf,
  buildCharger,
  call,
  fillWallet,
  placeOrder,
} from '../../tests/workers/city.ts';
import { signInRider, signInStaff } from '../../tests/workers/sign-in.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';

async function charging(agentId?: string) {
  const charger = await buildCharger(agentId === undefined ? {} : { agentId });
  const pile = await TestPile.connect(charger.dtuNumber);
  await pile.status(1, 'Available');
  const rider = await signInRider();
  await fillWallet(rider.id, 10_000);
  const started = await call('POST', '/v1/rider/charging-orders', {
    token: rider.token,
    headers: { 'Idempotency-Key': 'the-one-charge' },
    body: {
      outletId: `${charger.chargerId}-1`,
      limit: { kind: 'full' },
      tariffVersionId: charger.tariffVersionId,
    },
  });
  const { id: orderId } = started.body as { id: string };
  const { idTag } = await pile.told('RemoteStartTransaction');
  const [, , conf] = await pile.call('StartTransaction', {
    connectorId: 1,
    idTag,
    meterStart: 1_000,
    timestamp: new Date().toISOString(),
  });
  const { transactionId } = conf as { transactionId: number };
  const stop = (meterStop: number) =>
    pile.call('StopTransaction', { transactionId, idTag, meterStop, timestamp: new Date().toISOString() });
  return {
    charger,
    pile,
    rider,
    orderId,
    transactionId,
    stop,
    admin: `/v1/admin/charging-orders/${orderId}`,
  };
}

const audited = async (subject: string) => {
  const { results } = await env.DB.prepare('SELECT action FROM audit_log WHERE subject = ? ORDER BY id')
    .bind(subject)
    .all();
  return results.map(({ action }) => action);
};

test('an operator stops a charge; the bill says who', async () => {
  const { pile, rider, orderId, transactionId, stop, admin } = await charging();
  const { token } = await signInStaff('operations');
  expect(await call('POST', `${admin}/stop`, { token, body: { reason: '安全检查' } })).toMatchObject({
    status: 202,
  });
  expect(await pile.told('RemoteStopTransaction')).toEqual({ transactionId });
  await stop(1_100);
  await eventually(async () => {
    expect(await booksOf(orderId)).toMatchObject({
      state: 'completed',
      endReason: 'operator',
      bill: { totalFen: 15 },
    });
  });
  expect(await balanceOf(rider.id, 'wallet')).toBe(9_985);
  expect(await audited(`charging-order:${orderId}`)).toEqual(['charging.order.stop']);
  expect(await call('POST', `${admin}/stop`, { token, body: { reason: '再次停止' } })).toMatchObject({
    status: 409,
    body: { error: { code: 'order_not_live' } },
  });
  expect(await call('GET', admin, { token })).toMatchObject({
    status: 200,
    body: { riderId: rider.id, bill: { totalFen: 15 }, curve: expect.any(Array) },
  });
});

test('an order closed on evidence is billed by it; what its device says later changes nothing', async () => {
  const { charger, pile, rider, orderId, transactionId, stop, admin } = await charging();
  const { token } = await signInStaff('operations');
  const endedAt = Date.now() - 1_000;
  const evidence = { startedAt: endedAt - HOUR, endedAt, energyWh: 200, reason: '现场读表' };
  for (const wrong of [
    { ...evidence, endedAt: Date.now() + HOUR },
    { ...evidence, startedAt: endedAt + 1 },
    { ...evidence, energyWh: -1 },
    { ...evidence, energyWh: 50_001 },
    { ...evidence, reason: '' },
    { ...evidence, totalFen: 1 },
  ]) {
    expect((await call('POST', `${admin}/close`, { token, body: wrong })).status).toBe(400);
  }
  expect(await booksOf(orderId)).toMatchObject({ holds: 1, bill: null });

  expect(await call('POST', `${admin}/close`, { token, body: evidence })).toMatchObject({
    status: 200,
    body: { state: 'closed', bill: { energyWh: 200, electricityFen: 12, serviceFen: 18, totalFen: 30 } },
  });
  const closed = { state: 'closed', holds: 0, vouchers: ['hold', 'capture'], bill: { totalFen: 30 } };
  expect(await booksOf(orderId)).toMatchObject(closed);
  expect(await balanceOf(rider.id, 'wallet')).toBe(9_970);
  expect(await pile.told('RemoteStopTransaction')).toEqual({ transactionId });
  await stop(1_900);
  await pile.status(1, 'Available');
  expect(await ask(charger.chargerId).snapshot()).toMatchObject({
    outlets: [{ availability: 'free', session: null }, {}],
  });
  const next = await call('POST', '/v1/rider/charging-orders', {
    token: rider.token,
    headers: { 'Idempotency-Key': 'the-next-charge' },
    body: {
      outletId: `${charger.chargerId}-1`,
      limit: { kind: 'full' },
      tariffVersionId: charger.tariffVersionId,
    },
  });
  expect(next.status).toBe(201);
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(await booksOf(orderId)).toMatchObject(closed);
  expect(await call('POST', `${admin}/close`, { token, body: evidence })).toMatchObject({
    status: 409,
    body: { error: { code: 'order_not_stuck' } },
  });
  const { results } = await env.DB.prepare('SELECT id FROM quarantined_sessions WHERE charger_id = ?')
    .bind(charger.chargerId)
    .all();
  expect(results).toEqual([]);
});

test('evidence of nothing gives all of the hold back; closed by two at once it is closed once', async () => {
  const charger = await buildCharger();
  const rider = await signInRider();
  await fillWallet(rider.id, 5_000);
  const orderId = await placeOrder(charger, rider.id);
  const { token } = await signInStaff('operations');
  const body = {
    startedAt: Date.now() - MINUTE,
    endedAt: Date.now() - 1,
    energyWh: 0,
    reason: '设备断电，未充电',
  };
  const closings = await Promise.all(
    [1, 2, 3].map(() => call('POST', `/v1/admin/charging-orders/${orderId}/close`, { token, body })),
  );
  expect(closings.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  expect(await booksOf(orderId)).toMatchObject({
    state: 'closed',
    vouchers: ['hold', 'capture'],
    bill: { totalFen: 0 },
    holds: 0,
  });
  expect(await balanceOf(rider.id, 'wallet')).toBe(5_000);
});

test('a bill is given back in parts, never more than it, whatever runs at once', async () => {
  const { rider, orderId, stop, admin } = await charging();
  await stop(1_100);
  await eventually(async () => {
    expect(await booksOf(orderId)).toMatchObject({
      bill: { electricityFen: 6, serviceFen: 9, totalFen: 15 },
    });
  });
  const { token } = await signInStaff('finance');
  const refund = (key: string, electricityFen: number, serviceFen: number) =>
    call('POST', `${admin}/refund`, {
      token,
      headers: { 'Idempotency-Key': key },
      body: { electricityFen, serviceFen, memo: '充电中断' },
    });
  expect(await refund('refund-part-1', 1, 2)).toMatchObject({
    status: 200,
    body: { bill: { refundedFen: 3 } },
  });
  expect(await refund('refund-part-1', 1, 2)).toMatchObject({
    status: 200,
    body: { bill: { refundedFen: 3 } },
  });
  expect(await refund('refund-part-1', 2, 2)).toMatchObject({
    status: 409,
    body: { error: { code: 'idempotency_key_reused' } },
  });
  expect(await balanceOf(rider.id, 'wallet')).toBe(9_988);
  expect(await refund('refund-too-much', 6, 0)).toMatchObject({
    status: 422,
    body: { error: { code: 'ledger_overdrawn' } },
  });
  expect(await refund('refund-nothing', 0, 0)).toMatchObject({ status: 400 });
  // 5 and 7 are left: of three that want 3 and 4 each, one fits.
  const rush = await Promise.all(['rush-one-', 'rush-two-', 'rush-three'].map((key) => refund(key, 3, 4)));
  expect(rush.map(({ status }) => status).toSorted()).toEqual([200, 422, 422]);
  expect(await refund('refund-the-rest', 2, 3)).toMatchObject({
    status: 200,
    body: { bill: { refundedFen: 15 } },
  });
  expect(await refund('refund-one-more', 1, 0)).toMatchObject({ status: 422 });
  expect(await balanceOf(rider.id, 'wallet')).toBe(10_000);
  expect((await booksOf(orderId)).vouchers).toEqual(['hold', 'capture', 'refund', 'refund', 'refund']);
  expect(
    (await audited(`charging-order:${orderId}`)).filter((action) => action === 'charging.order.refund'),
  ).toHaveLength(3);
});

test('what is not billed yet cannot be given back, and operators do not give money back', async () => {
  const { admin } = await charging();
  const body = { electricityFen: 1, serviceFen: 0, memo: '试退' };
  const headers = { 'Idempotency-Key': 'refund-early' };
  const finance = await signInStaff('finance');
  expect(await call('POST', `${admin}/refund`, { token: finance.token, headers, body })).toMatchObject({
    status: 409,
    body: { error: { code: 'order_not_live' } },
  });
  const operator = await signInStaff('operations');
  expect((await call('POST', `${admin}/refund`, { token: operator.token, headers, body })).status).toBe(403);
  expect(
    (await call('POST', `${admin}/stop`, { token: finance.token, body: { reason: '无权停止' } })).status,
  ).toBe(403);
});

test('an agent sees the orders of his own sites and touches no others', async () => {
  const own = await charging('agent-of-the-east');
  const foreign = await charging('agent-of-the-west');
  const { token } = await signInStaff('agent', { kind: 'agent', agentId: 'agent-of-the-east' });
  const ids = async (path: string) => {
    const { body } = await call('GET', path, { token });
    return (body as { items: { id: string }[] }).items.map(({ id }) => id);
  };
  expect(await ids('/v1/admin/charging-orders')).toEqual([own.orderId]);
  expect(await ids(`/v1/admin/charging-orders?riderId=${foreign.rider.id}`)).toEqual([]);
  expect(await ids('/v1/admin/live/charging-orders')).toEqual([own.orderId]);
  expect((await call('GET', own.admin, { token })).status).toBe(200);
  const evidence = { startedAt: 1, endedAt: 2, energyWh: 0, reason: '无权关闭' };
  for (const [method, path, body] of [
    ['GET', foreign.admin, undefined],
    ['POST', `${foreign.admin}/stop`, { reason: '无权停止' }],
    ['POST', `${foreign.admin}/close`, evidence],
    ['POST', `${foreign.admin}/retry-settlement`, undefined],
  ] as const) {
    expect(await call(method, path, { token, ...(body === undefined ? {} : { body }) }), path).toMatchObject({
      status: 404,
      body: { error: { code: 'out_of_scope' } },
    });
  }
  expect(await booksOf(foreign.orderId)).toMatchObject({ holds: 1, bill: null });
  expect(await audited(`charging-order:${foreign.orderId}`)).toEqual([]);
  expect((await call('POST', `${own.admin}/stop`, { token, body: { reason: '安全检查' } })).status).toBe(202);
});

test('a transaction nobody ordered is on the list of those who may see it, until one says what it was', async () => {
  const charger = await buildCharger({ agentId: 'agent-of-the-north' });
  const pile = await TestPile.connect(charger.dtuNumber);
  const at = new Date(Date.now() - HOUR).toISOString();
  const [, , conf] = await pile.call('StartTransaction', {
    connectorId: 1,
    idTag: 'CARD0042',
    meterStart: 500,
    timestamp: at,
  });
  const { transactionId } = conf as { transactionId: number };
  await pile.call('StopTransaction', {
    transactionId,
    idTag: 'CARD0042',
    meterStop: 812,
    timestamp: new Date().toISOString(),
  });
  const agent = await signInStaff('agent', { kind: 'agent', agentId: 'agent-of-the-north' });
  const stranger = await signInStaff('agent', { kind: 'agent', agentId: 'agent-of-the-south' });
  const list = async (token: string, state = 'open') => {
    const { body } = await call('GET', `/v1/admin/quarantined-sessions?state=${state}`, { token });
    return (body as { items: { id: string; chargerId: string }[] }).items.filter(
      (item) => item.chargerId === charger.chargerId,
    );
  };
  const [found] = await eventually(async () => {
    const items = await list(agent.token);
    expect(items).toMatchObject([
      { idTag: 'CARD0042', energyWh: 312, reason: 'unknown-tag', orderId: null, outletNo: 1 },
    ]);
    return items;
  });
  expect(await list(stranger.token)).toEqual([]);
  const path = `/v1/admin/quarantined-sessions/${encodeURIComponent(found?.id ?? '')}/close`;
  const resolution = { resolution: '测试卡，无需收费' };
  expect(await call('POST', path, { token: stranger.token, body: resolution })).toMatchObject({
    status: 404,
  });
  expect(await call('POST', path, { token: agent.token, body: resolution })).toMatchObject({ status: 200 });
  expect(await list(agent.token)).toEqual([]);
  expect(await list(agent.token, 'closed')).toMatchObject([resolution]);
  // What one has found out is not written over by the next.
  expect(
    await call('POST', path, { token: agent.token, body: { resolution: '其他结论而已' } }),
  ).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict' } },
  });
  expect(await list(agent.token, 'closed')).toMatchObject([resolution]);
});

test('a stuck order is settled again from what is parked; what is parked and cannot be read does no harm', async () => {
  const charger = await buildCharger();
  const rider = await signInRider();
  await fillWallet(rider.id, 5_000);
  const { token } = await signInStaff('operations');
  const park = (id: string, message: unknown) =>
    env.DB.prepare(
      "INSERT INTO incidents (id, queue, message, error, created_at) VALUES (?, 'settlement', ?, 'x', 1)",
    )
      .bind(id, JSON.stringify(message))
      .run();
  const retry = (orderId: string) =>
    call('POST', `/v1/admin/charging-orders/${orderId}/retry-settlement`, { token });

  const failed = await placeOrder(charger, rider.id, { holdFen: 500 });
  const message = {
    v: 1,
    id: 'x:1',
    chargerId: charger.chargerId,
    type: 'charging.start-failed',
    orderId: failed,
    reason: 'no-start',
    at: 1,
  };
  await park('parked-good', message);
  expect(await retry(failed)).toMatchObject({ status: 200, body: { outcome: 'settled' } });
  expect(await booksOf(failed)).toMatchObject({ state: 'start_failed', holds: 0 });
  expect(await retry(failed)).toMatchObject({ status: 409, body: { error: { code: 'order_not_stuck' } } });

  const unread = await placeOrder(charger, rider.id, { holdFen: 500 });
  await park('parked-bad', { ...message, v: 2, orderId: unread });
  expect(await retry(unread)).toMatchObject({ status: 200, body: { outcome: 'released' } });
  expect(await booksOf(unread)).toMatchObject({
    state: 'start_failed',
    endReason: 'device-timeout',
    holds: 0,
  });
  const parked = await env.DB.prepare("SELECT state FROM incidents WHERE id = 'parked-bad'").first();
  expect(parked).toEqual({ state: 'open' });
  expect(await balanceOf(rider.id, 'wallet')).toBe(5_000);

  const live = await charging();
  expect(await call('POST', `${live.admin}/retry-settlement`, { token })).toMatchObject({
    status: 200,
    body: { outcome: 'live' },
  });
  expect(await booksOf(live.orderId)).toMatchObject({ holds: 1, bill: null });
});
