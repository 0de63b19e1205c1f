import { evictDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../domain/units.ts';
import { booksOf, buildCharger, call, fillWallet, objectOf } from '../../tests/workers/city.ts';
import { signInRider } from '../../tests/workers/sign-in.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';
import { counters } from '../link/counters.ts';
import { passTime, ringDueAlarms, stopClock } from './clock.test-support.ts';

beforeEach(() => stopClock());
afterEach(() => void vi.useRealTimers());

const CHARGE_BUDGET = { objectRowsWritten: 30, d1RowsWritten: 24 };

/** What was written since, by the object and to D1. */
function meter() {
  const before = { ...counters };
  return () => ({
    objectRowsWritten: counters.objectRowsWritten - before.objectRowsWritten,
    d1RowsWritten: counters.d1RowsWritten - before.d1RowsWritten,
  });
}

/** A pile that has connected and booted, whose news D1 has taken in. */
async function settledPile() {
  const charger = await buildCharger();
  const pile = await TestPile.connect(charger.dtuNumber);
  await pile.status(1, 'Available');
  await pile.status(2, 'Available');
  passTime(10 * SECOND);
  await ringDueAlarms(charger.chargerId);
  await eventually(async () => {
    const quoted = await call('GET', `/v1/rider/outlets/${charger.chargerId}-1/quote`, {
      token: (await signInRider()).token,
    });
    expect(quoted.body).toMatchObject({ availability: 'free' });
  });
  return { charger, pile };
}

test('an idle hour of a device with its heartbeats writes nothing, whether or not it sleeps in between', async () => {
  const { charger, pile } = await settledPile();
  const written = meter();
  for (let minute = 0; minute < 60; minute += 5) {
    passTime(5 * MINUTE);
    await ringDueAlarms(charger.chargerId);
    await pile.call('Heartbeat', {});
    await pile.status(1, 'Available');
    await evictDurableObject(objectOf(charger.chargerId));
  }
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(written()).toEqual({ objectRowsWritten: 0, d1RowsWritten: 0 });
});

test('a charge of three hours, a reading a minute and asleep after each, stays within its rows from quote to bill', async () => {
  const { charger, pile } = await settledPile();
  const { chargerId } = charger;
  const rider = await signInRider();
  await fillWallet(rider.id, 10_000);
  const { token } = rider;
  const written = meter();

  await call('GET', `/v1/rider/outlets/${chargerId}-1/quote`, { token });
  const started = await call('POST', '/v1/rider/charging-orders', {
    token,
    headers: { 'Idempotency-Key': 'the-one-charge' },
    body: { outletId: `${chargerId}-1`, limit: { kind: 'full' }, tariffVersionId: charger.tariffVersionId },
  });
  const orderId = (started.body as { id: string }).id;
  const { idTag } = await pile.told('RemoteStartTransaction');
  passTime(5 * SECOND);
  await pile.status(1, 'Preparing');
  const [, , conf] = await pile.call('StartTransaction', {
    connectorId: 1,
    idTag,
    meterStart: 1_000,
    timestamp: new Date(Date.now()).toISOString(),
  });
  const { transactionId } = conf as { transactionId: number };
  await pile.status(1, 'Charging');
  await eventually(async () => expect(await booksOf(orderId)).toMatchObject({ state: 'charging' }));
  for (let minute = 1; minute <= 180; minute += 1) {
    passTime(MINUTE);
    await ringDueAlarms(chargerId);
    await pile.meter(1, transactionId, Date.now(), 1_000 + minute * 3, 180);
    await evictDurableObject(objectOf(chargerId));
  }
  await call('POST', `/v1/rider/charging-orders/${orderId}/stop`, { token });
  await pile.told('RemoteStopTransaction');
  passTime(2 * SECOND);
  await pile.call('StopTransaction', {
    transactionId,
    idTag,
    meterStop: 1_541,
    timestamp: new Date(Date.now()).toISOString(),
    reason: 'Remote',
  });
  await pile.status(1, 'Finishing');
  passTime(30 * SECOND);
  await pile.status(1, 'Available');
  for (let minutes = 0; minutes < 10; minutes += 1) {
    passTime(10 * SECOND);
    await ringDueAlarms(chargerId);
  }
  passTime(HOUR);
  await ringDueAlarms(chargerId);
  await eventually(async () => {
    expect(await booksOf(orderId)).toMatchObject({
      state: 'completed',
      bill: { energyWh: 541, totalFen: 81 },
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const rows = written();
  expect(rows.objectRowsWritten).toBeLessThanOrEqual(CHARGE_BUDGET.objectRowsWritten);
  expect(rows.d1RowsWritten).toBeLessThanOrEqual(CHARGE_BUDGET.d1RowsWritten);
});
