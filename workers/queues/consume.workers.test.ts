import { createExecutionContext, createMessageBatch, env, getQueueResult } from 'cloudflare:test';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addReading, startUsage } from '../../domain/pricing/usage.ts';
import { epochMs, MINUTE, wh } from '../../domain/units.ts';
import {
  balanceOf,
  booksOf,
  buildCharger,
  call,
  FLAT_TARIFF,
  fillWallet,
  placeOrder,
  type TestCharger,
} from '../../tests/workers/city.ts';
import { signInRider, signInStaff } from '../../tests/workers/sign-in.ts';
import { eventually } from '../../tests/workers/test-pile.ts';
import worker from '../index.ts';

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(() => void vi.restoreAllMocks());

let nextMessage = 1;

/** Hands bodies to the consumer of a queue in one batch and tells what became of each. */
async function deliver(queue: string, bodies: readonly unknown[], ids: readonly string[] = []) {
  const messages = bodies.map((body, index) => ({
    id: ids[index] ?? `message-${nextMessage++}`,
    timestamp: 1_800_000_000_000,
    attempts: 1,
    body,
  }));
  const batch = createMessageBatch(queue, messages);
  const context = createExecutionContext();
  await worker.queue(batch, env);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, context);
  return { acks: explicitAcks.length, retries: retryMessages.length };
}

interface Placed {
  readonly charger: TestCharger;
  readonly riderId: string;
  readonly orderId: string;
}

async function placed(charger?: TestCharger): Promise<Placed> {
  const { id: riderId } = await signInRider();
  await fillWallet(riderId, 10_000);
  const at = charger ?? (await buildCharger());
  return { charger: at, riderId, orderId: await placeOrder(at, riderId) };
}

/** What an object would report of an order: 100 Wh, 15 fen. */
function eventsOf({ charger: { chargerId }, orderId }: Placed) {
  const at = 1_800_000_000_000;
  const usage = addReading(
    startUsage(epochMs(at), wh(1_000)),
    { at: epochMs(at + 10 * MINUTE), registerWh: wh(1_100) },
    FLAT_TARIFF,
  );
  const envelope = (seq: number) => ({ v: 1, id: `${chargerId}:${seq}`, chargerId, orderId });
  return {
    failed: { ...envelope(1), type: 'charging.start-failed', reason: 'no-start', at },
    started: { ...envelope(2), type: 'charging.started', at },
    ended: {
      ...envelope(3),
      type: 'charging.ended',
      reason: 'unplugged',
      startedAt: at,
      endedAt: at + 10 * MINUTE,
      meterStartWh: 1_000,
      meterStopWh: 1_100,
      transactionId: 1,
      usage,
      curve: [[600_000, 600, 100]],
      late: false,
    },
  };
}

const BILLED_ONCE = {
  state: 'completed',
  holds: 0,
  bill: { energyWh: 100, electricityFen: 6, serviceFen: 9, totalFen: 15 },
};

function orderings<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, place) =>
    orderings([...items.slice(0, place), ...items.slice(place + 1)]).map((rest) => [item, ...rest]),
  );
}

async function expectPaid({ orderId, riderId }: Placed, totalFen: number): Promise<void> {
  expect(await balanceOf(riderId, 'wallet')).toBe(10_000 - totalFen);
  expect(await balanceOf(riderId, 'hold')).toBe(0);
  expect(await balanceOf(riderId, 'arrears')).toBe(0);
  const { results } = await env.DB.prepare(
    "SELECT sum(json_extract(value, '$.amountFen')) AS sum FROM ledger_transactions, json_each(postings) WHERE order_id = ?",
  )
    .bind(orderId)
    .all();
  expect(results).toEqual([{ sum: 0 }]);
}

test('one completed charge makes one bill and one posting, in whatever order its events come and however often (M2)', async () => {
  const charger = await buildCharger();
  const deliveries = orderings(['started', 'ended', 'ended'] as const);
  for (const order of deliveries) {
    const one = await placed(charger);
    const events = eventsOf(one);
    for (const name of order)
      expect(await deliver('settlement', [events[name]])).toEqual({ acks: 1, retries: 0 });
    expect(await booksOf(one.orderId)).toMatchObject({ ...BILLED_ONCE, vouchers: ['hold', 'capture'] });
    await expectPaid(one, 15);
  }
});

test('a start given up that turns out to have started is billed once, in whatever order that is learnt', async () => {
  const charger = await buildCharger();
  for (const order of orderings(['failed', 'started', 'ended'] as const)) {
    const one = await placed(charger);
    const events = eventsOf(one);
    // Each twice, and all of them once more at the end.
    const bodies = [...order, ...order]
      .toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
      .map((name) => events[name]);
    await deliver('settlement', [...bodies, ...order.map((name) => events[name])]);
    const books = await booksOf(one.orderId);
    expect(books, order.join(' ')).toMatchObject(BILLED_ONCE);
    // A charge that runs keeps its hold, whatever is told late about its start.
    if (order.indexOf('started') < order.indexOf('failed'))
      expect(books.vouchers).toEqual(['hold', 'capture']);
    expect(
      books.vouchers.filter((kind) => kind === 'capture' || kind === 'charge'),
      order.join(' '),
    ).toHaveLength(1);
    await expectPaid(one, 15);
  }
});

