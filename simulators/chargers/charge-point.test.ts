import { expect, test } from 'vitest';
import { createBattery } from './battery.ts';
import { energyOf, testBench } from './test-bench.ts';

const bench = testBench();

test('a pile authenticates, registers, shows its outlets and beats as it is told', async () => {
  const { csms } = bench;
  csms.heartbeatInterval = 1;
  await bench.online();
  expect(csms.authorizations).toEqual(['20001:a-key-of-this-pile']);
  expect(csms.received[0]?.action).toBe('BootNotification');
  expect([0, 1, 2].map((id) => csms.statuses(id))).toEqual([['Available'], ['Available'], ['Available']]);
  await csms.until('two beats', () => csms.calls('Heartbeat').length >= 2);
});

test('a pile whose registration is pending asks again and sends nothing else', async () => {
  const { csms } = bench;
  let asked = 0;
  csms.answers.set('BootNotification', () => {
    asked += 1;
    return asked === 1
      ? { status: 'Pending', currentTime: new Date().toISOString(), interval: 1 }
      : undefined;
  });
  bench.pile();
  await csms.nextCall('StatusNotification');
  expect(csms.received.slice(0, 2).map(({ action }) => action)).toEqual([
    'BootNotification',
    'BootNotification',
  ]);
});

test.each([
  ['stop-other', 'Other'],
  ['stop-ev-disconnected', 'EVDisconnected'],
] as const)(
  'a whole charge until full, ended by the pile itself: %s',
  async (whenFull, reason) => {
    const { csms } = bench;
    // 6000 s of battery time a second: four hours in under three seconds.
    const p = await bench.online({ speed: 6000, whenFull });
    await csms.call('ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '1' });
    p.plug(1, createBattery('rider', { model: '48V20Ah', soc: 0.75 }));
    expect(await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' })).toEqual({
      status: 'Accepted',
    });

    const stop = await csms.until('stop', () => csms.calls('StopTransaction')[0], 15_000);
    await csms.until('finishing', () => csms.statuses(1).includes('Finishing'));
    p.unplug(1);
    await csms.until('available again', () => csms.statuses(1).at(-1) === 'Available');

    const [start] = csms.calls('StartTransaction');
    const samples = csms.calls('MeterValues');
    expect(csms.statuses(1)).toEqual([
      'Available',
      'Preparing',
      'Charging',
      'SuspendedEV',
      'Finishing',
      'Available',
    ]);
    expect(start).toMatchObject({ connectorId: 1, idTag: 'order-1' });
    expect(stop).toMatchObject({ transactionId: 101, reason });
    expect(samples.length).toBeGreaterThan(1);
    expect(samples.every((payload) => payload.transactionId === 101 && payload.connectorId === 1)).toBe(true);
    const registers = [Number(start?.meterStart), ...samples.map(energyOf), Number(stop.meterStop)];
    expect(registers).toEqual([...registers].sort((a, b) => a - b));
    // A quarter of 960 Wh, and what the charger loses.
    expect(Number(stop.meterStop) - Number(start?.meterStart)).toBeGreaterThan(240);
    expect(Number(stop.meterStop) - Number(start?.meterStart)).toBeLessThan(340);
  },
  20_000,
);

test('a pile that stays suspended when full waits for the central system', async () => {
  const { csms } = bench;
  const p = await bench.online({ speed: 6000, whenFull: 'stay-suspended' });
  p.plug(1, createBattery('rider', { model: '48V12Ah', soc: 0.99 }));
  await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' });
  await csms.until('full', () => csms.statuses(1).includes('SuspendedEV'), 15_000);
  expect(csms.calls('StopTransaction')).toEqual([]);
  expect(await csms.call('RemoteStopTransaction', { transactionId: 101 })).toEqual({ status: 'Accepted' });
  expect((await csms.nextCall('StopTransaction')).payload).toMatchObject({
    transactionId: 101,
    reason: 'Remote',
  });
}, 20_000);

test('a remote start without a battery waits for one, then gives up', async () => {
  const { csms } = bench;
  const p = await bench.online();
  await csms.call('ChangeConfiguration', { key: 'ConnectionTimeOut', value: '1' });
  await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' });
  await csms.call('RemoteStartTransaction', { connectorId: 2, idTag: 'order-2' });
  await csms.until('preparing', () => csms.statuses(2).at(-1) === 'Preparing');
  p.plug(2);
  expect((await csms.nextCall('StartTransaction')).payload).toMatchObject({
    connectorId: 2,
    idTag: 'order-2',
  });
  await csms.until('given up', () => csms.statuses(1).at(-1) === 'Available');
  expect(csms.calls('StartTransaction')).toHaveLength(1);
});

test('a start the central system does not accept ends as DeAuthorized', async () => {
  const { csms } = bench;
  const p = await bench.online();
  csms.answers.set('StartTransaction', () => ({ transactionId: 7, idTagInfo: { status: 'Invalid' } }));
  p.plug(1);
  await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'stranger' });
  expect((await csms.nextCall('StopTransaction')).payload).toMatchObject({
    transactionId: 7,
    reason: 'DeAuthorized',
  });
});

