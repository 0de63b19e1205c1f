import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChargePoint } from '../../simulators/chargers/charge-point.ts';
import { eventually, type OrderBody, request, riderToken, startCharge } from './city-stack.ts';
import { type KillableStack, prepareKillableStack } from './killable-stack.ts';

let stack: KillableStack;
const piles: ChargePoint[] = [];
const CHARGES = 50;
const KILLS = 6;

beforeAll(async () => {
  stack = await prepareKillableStack();
  await stack.start();
});
afterAll(async () => {
  for (const pile of piles) await pile.shutdown();
  await stack.demolish();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Like a patient client: the same request under the same key until an answer comes. */
async function insist<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  return eventually(attempt, 60_000);
}

test('killed again and again under fifty charges, the platform ends each once and keeps no money', async () => {
  for (let index = 0; index < 5; index += 1) {
    const identity = String(20_001 + index);
    const pile = new ChargePoint({
      url: stack.deviceUrl,
      identity,
      key: `demo-pile-${identity}`,
      outlets: 10,
      ratedPowerW: 1200,
      backoffMinMs: 200,
      backoffMaxMs: 1_500,
      callTimeoutMs: 3_000,
    });
    piles.push(pile);
    pile.start();
  }
  await eventually(async () => (piles.every((pile) => pile.online) ? true : undefined));
  await pause(1_000);
  const tokens = await Promise.all(
    Array.from({ length: 20 }, (_, rider) => riderToken(stack.url, rider + 1)),
  );

  // The killer strikes at moments of its own while riders start, watch and stop.
  let ridersDone = false;
  const killer = (async () => {
    for (let kill = 0; kill < KILLS && !ridersDone; kill += 1) {
      await pause(700 + Math.random() * 2_500);
      await stack.kill();
      await stack.start();
    }
  })();

  const riders = Array.from({ length: CHARGES }, async (_, index) => {
    await pause(Math.random() * 6_000);
    const token = tokens[index % tokens.length] ?? '';
    const outletId = `CH${20_001 + (index % 5)}-${1 + Math.floor(index / 5)}`;
    const key = crypto.randomUUID();
    const started = await insist(async () => {
      const answer = await startCharge(stack.url, token, outletId, { kind: 'money', fen: 200 }, key);
      // A site that is back before its pile says so: the rider tries again with a new key, as a person would.
      return answer.status < 500 ? answer : undefined;
    });
    if (started.status >= 400) return null;
    await pause(Math.random() * 8_000);
    await insist(async () => {
      const stop = await request(stack.url, 'POST', `/v1/rider/charging-orders/${started.body.id}/stop`, {
        token,
      });
      return stop.status < 500 ? stop : undefined;
    });
    return { token, orderId: started.body.id };
  });
  const orders = (await Promise.all(riders)).filter((order) => order !== null);
  ridersDone = true;
  await killer;
  expect(orders.length).toBeGreaterThan(10);

  // What was stopped while the pile was away is stopped when it is back; lost starts are swept up.
  await eventually(async () => {
    for (const { token, orderId } of orders) {
      await request(stack.url, 'POST', `/v1/rider/charging-orders/${orderId}/stop`, { token });
    }
    // As if the next quarter of an hour went by: each order is asked after once in it.
    for (let minute = 5; minute < 20; minute += 1) await stack.sweep(minute);
    const live = await stack.live();
    if (live.length > 0) throw new Error(`still live: ${JSON.stringify(live)}`);
    return true;
  }, 120_000);

  const counts = await stack.counts();
  expect(counts).toMatchObject({ holds: 0, live: 0 });
  expect(counts.completed).toBe(counts.bills);
  expect((counts.completed ?? 0) + (counts.failed ?? 0)).toBe(counts.orders);
  expect(await stack.breaches()).toEqual([]);
  for (const { token, orderId } of orders) {
    const { body } = await request<OrderBody>(stack.url, 'GET', `/v1/rider/charging-orders/${orderId}`, {
      token,
    });
    expect(['completed', 'start_failed']).toContain(body.state);
  }
});
