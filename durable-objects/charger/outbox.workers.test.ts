import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { epochMs, fen, MINUTE, SECOND } from '../../domain/units.ts';
import {
  ask,
  balanceOf,
  booksOf,
  buildCharger,
  call,
  FLAT_TARIFF,
  fillWallet,
  objectOf,
} from '../../tests/workers/city.ts';
import { signInRider } from '../../tests/workers/sign-in.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';
import { alarmOf, passTime, ringDueAlarms, stopClock } from './clock.test-support.ts';

beforeEach(() => stopClock());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** What of an object only its own class may touch: here, the queue it speaks to. */
interface Inside {
  readonly env: Pick<Cloudflare.Env, 'SETTLEMENT'>;
}

/** A queue that refuses the next `times` batches of this object, and lets the others through. */
async function refuseBatches(chargerId: string, times: number) {
  return runInDurableObject(objectOf(chargerId), (charger) => {
    const { SETTLEMENT } = (charger as unknown as Inside).env;
    const send = vi.spyOn(SETTLEMENT, 'sendBatch');
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    for (let refused = 0; refused < times; refused += 1)
      send.mockRejectedValueOnce(new Error('the queue is down'));
    return send;
  });
}

async function chargeUpTo(energyWh: number) {
  const charger = await buildCharger();
  const rider = await signInRider();
  await fillWallet(rider.id, 10_000);
  const pile = await TestPile.connect(charger.dtuNumber);
  await pile.status(1, 'Available');
  const started = await call('POST', '/v1/rider/charging-orders', {
    token: rider.token,
    headers: { 'Idempotency-Key': 'the-one-charge' },
    body: {
      outletId: `${charger.chargerId}-1`,
      limit: { kind: 'full' },
      tariffVersionId: charger.tariffVersionId,
    },
  });
  const orderId = (started.body as { id: string }).id;
  const { idTag } = await pile.told('RemoteStartTransaction');
  const [, , conf] = await pile.call('StartTransaction', {
    connectorId: 1,
    idTag,
    meterStart: 1_000,
    timestamp: new Date(Date.now()).toISOString(),
  });
  const { transactionId } = conf as { transactionId: number };
  await eventually(async () => expect(await eventsWaiting(charger.chargerId)).toBe(0));
  passTime(10 * MINUTE);
  await pile.meter(1, transactionId, Date.now(), 1_000 + energyWh, 600);
  const stop = () =>
    pile.call('StopTransaction', {
      transactionId,
      idTag,
      meterStop: 1_000 + energyWh,
      timestamp: new Date(Date.now()).toISOString(),
      reason: 'EVDisconnected',
    });
  return { charger, rider, pile, orderId, transactionId, idTag, stop };
}

const eventsWaiting = async (chargerId: string): Promise<number> =>
  (await ask(chargerId).snapshot()).eventsWaiting;

test('a settlement the queue refuses stays with the object and is sent when the queue is back; one bill', async () => {
  const { charger, rider, orderId, stop } = await chargeUpTo(100);
  const send = await refuseBatches(charger.chargerId, 3);
  await stop();
  await eventually(async () => expect(send).toHaveBeenCalledTimes(1));
  expect(await eventsWaiting(charger.chargerId)).toBe(1);
  expect(await booksOf(orderId)).toMatchObject({ holds: 1, bill: null });

  // Put off for 2, 4 and 8 seconds; memory lost in between.
  for (const [seconds, attempts] of [
    [2, 2],
    [4, 3],
  ] as const) {
    passTime((seconds - 1) * SECOND);
    await ringDueAlarms(charger.chargerId);
    expect(send).toHaveBeenCalledTimes(attempts - 1);
    passTime(SECOND);
    await ringDueAlarms(charger.chargerId);
    expect(send).toHaveBeenCalledTimes(attempts);
    await evictDurableObject(objectOf(charger.chargerId));
  }
  expect(await eventsWaiting(charger.chargerId)).toBe(1);
  passTime(8 * SECOND);
  await ringDueAlarms(charger.chargerId);
  expect(await eventsWaiting(charger.chargerId)).toBe(0);
  await eventually(async () => {
    expect(await booksOf(orderId)).toMatchObject({
      state: 'completed',
      vouchers: ['hold', 'capture'],
      holds: 0,
    });
  });
  expect(await balanceOf(rider.id, 'wallet')).toBe(9_985);
});