test('two consumers at the same message at the same time make one bill', async () => {
  const one = await placed();
  const { ended, failed } = eventsOf(one);
  const results = await Promise.all([1, 2, 3].map(() => deliver('settlement', [ended])));
  expect(results).toEqual([1, 2, 3].map(() => ({ acks: 1, retries: 0 })));
  expect(await booksOf(one.orderId)).toMatchObject({ ...BILLED_ONCE, vouchers: ['hold', 'capture'] });
  await expectPaid(one, 15);

  const late = await placed();
  await deliver('settlement', [eventsOf(late).failed]);
  expect(await Promise.all([1, 2, 3].map(() => deliver('settlement', [eventsOf(late).ended])))).toEqual(
    results,
  );
  expect(await booksOf(late.orderId)).toMatchObject({
    ...BILLED_ONCE,
    vouchers: ['hold', 'release', 'charge'],
  });
  await expectPaid(late, 15);

  const other = await placed();
  const events = eventsOf(other);
  await Promise.all([deliver('settlement', [events.failed]), deliver('settlement', [events.ended])]);
  expect(await booksOf(other.orderId)).toMatchObject(BILLED_ONCE);
  await expectPaid(other, 15);
  await deliver('settlement', [failed]);
  await expectPaid(one, 15);
});

test('a start that failed gives the money back once', async () => {
  const one = await placed();
  const { failed } = eventsOf(one);
  await Promise.all([deliver('settlement', [failed, failed]), deliver('settlement', [failed])]);
  expect(await booksOf(one.orderId)).toMatchObject({
    state: 'start_failed',
    endReason: 'no-start',
    vouchers: ['hold', 'release'],
    holds: 0,
    bill: null,
  });
  await expectPaid(one, 0);
});

test('what is late for its hold is paid from the wallet, and what that lacks is owed', async () => {
  const one = await placed();
  const { failed, started, ended } = eventsOf(one);
  await deliver('settlement', [failed]);
  const rest = await placeOrder(one.charger, one.riderId, { holdFen: 9_990 });
  await deliver('settlement', [started, ended]);
  expect(await booksOf(one.orderId)).toMatchObject({
    ...BILLED_ONCE,
    vouchers: ['hold', 'release', 'charge'],
  });
  expect(await balanceOf(one.riderId, 'wallet')).toBe(0);
  expect(await balanceOf(one.riderId, 'hold')).toBe(9_990);
  expect(await balanceOf(one.riderId, 'arrears')).toBe(-5);
  expect(await booksOf(rest)).toMatchObject({ state: 'starting', holds: 1 });
});

test('a message that cannot be understood is tried again alone; the others of its batch are done', async () => {
  const one = await placed();
  const { ended } = eventsOf(one);
  const broken = [
    { ...ended, v: 2 },
    { ...ended, usage: { ...ended.usage, energyWh: -1 } },
    null,
    'text',
    { v: 1, type: 'unheard-of' },
  ];
  expect(await deliver('settlement', [...broken, ended])).toEqual({ acks: 1, retries: broken.length });
  expect(await booksOf(one.orderId)).toMatchObject(BILLED_ONCE);
});

test('a dead letter becomes one incident, which operators see and can replay', async () => {
  const one = await placed();
  const { ended } = eventsOf(one);
  expect(await deliver('settlement-dlq', [ended], ['dead-1'])).toEqual({ acks: 1, retries: 0 });
  expect(await deliver('settlement-dlq', [ended], ['dead-1'])).toEqual({ acks: 1, retries: 0 });
  const operator = await signInStaff('operations');
  const { token } = operator;
  const list = await call('GET', '/v1/admin/incidents', { token });
  const { items } = list.body as { items: { id: string; message: { orderId: string } }[] };
  const mine = items.filter(({ message }) => message.orderId === one.orderId);
  expect(mine).toMatchObject([{ queue: 'settlement', state: 'open', message: ended }]);

  const agent = await signInStaff('agent', { kind: 'agent', agentId: 'somebody' });
  const path = `/v1/admin/incidents/${mine[0]?.id}/replay`;
  expect(await call('POST', path, { token: agent.token })).toMatchObject({ status: 404 });
  expect(await call('GET', '/v1/admin/incidents', { token: agent.token })).toMatchObject({ status: 404 });
  expect(await call('POST', path, { token })).toMatchObject({ status: 200, body: { state: 'replayed' } });
  await eventually(async () => expect(await booksOf(one.orderId)).toMatchObject(BILLED_ONCE));
  expect(await call('POST', path, { token })).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict' } },
  });
  await expectPaid(one, 15);
});

test('an incident that means nothing is dismissed and never applied', async () => {
  const one = await placed();
  await deliver('settlement-dlq', [{ ...eventsOf(one).ended, v: 7 }], ['dead-2']);
  const { token } = await signInStaff('operations');
  const { items } = (await call('GET', '/v1/admin/incidents', { token })).body as {
    items: { id: string; message: { orderId?: string } }[];
  };
  const mine = items.find(({ message }) => message.orderId === one.orderId);
  expect(await call('POST', `/v1/admin/incidents/${mine?.id}/dismiss`, { token })).toMatchObject({
    status: 200,
    body: { state: 'dismissed' },
  });
  expect(await booksOf(one.orderId)).toMatchObject({ state: 'starting', holds: 1 });
});

test('attention is kept with its first reason, and not put on what is settled', async () => {
  const one = await placed();
  const { ended } = eventsOf(one);
  const attention = (reason: string) => ({
    v: 1,
    id: `a-${reason}`,
    chargerId: one.charger.chargerId,
    type: 'charging.attention',
    orderId: one.orderId,
    reason,
    at: 1,
  });
  await deliver('settlement', [attention('no-readings'), attention('meter-reset')]);
  expect(await booksOf(one.orderId)).toMatchObject({ attention: 'no-readings' });
  const other = await placed();
  await deliver('settlement', [eventsOf(other).ended, { ...attention('vanished'), orderId: other.orderId }]);
  expect(await booksOf(other.orderId)).toMatchObject({ state: 'completed', attention: null });
  await deliver('settlement', [ended]);
  expect(await booksOf(one.orderId)).toMatchObject({ state: 'completed', holds: 0 });
});
