import { evictDurableObject } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { MINUTE } from '../../domain/units.ts';
import { ask, buildCharger, call, fillWallet, objectOf } from '../../tests/workers/city.ts';
import { signInRider, signInStaff } from '../../tests/workers/sign-in.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';

type Message = Record<string, unknown>;

/** Somebody who watches: what came, newest last. */
class Watcher {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  readonly protocol: string | null;

  private constructor(response: Response, socket: WebSocket) {
    this.socket = socket;
    this.protocol = response.headers.get('Sec-WebSocket-Protocol');
    socket.addEventListener('message', ({ data }) => {
      this.messages.push(JSON.parse(String(data)) as Message);
    });
    socket.accept();
  }

  static async open(path: string, headers: Record<string, string>): Promise<Watcher> {
    const response = await exports.default.fetch(`https://api.test${path}`, {
      headers: { Upgrade: 'websocket', ...headers },
    });
    if (response.webSocket === null) throw new Error(`refused with ${response.status}`);
    return new Watcher(response, response.webSocket);
  }

  async sees(expected: Message): Promise<Message> {
    return eventually(async () => {
      const message = this.messages.findLast((candidate) => candidate.type === expected.type);
      expect(message).toMatchObject(expected);
      return message ?? {};
    });
  }
}

async function charging(limit: object = { kind: 'energy', wh: 500 }) {
  const charger = await buildCharger();
  const pile = await TestPile.connect(charger.dtuNumber);
  await pile.status(1, 'Available');
  const rider = await signInRider();
  await fillWallet(rider.id, 10_000);
  const started = await call('POST', '/v1/rider/charging-orders', {
    token: rider.token,
    headers: { 'Idempotency-Key': 'the-one-charge' },
    body: { outletId: `${charger.chargerId}-1`, limit, tariffVersionId: charger.tariffVersionId },
  });
  const { id: orderId } = started.body as { id: string };
  const { idTag } = await pile.told('RemoteStartTransaction');
  const begun = Date.now();
  const begin = async () => {
    const [, , conf] = await pile.call('StartTransaction', {
      connectorId: 1,
      idTag,
      meterStart: 1_000,
      timestamp: new Date(begun).toISOString(),
    });
    return (conf as { transactionId: number }).transactionId;
  };
  return { charger, pile, rider, orderId, begin, begun, live: `/v1/rider/charging-orders/${orderId}/live` };
}

test('a rider watches the charge from its start to its end', async () => {
  const { pile, rider, orderId, begin, begun, live } = await charging();
  const watcher = await Watcher.open(live, { Authorization: `Bearer ${rider.token}` });
  await watcher.sees({
    type: 'live',
    view: expect.objectContaining({ orderId, state: 'starting', totalFen: 0, heardAt: null }),
  });
  const transactionId = await begin();
  await watcher.sees({ type: 'live', view: expect.objectContaining({ state: 'charging', energyWh: 0 }) });
  await pile.meter(1, transactionId, begun + 1, 1_100, 600);
  const { view } = await watcher.sees({
    type: 'live',
    view: expect.objectContaining({
      energyWh: 100,
      powerW: 600,
      electricityFen: 6,
      serviceFen: 9,
      idleFen: 0,
      totalFen: 15,
      holdFen: 2_000,
      // 400 Wh to go at 600 W.
      etaMs: 40 * MINUTE,
      full: false,
      online: true,
    }),
  });
  expect(Math.abs((view as { heardAt: number }).heardAt - Date.now())).toBeLessThan(10_000);
  expect(
    (await call('POST', `/v1/rider/charging-orders/${orderId}/stop`, { token: rider.token })).status,
  ).toBe(202);
  await watcher.sees({
    type: 'live',
    view: expect.objectContaining({ state: 'stopping', stopReason: 'rider' }),
  });
  await pile.call('StopTransaction', {
    transactionId,
    meterStop: 1_101,
    timestamp: new Date().toISOString(),
  });
  expect(await watcher.sees({ type: 'ended' })).toEqual({ type: 'ended', orderId });
  // Whoever comes too late is told so at once.
  const late = await Watcher.open(live, { Authorization: `Bearer ${rider.token}` });
  expect(await late.sees({ type: 'ended' })).toEqual({ type: 'ended', orderId });
});