test('what happens while the queue is down waits in line behind what could not be sent', async () => {
  const { charger, orderId, stop } = await chargeUpTo(100);
  const send = await refuseBatches(charger.chargerId, 1);
  await stop();
  await eventually(async () => expect(send).toHaveBeenCalledTimes(1));
  const second = await signInRider();
  await fillWallet(second.id, 1_000);
  const next = await call('POST', '/v1/rider/charging-orders', {
    token: second.token,
    headers: { 'Idempotency-Key': 'the-next-charge' },
    body: {
      outletId: `${charger.chargerId}-1`,
      limit: { kind: 'full' },
      tariffVersionId: charger.tariffVersionId,
    },
  });
  expect(next.status).toBe(201);
  const nextId = (next.body as { id: string }).id;
  expect(
    (await call('POST', `/v1/rider/charging-orders/${nextId}/stop`, { token: second.token })).status,
  ).toBe(202);
  expect(await eventsWaiting(charger.chargerId)).toBe(2);
  passTime(2 * SECOND);
  await ringDueAlarms(charger.chargerId);
  expect(await eventsWaiting(charger.chargerId)).toBe(0);
  const [bodies] = send.mock.calls.at(-1) ?? [];
  expect([...(bodies ?? [])].map(({ body }) => body)).toMatchObject([
    { type: 'charging.ended', orderId },
    { type: 'charging.start-failed', orderId: nextId },
  ]);
  await eventually(async () => {
    expect(await booksOf(orderId)).toMatchObject({ state: 'completed', holds: 0 });
    expect(await booksOf(nextId)).toMatchObject({ state: 'start_failed', holds: 0 });
  });
});

test('an object that dies over the sending sends again: its alarm was set before', async () => {
  const { charger, rider, pile, orderId, stop } = await chargeUpTo(100);
  // With its outlet reported taken, the end of the charge makes no other news an alarm would be set for.
  await pile.status(1, 'Charging');
  const send = await runInDurableObject(objectOf(charger.chargerId), (instance) =>
    vi
      .spyOn((instance as unknown as Inside).env.SETTLEMENT, 'sendBatch')
      .mockImplementation(() => new Promise(() => undefined)),
  );
  await stop();
  await eventually(async () => expect(send).toHaveBeenCalledTimes(1));
  await abortAllDurableObjects();
  send.mockRestore();
  expect(await eventsWaiting(charger.chargerId)).toBe(1);
  expect(await alarmOf(charger.chargerId)).toBeLessThanOrEqual(Date.now() + 20 * SECOND);
  passTime(20 * SECOND);
  await ringDueAlarms(charger.chargerId);
  expect(await eventsWaiting(charger.chargerId)).toBe(0);
  await eventually(async () => {
    expect(await booksOf(orderId)).toMatchObject({
      state: 'completed',
      vouchers: ['hold', 'capture'],
      holds: 0,
    });
  });
  expect(await balanceOf(rider.id, 'wallet')).toBe(9_985);
});

test('readings lost in a crash are made good by the next value of the register', async () => {
  const { charger, rider, orderId, idTag, transactionId } = await chargeUpTo(100);
  passTime(MINUTE);
  await abortAllDurableObjects();
  const pile = await TestPile.connect(charger.dtuNumber);
  const before = await ask(charger.chargerId).liveOrder(orderId);
  expect(before).toMatchObject({ state: 'charging', energyWh: 0 });
  await pile.meter(1, transactionId, Date.now(), 1_110, 600);
  expect(await ask(charger.chargerId).liveOrder(orderId)).toMatchObject({ energyWh: 110, totalFen: 17 });
  await pile.call('StopTransaction', {
    transactionId,
    idTag,
    meterStop: 1_120,
    timestamp: new Date(Date.now()).toISOString(),
    reason: 'EVDisconnected',
  });
  await eventually(async () => {
    expect(await booksOf(orderId)).toMatchObject({
      state: 'completed',
      bill: { energyWh: 120, totalFen: 18 },
      holds: 0,
    });
  });
  expect(await balanceOf(rider.id, 'wallet')).toBe(9_982);
});

