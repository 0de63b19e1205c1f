import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ControlServer, startControlServer } from './control-server.ts';
import { Fleet, parsePileListings } from './fleet.ts';
import { TestCentralSystem } from './test-central-system.ts';

let csms: TestCentralSystem;
let fleet: Fleet | undefined;
let control: ControlServer | undefined;

beforeEach(async () => {
  csms = await TestCentralSystem.listen();
});

afterEach(async () => {
  await control?.close();
  await fleet?.shutdown();
  await csms.close();
});

const listing = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    identity: String(20_001 + i),
    key: `key-of-pile-${20_001 + i}`,
    outlets: 3,
    ratedPowerW: 800,
  }));

async function run(count: number, rampPerSecond: number) {
  fleet = new Fleet({ url: csms.url, piles: listing(count), rampPerSecond, life: false });
  control = await startControlServer(0, fleet.piles);
  fleet.start();
  await csms.until('all online', () => [...(fleet?.piles.values() ?? [])].every((pile) => pile.online));
  return control.url;
}

async function ask(url: string, body?: object) {
  const response = await fetch(url, body ? { method: 'POST', body: JSON.stringify(body) } : {});
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('a fleet dials in a ramp, each pile under its own name and key', async () => {
  await run(6, 20);
  expect(csms.authorizations).toEqual(listing(6).map(({ identity, key }) => `${identity}:${key}`));
  const boots = csms.received.filter(({ action }) => action === 'BootNotification').map(({ at }) => at);
  expect(Number(boots.at(-1)) - Number(boots[0])).toBeGreaterThan(200);
});

test('the control server shows piles, sets switches, plugs, taps and unplugs', async () => {
  const url = await run(2, 1000);
  expect((await ask(`${url}/piles`)).body).toMatchObject({
    piles: [{ identity: '20001', link: 'online', outlets: ['Available', 'Available', 'Available'] }, {}],
  });

  const pile = `${url}/piles/20002`;
  expect((await ask(`${pile}/plug`, { outlet: 2, battery: { model: '60V20Ah', soc: 0.3 } })).status).toBe(
    200,
  );
  expect((await ask(`${pile}/plug`, { outlet: 2 })).status).toBe(409);
  expect((await ask(`${pile}/tap`, { outlet: 2, idTag: 'card' })).body).toEqual({ result: 'started' });
  const view = (await ask(pile)).body;
  expect(view).toMatchObject({
    identity: '20002',
    outlets: [{}, { status: 'Charging', battery: { model: '60V20Ah', soc: 0.3 } }, {}],
  });
  expect((await ask(`${pile}/unplug`, { outlet: 2 })).body).toEqual({ result: 'unplugged' });
  expect((await csms.nextCall('StopTransaction')).payload).toMatchObject({ reason: 'EVDisconnected' });

  expect((await ask(`${pile}/faults`, { faulted: [3] })).body).toMatchObject({ faults: { faulted: [3] } });
  expect((await ask(`${pile}/faults`, { nonsense: 1 })).status).toBe(400);
  expect((await ask(`${pile}/plug`, { outlet: 1, battery: { model: '9V' } })).status).toBe(400);
  expect((await ask(`${url}/piles/30000`)).status).toBe(404);
});

test('a fleet that is shut down says what it was doing', async () => {
  await run(1, 1000);
  const pile = fleet?.piles.get('20001');
  pile?.plug(1);
  await pile?.tapCard(1, 'card');
  await csms.nextCall('StartTransaction');
  await fleet?.shutdown();
  expect(csms.calls('StopTransaction')).toMatchObject([{ reason: 'PowerLoss' }]);
  await csms.until('gone', () => csms.sockets[0]?.readyState === 3);
});

test('a list of piles is checked entry by entry', () => {
  expect(parsePileListings([{ identity: '20001', key: 'k' }])).toEqual([
    { identity: '20001', key: 'k', outlets: 10, ratedPowerW: 800 },
  ]);
  expect(() => parsePileListings({})).toThrow('array');
  expect(() => parsePileListings([{ identity: '20001', key: 'k', outlets: 0 }])).toThrow('pile 0');
});