test('watching goes on when the object has lost its memory, and after the device was away', async () => {
  const { charger, pile, rider, begin, begun, live } = await charging();
  const watcher = await Watcher.open(live, { Authorization: `Bearer ${rider.token}` });
  const transactionId = await begin();
  await evictDurableObject(objectOf(charger.chargerId));
  await pile.meter(1, transactionId, begun + 1, 1_050, 300);
  await watcher.sees({ type: 'live', view: expect.objectContaining({ energyWh: 50, powerW: 300 }) });
  pile.close();
  await eventually(async () =>
    expect(await ask(charger.chargerId).snapshot()).toMatchObject({ connected: false }),
  );
  const back = await TestPile.connect(charger.dtuNumber);
  await back.meter(1, transactionId, begun + 2, 1_060, 300);
  await watcher.sees({ type: 'live', view: expect.objectContaining({ energyWh: 60 }) });
});

test('a start that fails is an end for whoever watches it', async () => {
  const { pile, rider, orderId, live } = await charging();
  const watcher = await Watcher.open(live, { Authorization: `Bearer ${rider.token}` });
  await pile.status(1, 'Faulted', 'GroundFailure');
  expect(await watcher.sees({ type: 'ended' })).toEqual({ type: 'ended', orderId });
});

test('a browser offers its token as a subprotocol', async () => {
  const { rider, live } = await charging();
  const watcher = await Watcher.open(live, { 'Sec-WebSocket-Protocol': `bearer, ${rider.token}` });
  expect(watcher.protocol).toBe('bearer');
  await watcher.sees({ type: 'live' });
  for (const protocol of ['bearer, nonsense', 'bearer', `bearer,${rider.token}x`]) {
    const refused = await exports.default.fetch(`https://api.test${live}`, {
      headers: { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': protocol },
    });
    expect(refused.status, protocol).toBe(401);
  }
});

test('nobody else watches a rider’s order, and nobody is watched over plain HTTP', async () => {
  const { rider, live } = await charging();
  const other = await signInRider();
  await expect(Watcher.open(live, { Authorization: `Bearer ${other.token}` })).rejects.toThrow('404');
  await expect(Watcher.open(live, {})).rejects.toThrow('401');
  const staff = await signInStaff('operations');
  await expect(Watcher.open(live, { Authorization: `Bearer ${staff.token}` })).rejects.toThrow('403');
  expect((await call('GET', live, { token: rider.token })).status).toBe(400);
});

test('two tabs of one rider and another rider at the next outlet each see their own', async () => {
  const first = await charging();
  const second = await charging();
  const [tab, otherTab, neighbour] = await Promise.all([
    Watcher.open(first.live, { Authorization: `Bearer ${first.rider.token}` }),
    Watcher.open(first.live, { Authorization: `Bearer ${first.rider.token}` }),
    Watcher.open(second.live, { Authorization: `Bearer ${second.rider.token}` }),
  ]);
  await first.begin();
  const charges = {
    type: 'live',
    view: expect.objectContaining({ orderId: first.orderId, state: 'charging' }),
  };
  await tab.sees(charges);
  await otherTab.sees(charges);
  expect(neighbour.messages).toHaveLength(1);
});

test('the console watches a whole charger, within its scope', async () => {
  const { charger, pile, orderId, begin } = await charging();
  const { token } = await signInStaff('operations');
  const path = `/v1/admin/chargers/${charger.chargerId}/live`;
  const watcher = await Watcher.open(path, { 'Sec-WebSocket-Protocol': `bearer, ${token}` });
  await watcher.sees({
    type: 'charger',
    charger: expect.objectContaining({ chargerId: charger.chargerId, connected: true }),
  });
  await begin();
  await pile.status(2, 'Faulted', 'GroundFailure');
  const { charger: seen } = await watcher.sees({
    type: 'charger',
    charger: expect.objectContaining({ connected: true, firmware: '1.0' }),
  });
  expect(seen).toMatchObject({
    outlets: [
      { outletNo: 1, availability: 'occupied', session: { orderId, state: 'charging' } },
      { outletNo: 2, status: 'Faulted', errorCode: 'GroundFailure', availability: 'faulted', session: null },
    ],
  });
  pile.close();
  await watcher.sees({ type: 'charger', charger: expect.objectContaining({ connected: false }) });
  expect(await call('GET', path, { token })).toMatchObject({
    status: 200,
    body: { connected: false, online: true },
  });
  const agent = await signInStaff('agent', { kind: 'agent', agentId: 'of-another-town' });
  await expect(Watcher.open(path, { Authorization: `Bearer ${agent.token}` })).rejects.toThrow('404');
});