test('readings survive the loss of memory with the socket', async () => {
  const { charger, orderId } = await chargeUpTo(100);
  await evictDurableObject(objectOf(charger.chargerId));
  expect(await ask(charger.chargerId).liveOrder(orderId)).toMatchObject({
    energyWh: 100,
    totalFen: 15,
    powerW: 600,
  });
});

test('an end whose message the queue lost is told again when the sweep asks for it', async () => {
  const { charger, rider, orderId, stop } = await chargeUpTo(100);
  const send = await runInDurableObject(objectOf(charger.chargerId), (instance) =>
    vi
      .spyOn((instance as unknown as Inside).env.SETTLEMENT, 'sendBatch')
      .mockResolvedValue(undefined as never),
  );
  await stop();
  await eventually(async () => expect(await eventsWaiting(charger.chargerId)).toBe(0));
  expect(send).toHaveBeenCalled();
  send.mockRestore();
  await evictDurableObject(objectOf(charger.chargerId));
  expect(await booksOf(orderId)).toMatchObject({ holds: 1, bill: null });
  expect(await ask(charger.chargerId).reconcileOrder(orderId, true)).toBe('ended');
  expect(await ask(charger.chargerId).reconcileOrder(orderId, true)).toBe('ended');
  await eventually(async () => {
    expect(await booksOf(orderId)).toMatchObject({
      state: 'completed',
      vouchers: ['hold', 'capture'],
      holds: 0,
    });
  });
  expect(await balanceOf(rider.id, 'wallet')).toBe(9_985);
});

test('readings of more outlets than fit with the socket are committed; none is lost with the memory', async () => {
  const outlets = 40;
  const charger = await buildCharger({ outlets });
  const pile = await TestPile.connect(charger.dtuNumber);
  const profile = {
    chargerId: charger.chargerId,
    siteId: charger.siteId,
    outlets,
    ratedPowerW: 1_200,
    maxTemperatureDeciC: 700,
    maxSessionMinutes: 720,
  };
  const transactions: number[] = [];
  for (let outletNo = 1; outletNo <= outlets; outletNo += 1) {
    await pile.status(outletNo, 'Available');
    const order = {
      orderId: `order-${charger.chargerId}-${outletNo}`,
      riderId: 'nobody',
      outletNo,
      idTag: `TAG${outletNo}`,
      limit: { kind: 'full' },
      rules: FLAT_TARIFF,
      memberDiscountBp: 0,
      holdFen: fen(2_000),
      createdAt: epochMs(Date.now()),
    } as const;
    expect(await ask(charger.chargerId).startCharging(order, profile)).toEqual({ ok: true });
    const [, , conf] = await pile.call('StartTransaction', {
      connectorId: outletNo,
      idTag: order.idTag,
      meterStart: 0,
      timestamp: new Date(Date.now()).toISOString(),
    });
    transactions.push((conf as { transactionId: number }).transactionId);
  }
  for (const minute of [1, 2, 3]) {
    passTime(MINUTE);
    for (const [index, transactionId] of transactions.entries()) {
      await pile.meter(index + 1, transactionId, Date.now(), 10 * minute, 600);
    }
  }
  await evictDurableObject(objectOf(charger.chargerId));
  const { outlets: seen } = await ask(charger.chargerId).snapshot();
  expect(seen.map(({ session }) => session?.energyWh)).toEqual(Array.from({ length: outlets }, () => 30));
});
