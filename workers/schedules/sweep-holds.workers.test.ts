import { createScheduledController, env } from 'cloudflare:test';
import { afterEach, expect, test, vi } from 'vitest';
import { fen, MINUTE } from '../../domain/units.ts';
import {
  ask,
  balanceOf,
  booksOf,
  buildCharger,
  call,
  FLAT_TARIFF,
  fillWallet,
  placeOrder,
} from '../../tests/workers/city.ts';
import { signInRider, signInStaff } from '../../tests/workers/sign-in.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';
import worker from '../index.ts';

afterEach(() => void vi.restoreAllMocks());

const sweep = (scheduledTime = Date.now()) =>
  worker.scheduled(createScheduledController({ scheduledTime, cron: '* * * * *' }), env);

async function connected() {
  const charger = await buildCharger();
  const pile = await TestPile.connect(charger.dtuNumber);
  await pile.status(1, 'Available');
  const rider = await signInRider();
  await fillWallet(rider.id, 10_000);
  return { charger, pile, rider };
}

const MONEY_BACK = {
  state: 'start_failed',
  endReason: 'device-timeout',
  vouchers: ['hold', 'release'],
  holds: 0,
};

test('a Worker that died between the hold and the device: the money is back, and the start can never happen any more', async () => {
  const { charger, pile, rider } = await connected();
  const orderId = await placeOrder(charger, rider.id, { createdAt: Date.now() - 5 * MINUTE });
  await sweep();
  expect(await booksOf(orderId)).toMatchObject(MONEY_BACK);
  expect(await balanceOf(rider.id, 'wallet')).toBe(10_000);

  // Its request, held up somewhere, arrives after all.
  const late = {
    orderId,
    riderId: rider.id,
    outletNo: 1,
    idTag: orderId.slice(-20),
    limit: { kind: 'full' },
    rules: FLAT_TARIFF,
    memberDiscountBp: 0,
    holdFen: fen(2_000),
    createdAt: Date.now(),
  } as const;
  const profile = {
    chargerId: charger.chargerId,
    siteId: charger.siteId,
    outlets: 2,
    ratedPowerW: 1_200,
    maxTemperatureDeciC: 700,
    maxSessionMinutes: 720,
  };
  expect(await ask(charger.chargerId).startCharging(late as never, profile)).toMatchObject({ ok: false });
  await pile.call('Heartbeat', {});
  expect(pile.commands('RemoteStartTransaction')).toHaveLength(0);
  await sweep();
  expect(await booksOf(orderId)).toMatchObject(MONEY_BACK);
});

test('an object whose answer is lost: the order stays starting, and the sweep finds out', async () => {
  const { charger, rider } = await connected();
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const away = vi.spyOn(Object.getPrototypeOf(env.CHARGERS) as DurableObjectNamespace, 'get');
  away.mockImplementation(
    () => ({ startCharging: () => Promise.reject(new Error('Network connection lost.')) }) as never,
  );
  const started = await call('POST', '/v1/rider/charging-orders', {
    token: rider.token,
    headers: { 'Idempotency-Key': 'the-one-charge' },
    body: {
      outletId: `${charger.chargerId}-1`,
      limit: { kind: 'full' },
      tariffVersionId: charger.tariffVersionId,
    },
  });
  expect(started).toMatchObject({ status: 201, body: { state: 'starting' } });
  const { id: orderId } = started.body as { id: string };
  await sweep();
  expect(await booksOf(orderId)).toMatchObject({ state: 'starting', holds: 1 });
  // While the object cannot be asked nothing is decided.
  away.mockImplementation(() => ({ reconcileOrder: () => Promise.reject(new Error('overloaded')) }) as never);
  await sweep(Date.now() + 5 * MINUTE);
  expect(await booksOf(orderId)).toMatchObject({ state: 'starting', holds: 1 });
  away.mockRestore();
  await sweep(Date.now() + 5 * MINUTE);
  expect(await booksOf(orderId)).toMatchObject(MONEY_BACK);
});

test('a start that is under way is left alone', async () => {
  const { charger, pile, rider } = await connected();
  const fresh = await placeOrder(charger, rider.id);
  await sweep();
  expect(await booksOf(fresh)).toMatchObject({ state: 'starting', holds: 1 });
  // A second device, whose start the object knows of: it is the object that ends it.
  const other = await connected();
  const started = await call('POST', '/v1/rider/charging-orders', {
    token: other.rider.token,
    headers: { 'Idempotency-Key': 'the-one-charge' },
    body: {
      outletId: `${other.charger.chargerId}-1`,
      limit: { kind: 'full' },
      tariffVersionId: other.charger.tariffVersionId,
    },
  });
  await sweep(Date.now() + 5 * MINUTE);
  expect(await booksOf((started.body as { id: string }).id)).toMatchObject({
    state: 'starting',
    holds: 1,
    attention: null,
  });
  pile.close();
});

test('a hold past its deadline whose charge still runs becomes a case, once, and keeps its money held', async () => {
  const { charger, pile, rider } = await connected();
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
  await pile.call('StartTransaction', {
    connectorId: 1,
    idTag,
    meterStart: 0,
    timestamp: new Date().toISOString(),
  });
  await eventually(async () => expect(await booksOf(orderId)).toMatchObject({ state: 'charging' }));
  await env.DB.prepare('UPDATE holds SET deadline_at = ? WHERE order_id = ?')
    .bind(Date.now() - 1, orderId)
    .run();
  await sweep();
  expect(await booksOf(orderId)).toMatchObject({ state: 'charging', attention: 'hold-overdue', holds: 1 });
  await sweep();
  const { token } = await signInStaff('operations');
  const { items } = (await call('GET', '/v1/admin/live/charging-orders?stuck=true', { token })).body as {
    items: { id: string; stuckReason: string }[];
  };
  expect(items.find(({ id }) => id === orderId)).toMatchObject({ stuckReason: 'hold-overdue' });
});

test('a charge its object has ended, and whose settlement never came, becomes a case', async () => {
  const { charger, rider } = await connected();
  const orderId = await placeOrder(charger, rider.id);
  await env.DB.prepare("UPDATE charging_orders SET state = 'charging' WHERE id = ?").bind(orderId).run();
  await env.DB.prepare('UPDATE holds SET deadline_at = ? WHERE order_id = ?')
    .bind(Date.now() - 1, orderId)
    .run();
  await sweep();
  expect(await booksOf(orderId)).toMatchObject({
    state: 'charging',
    attention: 'settlement-missing',
    holds: 1,
  });
});
