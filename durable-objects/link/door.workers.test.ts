import { env } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { ask, buildCharger, call, DEVICE_KEY, type TestCharger } from '../../tests/workers/city.ts';
import { signInStaff } from '../../tests/workers/sign-in.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';

const refusalOf = async (response: Response) => {
  const { error } = (await response.json()) as { error: { code: string } };
  return { status: response.status, code: error.code };
};

const setDtu = ({ dtuNumber }: TestCharger, status: string, chargerId: string | null) =>
  env.DB.prepare('UPDATE dtus SET status = ?, charger_id = ? WHERE number = ?')
    .bind(status, chargerId, dtuNumber)
    .run();

test('a wrong key, somebody else’s key and no key are 401 with a challenge', async () => {
  const { dtuNumber } = await buildCharger();
  const { dtuNumber: other } = await buildCharger();
  const wrong = await TestPile.knock(dtuNumber, { key: 'wrong' });
  expect(wrong.headers.get('WWW-Authenticate')).toBe('Basic realm="ocpp"');
  expect(await refusalOf(wrong)).toEqual({ status: 401, code: 'bad_credentials' });
  const upgrade = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': 'ocpp1.6' };
  for (const Authorization of [
    undefined,
    'Basic ???',
    'Bearer abc',
    `Basic ${btoa(`${other}:${DEVICE_KEY}`)}`,
    `Basic ${btoa(`:${DEVICE_KEY}`)}`,
    `Basic ${btoa(`${dtuNumber}:`)}`,
  ]) {
    const headers = Authorization === undefined ? upgrade : { ...upgrade, Authorization };
    const answer = await exports.default.fetch(`https://api.test/ocpp/${dtuNumber}`, { headers });
    expect(answer.status, Authorization).toBe(401);
  }
});

test('numbers that are unknown, of another kind or no numbers at all are 404', async () => {
  for (const number of [
    '199999',
    '20000',
    '200001',
    '0',
    '-1',
    '1e5',
    '030001',
    '%EF%BC%93',
    'CH30001',
    '9'.repeat(19),
    '%00',
  ]) {
    expect((await TestPile.knock(number)).status, number).toBe(404);
  }
  expect((await TestPile.knock('9'.repeat(21))).status).toBe(400);
});

test('a retired DTU and a decommissioned charger are 403', async () => {
  const retired = await buildCharger();
  await setDtu(retired, 'retired', retired.chargerId);
  expect((await TestPile.knock(retired.dtuNumber)).status).toBe(403);
  const decommissioned = await buildCharger();
  await env.DB.prepare("UPDATE chargers SET status = 'decommissioned' WHERE id = ?")
    .bind(decommissioned.chargerId)
    .run();
  expect((await TestPile.knock(decommissioned.dtuNumber)).status).toBe(403);
});

test('a DTU that belongs to no charger stays outside, and tells so only to whoever has its key', async () => {
  const stock = await buildCharger();
  await setDtu(stock, 'stock', null);
  expect(await refusalOf(await TestPile.knock(stock.dtuNumber))).toEqual({ status: 403, code: 'forbidden' });
  expect((await TestPile.knock(stock.dtuNumber, { key: 'wrong' })).status).toBe(401);
});

test('no subprotocol in common, or no upgrade, is 400; ours is chosen among several', async () => {
  const { dtuNumber } = await buildCharger();
  expect(await refusalOf(await TestPile.knock(dtuNumber, { protocol: 'ocpp2.0.1' }))).toEqual({
    status: 400,
    code: 'invalid_request',
  });
  const Authorization = `Basic ${btoa(`${dtuNumber}:${DEVICE_KEY}`)}`;
  const url = `https://api.test/ocpp/${dtuNumber}`;
  expect(
    (await exports.default.fetch(url, { headers: { Authorization, Upgrade: 'websocket' } })).status,
  ).toBe(400);
  expect(
    (await exports.default.fetch(url, { headers: { Authorization, 'Sec-WebSocket-Protocol': 'ocpp1.6' } }))
      .status,
  ).toBe(400);
  const several = await TestPile.knock(dtuNumber, { protocol: 'ocpp2.0.1, ocpp1.6' });
  expect(several.status).toBe(101);
  expect(several.headers.get('Sec-WebSocket-Protocol')).toBe('ocpp1.6');
  several.webSocket?.accept();
  several.webSocket?.close();
});

test('the newest socket wins; what a ghost says and that it closes changes nothing', async () => {
  const charger = await buildCharger();
  const ghost = await TestPile.connect(charger.dtuNumber);
  await ghost.status(1, 'Available');
  const pile = await TestPile.connect(charger.dtuNumber);
  expect(await ghost.untilClosed()).toEqual({ code: 4001, reason: 'superseded' });
  await pile.status(1, 'Preparing');
  const snapshot = await ask(charger.chargerId).snapshot();
  expect(snapshot).toMatchObject({
    connected: true,
    online: true,
    disconnectedAt: null,
    outlets: [{ status: 'Preparing' }, {}],
  });
  const third = await TestPile.connect(charger.dtuNumber);
  await pile.untilClosed();
  await third.call('Heartbeat', {});
  expect(await ask(charger.chargerId).snapshot()).toMatchObject({ connected: true, disconnectedAt: null });
  third.close();
  await eventually(async () => {
    expect(await ask(charger.chargerId).snapshot()).toMatchObject({
      connected: false,
      disconnectedAt: expect.any(Number),
    });
  });
});

test('a storm of connections of one device leaves one, and it works', async () => {
  const charger = await buildCharger();
  const piles = await Promise.all(
    Array.from({ length: 10 }, () => TestPile.connect(charger.dtuNumber, { boot: false })),
  );
  const closed = await eventually(async () => {
    const gone = piles.filter((pile) => pile.closed !== null);
    expect(gone).toHaveLength(9);
    return gone;
  });
  expect(closed.every((pile) => pile.closed?.code === 4001)).toBe(true);
  const survivor = piles.find((pile) => pile.closed === null);
  const boot = await survivor?.call('BootNotification', {
    chargePointVendor: 'Test',
    chargePointModel: 'T1',
  });
  expect(boot?.[2]).toMatchObject({ status: 'Accepted' });
});

test('a DTU that is unbound loses its connection and cannot come back', async () => {
  const charger = await buildCharger();
  const pile = await TestPile.connect(charger.dtuNumber);
  const { token } = await signInStaff('operations');
  const unbound = await call('POST', `/v1/admin/chargers/${charger.chargerId}/unbind-dtu`, {
    token,
    body: { reason: '送修检查' },
  });
  expect(unbound.status).toBe(200);
  expect(await pile.untilClosed()).toMatchObject({ code: 4002 });
  expect(await ask(charger.chargerId).snapshot()).toMatchObject({
    connected: false,
    disconnectedAt: expect.any(Number),
  });
  expect((await TestPile.knock(charger.dtuNumber)).status).toBe(403);
});

test('a new profile of the operator reaches the object with the next connection', async () => {
  const charger = await buildCharger();
  const pile = await TestPile.connect(charger.dtuNumber);
  expect((await ask(charger.chargerId).snapshot()).outlets).toHaveLength(2);
  await env.DB.prepare('UPDATE chargers SET outlets = 3 WHERE id = ?').bind(charger.chargerId).run();
  pile.close();
  await TestPile.connect(charger.dtuNumber);
  expect((await ask(charger.chargerId).snapshot()).outlets).toHaveLength(3);
});