test('a rider taps a card while the network is down: all of it arrives later, in order, with its own times', async () => {
  const { csms } = bench;
  const p = await bench.online({ speed: 600 });
  await csms.call('ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '1' });
  p.plug(1, createBattery('rider', { soc: 0.2 }));
  const since = csms.received.length;
  const wentDown = Date.now();
  p.setFaults({ dropSocket: 2.5 });
  expect(await p.tapCard(1, 'card-9')).toBe('started');
  await new Promise((resolve) => setTimeout(resolve, 1300));
  expect(await p.tapCard(1, 'card-9')).toBe('stopped');
  const stoppedAt = Date.now();
  expect(p.view().waitingMessages).toBeGreaterThanOrEqual(3);

  const stop = await csms.nextCall('StopTransaction', since);
  const told = csms.received.slice(since).filter(({ action }) => /Transaction|MeterValues/.test(action));
  const actions = told.map(({ action }) => action);
  expect(actions[0]).toBe('StartTransaction');
  expect(actions.at(-1)).toBe('StopTransaction');
  expect(new Set(actions.slice(1, -1))).toEqual(new Set(['MeterValues']));
  expect(told.slice(1).every(({ payload }) => payload.transactionId === -1)).toBe(true);
  const startedAt = Date.parse(String(told[0]?.payload.timestamp));
  expect(startedAt).toBeGreaterThanOrEqual(wentDown - 5);
  expect(Date.parse(String(stop.payload.timestamp))).toBeLessThanOrEqual(stoppedAt + 5);
  expect(stop.at - stoppedAt).toBeGreaterThan(500);
  expect(csms.calls('BootNotification')).toHaveLength(1);
});

test('a transaction that runs through a disconnection keeps the id it was given', async () => {
  const { csms } = bench;
  const p = await bench.online({ speed: 600 });
  p.plug(1, createBattery('rider', { soc: 0.2 }));
  await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' });
  await csms.until('charging', () => csms.statuses(1).includes('Charging'));
  p.setFaults({ dropSocket: 0.1 });
  p.unplug(1);
  const stop = await csms.nextCall('StopTransaction');
  expect(stop.payload).toMatchObject({ transactionId: 101, reason: 'EVDisconnected' });
});

test('an unanswered transaction message is tried again under a new message id, then given up', async () => {
  const { csms } = bench;
  const p = await bench.online({ callTimeoutMs: 60 });
  await csms.call('ChangeConfiguration', { key: 'TransactionMessageRetryInterval', value: '0' });
  await csms.call('ChangeConfiguration', { key: 'TransactionMessageAttempts', value: '2' });
  csms.answers.set('StartTransaction', () => 'silence');
  p.plug(1);
  await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' });
  await csms.until('two tries', () => csms.calls('StartTransaction').length === 2);
  const tries = csms.received.filter(({ action }) => action === 'StartTransaction');
  expect(tries[0]?.payload).toEqual(tries[1]?.payload);
  expect(tries[0]?.id).not.toBe(tries[1]?.id);
  p.unplug(1);
  // Its start was never heard, so its stop has no number to name.
  expect((await csms.nextCall('StopTransaction')).payload.transactionId).toBe(-1);
});

test('a central system that forgot the pile gets a BootNotification instead of lost messages', async () => {
  const { csms } = bench;
  const p = await bench.online();
  let refused = false;
  csms.answers.set('StartTransaction', () => {
    if (refused) return undefined;
    refused = true;
    return { errorCode: 'SecurityError' };
  });
  p.plug(1);
  await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' });
  await csms.until('started after all', () => csms.calls('StartTransaction').length === 2);
  expect(csms.calls('BootNotification')).toHaveLength(2);
});

test('a hard reset ends the charge, comes back with a boot and tells what happened', async () => {
  const { csms } = bench;
  const p = await bench.online();
  p.plug(1);
  await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' });
  await csms.until('charging', () => p.view().outlets[0]?.transaction?.transactionId === 101);
  const since = csms.received.length;
  expect(await csms.call('Reset', { type: 'Hard' })).toEqual({ status: 'Accepted' });
  const stop = await csms.nextCall('StopTransaction', since);
  expect(stop.payload).toMatchObject({ transactionId: 101, reason: 'HardReset' });
  expect(csms.received.slice(since).find(({ action }) => action === 'BootNotification')).toBeDefined();
  expect(csms.sockets).toHaveLength(2);
});

test('a soft reset first says what it stops', async () => {
  const { csms } = bench;
  const p = await bench.online();
  p.plug(1);
  await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'order-1' });
  await csms.until('charging', () => p.view().outlets[0]?.transaction?.transactionId === 101);
  const since = csms.received.length;
  await csms.call('Reset', { type: 'Soft' });
  await csms.nextCall('BootNotification', since);
  const actions = csms.received.slice(since).map(({ action }) => action);
  expect(actions.indexOf('StopTransaction')).toBeLessThan(actions.indexOf('BootNotification'));
  expect(csms.calls('StopTransaction')).toMatchObject([{ reason: 'SoftReset' }]);
});
