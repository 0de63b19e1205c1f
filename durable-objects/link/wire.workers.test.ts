import { expect, test } from 'vitest';
import { ask, buildCharger } from '../../tests/workers/city.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';

async function connected(options: { boot?: boolean } = {}) {
  const charger = await buildCharger();
  return { charger, pile: await TestPile.connect(charger.dtuNumber, options) };
}

const status = (connectorId: unknown, more: object = {}) => ({
  connectorId,
  status: 'Available',
  errorCode: 'NoError',
  ...more,
});

test('what is no JSON, no array or has no readable id is dropped and counted; the link goes on', async () => {
  const { charger, pile } = await connected();
  for (const text of [
    '',
    'hello',
    '{"a":1}',
    '42',
    'null',
    '[',
    '[]',
    '[2]',
    '[2,7,"Heartbeat",{}]',
    '[9]',
    '\u0000',
  ])
    pile.say(text);
  expect(await pile.call('Heartbeat', {})).toMatchObject([
    3,
    expect.any(String),
    { currentTime: expect.any(String) },
  ]);
  expect(pile.received.filter((frame) => frame[0] === 4)).toEqual([]);
  expect(await ask(charger.chargerId).snapshot()).toMatchObject({ malformedMessages: 11 });
});

test('what is wrong in its shape and has an id is answered with why', async () => {
  const { pile } = await connected();
  const answers: [string, string][] = [
    ['[2,"short","Heartbeat"]', 'ProtocolError'],
    ['[2,"long","Heartbeat",{},{}]', 'ProtocolError'],
    ['[2,"no-action",7,{}]', 'FormationViolation'],
    ['[2,"no-object","Heartbeat",[]]', 'FormationViolation'],
  ];
  for (const [text] of answers) pile.say(text);
  await pile.call('Heartbeat', {});
  const refusals = pile.received.filter((frame) => frame[0] === 4);
  expect(refusals.map(([, id, code]) => [id, code])).toEqual(
    answers.map(([text, code]) => [(JSON.parse(text) as unknown[])[1], code]),
  );
});

test('each way to break the standard gets the code the standard has for it', async () => {
  const { pile } = await connected();
  const sample = (value: string) => ({
    connectorId: 1,
    meterValue: [{ timestamp: '2031-01-01T00:00:00Z', sampledValue: [{ value }] }],
  });
  const cases: [string, object, string][] = [
    ['MakeCoffee', {}, 'NotImplemented'],
    ['heartbeat', {}, 'NotImplemented'],
    ['RemoteStartTransaction', { idTag: 'A' }, 'NotSupported'],
    ['Reset', { type: 'Hard' }, 'NotSupported'],
    ['StatusNotification', { status: 'Available', errorCode: 'NoError' }, 'OccurenceConstraintViolation'],
    ['StatusNotification', status('one'), 'TypeConstraintViolation'],
    ['StatusNotification', status(1, { timestamp: 'yesterday' }), 'TypeConstraintViolation'],
    ['StatusNotification', status(1, { status: 'Sleeping' }), 'PropertyConstraintViolation'],
    ['Authorize', { idTag: 'x'.repeat(21) }, 'PropertyConstraintViolation'],
    ['Authorize', { idTag: 'x', mood: 'good' }, 'FormationViolation'],
    [
      'StartTransaction',
      { connectorId: 1, idTag: 'x'.repeat(21), meterStart: 0, timestamp: '2031-01-01T00:00:00Z' },
      'PropertyConstraintViolation',
    ],
    [
      'StopTransaction',
      { transactionId: 1, meterStop: 0.5, timestamp: '2031-01-01T00:00:00Z' },
      'TypeConstraintViolation',
    ],
  ];
  for (const [action, payload, code] of cases) {
    const [type, , answered, description] = await pile.call(action, payload);
    expect([type, answered], `${action} ${JSON.stringify(payload)}: ${description}`).toEqual([4, code]);
  }
  // A value that only a wrong float check would refuse: 8.1 is a multiple of 0.1.
  expect(await pile.call('MeterValues', sample('8.1'))).toMatchObject([3, expect.any(String), {}]);
});

test('a charging profile of 8.1 A goes out: it is a multiple of 0.1', async () => {
  const { charger, pile } = await connected();
  pile.answers = { SetChargingProfile: { status: 'Accepted' } };
  const payload = {
    connectorId: 1,
    csChargingProfiles: {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.1 }] },
    },
  };
  const command = { commandId: 'c1', action: 'SetChargingProfile', payload, by: 'staff' };
  expect(await ask(charger.chargerId).sendCommand(command)).toMatchObject({ status: 'answered' });
  const finer = structuredClone(payload);
  finer.csChargingProfiles.chargingSchedule.chargingSchedulePeriod = [{ startPeriod: 0, limit: 8.15 }];
  expect(
    await ask(charger.chargerId).sendCommand({ ...command, commandId: 'c2', payload: finer }),
  ).toMatchObject({ status: 'invalid' });
  expect(pile.commands('SetChargingProfile')).toHaveLength(1);
});

