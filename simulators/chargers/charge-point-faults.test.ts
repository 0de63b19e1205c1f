import { expect, test } from 'vitest';
import { parseFaultOrder } from './faults.ts';
import { energyOf, sampleOf, testBench } from './test-bench.ts';

const bench = testBench();
const trigger = { requestedMessage: 'MeterValues', connectorId: 1 };

test('rejectRemoteStart and acceptThenSilent: no transaction either way', async () => {
  const { csms } = bench;
  const pile = await bench.online();
  pile.plug(1);
  pile.setFaults({ rejectRemoteStart: true });
  const start = () => csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' });
  expect(await start()).toEqual({ status: 'Rejected' });
  pile.setFaults({ rejectRemoteStart: false, acceptThenSilent: true });
  expect(await start()).toEqual({ status: 'Accepted' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(csms.calls('StartTransaction')).toEqual([]);
  pile.setFaults({ acceptThenSilent: false });
  await start();
  await csms.nextCall('StartTransaction');
});

test('neverAnswer leaves the central system waiting while the pile goes on talking', async () => {
  const { csms } = bench;
  const pile = await bench.online();
  pile.setFaults({ neverAnswer: true });
  await expect(csms.call('ClearCache', {}, 100)).rejects.toThrow('not answered');
  pile.plug(1);
  await csms.until('still talking', () => csms.statuses(1).at(-1) === 'Preparing');
});

test('dropSocket stays away for the time told and comes back by itself', async () => {
  const { csms } = bench;
  const pile = await bench.online();
  const since = csms.received.length;
  const at = Date.now();
  pile.setFaults({ dropSocket: 0.4 });
  expect(pile.online).toBe(false);
  const back = await csms.nextCall('StatusNotification', since);
  expect(back.at - at).toBeGreaterThanOrEqual(390);
  await csms.until('every outlet', () => csms.received.length >= since + 3);
});

test('a server that goes away is dialled again', async () => {
  const { csms } = bench;
  const pile = await bench.online();
  csms.sockets[0]?.close(1012, 'restart');
  await csms.until('a second socket', () => csms.sockets.length === 2 && pile.online);
  expect(csms.calls('BootNotification')).toHaveLength(1);
});

test('ghostSocket: a second socket speaks while the first stands open and silent', async () => {
  const { csms } = bench;
  const pile = await bench.charging();
  pile.setFaults({ ghostSocket: true });
  await csms.until('back', () => csms.sockets.length === 2 && pile.online);
  expect(csms.sockets[0]?.readyState).toBe(1);
  const since = csms.received.length;
  pile.unplug(1);
  expect((await csms.nextCall('StopTransaction', since)).socket).toBe(1);
  csms.sockets[0]?.close(1000, 'superseded');
  await csms.call('ClearCache', {});
  expect(csms.sockets).toHaveLength(2);
});

test('overPower and overTemperature show in the samples', async () => {
  const { csms } = bench;
  const pile = await bench.charging();
  pile.setFaults({ overPower: true, overTemperature: true });
  await csms.call('TriggerMessage', trigger);
  const { payload } = await csms.nextCall('MeterValues');
  expect(Number(sampleOf(payload, 'Power.Active.Import')?.value)).toBeCloseTo(1040, 0);
  expect(sampleOf(payload, 'Temperature')).toMatchObject({ value: '86.0', unit: 'Celsius' });
});

test('meterReset, meterBackwards and kWhUnits: registers a real fleet sends', async () => {
  const { csms } = bench;
  const pile = await bench.charging();
  const read = async (order: number) => {
    await csms.call('TriggerMessage', trigger);
    const payload = await csms.until('sample', () => csms.calls('MeterValues')[order]);
    return { energy: energyOf(payload), unit: sampleOf(payload, 'Energy.Active.Import.Register')?.unit };
  };
  const first = await read(0);
  expect(first.energy).toBeGreaterThanOrEqual(10_000);
  pile.setFaults({ kWhUnits: true });
  const inKWh = await read(1);
  expect(inKWh.unit).toBe('kWh');
  expect(inKWh.energy).toBeCloseTo(first.energy / 1000, 2);
  pile.setFaults({ kWhUnits: false, meterBackwards: true });
  const back = [(await read(2)).energy, (await read(3)).energy];
  expect(back[0]).toBeLessThan(first.energy);
  expect(back[1]).toBeLessThan(Number(back[0]));
  pile.setFaults({ meterBackwards: false, meterReset: true });
  expect((await read(4)).energy).toBeLessThan(5);
  pile.unplug(1);
  const stop = (await csms.nextCall('StopTransaction')).payload;
  expect(Number(stop.meterStop)).toBeLessThan(Number(csms.calls('StartTransaction')[0]?.meterStart));
});

test('clockSkewMs moves every timestamp, whatever time the central system tells', async () => {
  const { csms } = bench;
  const pile = await bench.online();
  pile.setFaults({ clockSkewMs: -3_600_000 });
  pile.plug(1);
  const { payload, at } = await csms.nextCall(
    'StatusNotification',
    0,
    ({ status }) => status === 'Preparing',
  );
  expect(at - Date.parse(String(payload.timestamp))).toBeGreaterThan(3_590_000);
});

test('a pile with a wrong clock sets it by the answer to its registration', async () => {
  const { csms } = bench;
  const pile = await bench.online({ clock: () => Date.now() - 86_400_000 });
  pile.plug(1);
  const { payload, at } = await csms.nextCall(
    'StatusNotification',
    0,
    ({ status }) => status === 'Preparing',
  );
  expect(Math.abs(at - Date.parse(String(payload.timestamp)))).toBeLessThan(2500);
});

test.each([
  ['new-id', 2],
  ['same-id', 1],
] as const)('duplicateMessages %s: transaction messages come twice', async (duplicateMessages, ids) => {
  const { csms } = bench;
  const pile = await bench.online();
  pile.setFaults({ duplicateMessages });
  pile.plug(1);
  await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' });
  await csms.until('twice', () => csms.calls('StartTransaction').length === 2);
  const starts = csms.received.filter(({ action }) => action === 'StartTransaction');
  expect(new Set(starts.map(({ id }) => id)).size).toBe(ids);
  expect(starts[0]?.payload).toEqual(starts[1]?.payload);
});

test('a fault ends the charge, shows its code, refuses starts, and is mended', async () => {
  const { csms } = bench;
  const pile = await bench.charging();
  pile.setFaults({ faulted: [1], faultCode: 'GroundFailure' });
  expect((await csms.nextCall('StopTransaction')).payload).toMatchObject({ reason: 'Other' });
  const told = await csms.nextCall('StatusNotification', 0, ({ status }) => status === 'Faulted');
  expect(told.payload).toMatchObject({ connectorId: 1, errorCode: 'GroundFailure' });
  expect(await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'x' })).toEqual({
    status: 'Rejected',
  });
  expect(csms.statuses(2)).toEqual(['Available']);
  pile.setFaults({ faulted: false });
  pile.unplug(1);
  await csms.until('mended', () => csms.statuses(1).at(-1) === 'Available');
});

test('switches from outside are checked', () => {
  expect(parseFaultOrder({ overPower: true, dropSocket: 3 })).toEqual({ overPower: true, dropSocket: 3 });
  expect(parseFaultOrder({ overPower: 'yes' })).toContain('overPower');
  expect(parseFaultOrder({ explode: true })).toContain('explode');
  expect(parseFaultOrder({ constructor: 1 })).toContain('unknown');
  expect(parseFaultOrder([])).toContain('object');
});