test('before it has booted a device is served its BootNotification and nothing else', async () => {
  const { pile } = await connected({ boot: false });
  expect((await pile.call('Heartbeat', {}))[2]).toBe('SecurityError');
  expect((await pile.status(1, 'Available'))[2]).toBe('SecurityError');
  expect((await pile.call('BootNotification', { chargePointVendor: 'Test' }))[2]).toBe(
    'OccurenceConstraintViolation',
  );
  expect((await pile.call('Heartbeat', {}))[2]).toBe('SecurityError');
  const boot = await pile.call('BootNotification', { chargePointVendor: 'Test', chargePointModel: 'T1' });
  expect(boot).toMatchObject([3, expect.any(String), { status: 'Accepted', interval: expect.any(Number) }]);
  const { currentTime } = boot[2] as { currentTime: string };
  expect(Math.abs(Date.parse(currentTime) - Date.now())).toBeLessThan(5_000);
  expect(await pile.status(1, 'Available')).toMatchObject([3, expect.any(String), {}]);
});

test('one message over 64 KB ends the connection with 1009, one of exactly 64 KB does not', async () => {
  const { charger, pile } = await connected();
  const padded = (bytes: number) => {
    const [head, tail] = ['[2,"big","DataTransfer",{"vendorId":"v","data":"', '"}]'];
    return `${head}${'x'.repeat(bytes - head.length - tail.length)}${tail}`;
  };
  pile.say(padded(64 * 1024));
  await pile.call('Heartbeat', {});
  expect(pile.received.some((frame) => frame[1] === 'big' && frame[0] === 3)).toBe(true);
  await pile.status(1, 'Available');
  pile.say(padded(64 * 1024 + 1));
  // What follows it on the same socket is not heard any more.
  pile.say(JSON.stringify([2, 'after', 'StatusNotification', status(1, { status: 'Faulted' })]));
  expect(await pile.untilClosed()).toMatchObject({ code: 1009 });
  expect(await ask(charger.chargerId).snapshot()).toMatchObject({ outlets: [{ status: 'Available' }, {}] });
});

test('characters are measured in bytes', async () => {
  const { pile } = await connected();
  pile.say(`[2,"big","DataTransfer",{"vendorId":"v","data":"${'电'.repeat(22_000)}"}]`);
  expect(await pile.untilClosed()).toMatchObject({ code: 1009 });
});

test('binary ends the connection with 1003', async () => {
  const { pile } = await connected();
  pile.socket.send(new Uint8Array([1, 2, 3]));
  expect(await pile.untilClosed()).toMatchObject({ code: 1003 });
});

test('a flood ends the connection with 1008; nothing of it is answered after that, and the device may come back', async () => {
  const { charger, pile } = await connected();
  for (let sent = 0; sent < 1_500; sent += 1) pile.say(`[2,"f${sent}","Heartbeat",{}]`);
  expect(await pile.untilClosed()).toMatchObject({ code: 1008 });
  const answered = pile.received.length;
  expect(answered).toBeGreaterThanOrEqual(499);
  expect(answered).toBeLessThan(1_400);
  await eventually(async () =>
    expect(await ask(charger.chargerId).snapshot()).toMatchObject({ connected: false }),
  );
  const back = await TestPile.connect(charger.dtuNumber);
  expect(await back.call('Heartbeat', {})).toMatchObject([3, expect.any(String), {}]);
});

test('a burst as large as a reconnecting pile’s is no flood', async () => {
  const { charger, pile } = await connected();
  await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      pile.status(1 + (index % 2), index % 4 < 2 ? 'Available' : 'Preparing'),
    ),
  );
  expect(pile.closed).toBeNull();
  expect(await ask(charger.chargerId).snapshot()).toMatchObject({
    outlets: [{ status: 'Preparing' }, { status: 'Preparing' }],
  });
});

test('a repeated message id is answered again; a result for nothing is ignored', async () => {
  const { charger, pile } = await connected();
  await pile.call('StatusNotification', status(1), 'same');
  expect(await pile.call('StatusNotification', status(1), 'same')).toEqual([3, 'same', {}]);
  pile.say('[3,"never-asked",{"status":"Accepted"}]');
  pile.say('[4,"never-asked","GenericError","",{}]');
  pile.say('[3,"never-asked",[]]');
  expect(await pile.call('Heartbeat', {})).toMatchObject([3, expect.any(String), {}]);
  expect(await ask(charger.chargerId).snapshot()).toMatchObject({
    commandsWaiting: 0,
    outlets: [{ status: 'Available' }, {}],
  });
});

test('what a device tells of itself is kept, bounded, without its secrets', async () => {
  const { charger, pile } = await connected();
  for (let index = 0; index < 40; index += 1) {
    await pile.call('DataTransfer', { vendorId: `vendor-${index}`, data: 'x'.repeat(60_000) });
  }
  await pile.call('SecurityEventNotification', {
    type: 'SettingSystemTime',
    timestamp: '2031-01-01T00:00:00Z',
  });
  await pile.call('FirmwareStatusNotification', { status: 'Installed' });
  const snapshot = await ask(charger.chargerId).snapshot();
  expect(snapshot.notices).toHaveLength(30);
  expect(snapshot.notices.slice(-2)).toMatchObject([
    { action: 'SecurityEventNotification', payload: { type: 'SettingSystemTime' } },
    { action: 'FirmwareStatusNotification', payload: { status: 'Installed' } },
  ]);
  expect(JSON.stringify(snapshot.notices).length).toBeLessThan(30 * 4_500);
  expect(await pile.status(1, 'Available')).toMatchObject([3, expect.any(String), {}]);
});
