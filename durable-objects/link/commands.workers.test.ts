import { env, runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, expect, test, vi } from 'vitest';
import { SECOND } from '../../domain/units.ts';
import { CENTRAL_SYSTEM_ACTIONS } from '../../protocols/ocpp/ocpp16/actions.ts';
import { ask, buildCharger, call, fillWallet, objectOf, type TestCharger } from '../../tests/workers/city.ts';
import { signInRider, signInStaff } from '../../tests/workers/sign-in.ts';
import { eventually, TestPile } from '../../tests/workers/test-pile.ts';
import { passTime, ringDueAlarms, stopClock } from '../charger/clock.test-support.ts';

afterEach(() => void vi.useRealTimers());

const LATER = '2031-01-01T00:00:00Z';

/** Every operation of the central system: what is asked, and how a device may answer. */
const OPERATIONS: Record<string, readonly [payload: object, answer: object]> = {
  ChangeAvailability: [{ connectorId: 0, type: 'Operative' }, { status: 'Scheduled' }],
  ChangeConfiguration: [{ key: 'MeterValueSampleInterval', value: '60' }, { status: 'RebootRequired' }],
  ClearCache: [{}, { status: 'Accepted' }],
  DataTransfer: [{ vendorId: 'com.example', data: 'x' }, { status: 'UnknownVendorId' }],
  GetConfiguration: [
    {},
    { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '3600' }] },
  ],
  RemoteStartTransaction: [{ idTag: 'A-TEST-CARD' }, { status: 'Rejected' }],
  RemoteStopTransaction: [{ transactionId: 4_711 }, { status: 'Rejected' }],
  Reset: [{ type: 'Soft' }, { status: 'Accepted' }],
  UnlockConnector: [{ connectorId: 1 }, { status: 'NotSupported' }],
  GetDiagnostics: [{ location: 'ftp://files.example/in' }, { fileName: 'log.zip' }],
  UpdateFirmware: [{ location: 'https://files.example/fw.bin', retrieveDate: LATER }, {}],
  GetLocalListVersion: [{}, { listVersion: 0 }],
  SendLocalList: [{ listVersion: 1, updateType: 'Full' }, { status: 'Accepted' }],
  CancelReservation: [{ reservationId: 1 }, { status: 'Rejected' }],
  ReserveNow: [{ connectorId: 1, expiryDate: LATER, idTag: 'A', reservationId: 1 }, { status: 'Occupied' }],
  ClearChargingProfile: [{}, { status: 'Unknown' }],
  GetCompositeSchedule: [{ connectorId: 1, duration: 60 }, { status: 'Rejected' }],
  SetChargingProfile: [
    {
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 1,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Relative',
        chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.1 }] },
      },
    },
    { status: 'Accepted' },
  ],
  TriggerMessage: [{ requestedMessage: 'StatusNotification', connectorId: 1 }, { status: 'Accepted' }],
  CertificateSigned: [{ certificateChain: 'PEM' }, { status: 'Accepted' }],
  DeleteCertificate: [
    {
      certificateHashData: {
        hashAlgorithm: 'SHA256',
        issuerNameHash: 'a',
        issuerKeyHash: 'b',
        serialNumber: '1',
      },
    },
    { status: 'NotFound' },
  ],
  ExtendedTriggerMessage: [{ requestedMessage: 'Heartbeat' }, { status: 'NotImplemented' }],
  GetInstalledCertificateIds: [{ certificateType: 'CentralSystemRootCertificate' }, { status: 'NotFound' }],
  GetLog: [
    { logType: 'SecurityLog', requestId: 1, log: { remoteLocation: 'https://files.example/in' } },
    { status: 'Accepted' },
  ],
  InstallCertificate: [
    { certificateType: 'ManufacturerRootCertificate', certificate: 'PEM' },
    { status: 'Rejected' },
  ],
  SignedUpdateFirmware: [
    {
      requestId: 1,
      firmware: {
        location: 'https://files.example/fw',
        retrieveDateTime: LATER,
        signingCertificate: 'PEM',
        signature: 's',
      },
    },
    { status: 'Accepted' },
  ],
};

async function connected() {
  const charger = await buildCharger();
  const pile = await TestPile.connect(charger.dtuNumber);
  const operator = await signInStaff('operations');
  return { charger, pile, operator, token: operator.token };
}

const send = (charger: TestCharger, token: string, action: string, payload: object, more: object = {}) =>
  call('POST', `/v1/admin/chargers/${charger.chargerId}/commands`, {
    token,
    body: { action, payload, ...more },
  });

const sentCommands = async (charger: TestCharger, token: string) => {
  const { body } = await call('GET', `/v1/admin/chargers/${charger.chargerId}/commands`, { token });
  return (body as { items: Record<string, unknown>[] }).items;
};

test('every operation of the central system reaches the device as its frame, and its answer comes back', async () => {
  const { charger, pile, operator, token } = await connected();
  expect(Object.keys(OPERATIONS).toSorted()).toEqual([...CENTRAL_SYSTEM_ACTIONS].toSorted());
  pile.answers = Object.fromEntries(
    Object.entries(OPERATIONS).map(([action, [, answer]]) => [action, answer]),
  );
  for (const [action, [payload, answer]] of Object.entries(OPERATIONS)) {
    const reply = await send(charger, token, action, payload);
    expect(reply, action).toMatchObject({ status: 200, body: { response: answer } });
    expect(await pile.told(action), action).toEqual(payload);
  }
  const log = await sentCommands(charger, token);
  expect(log.map(({ action, by, status }) => ({ action, by, status }))).toEqual(
    Object.keys(OPERATIONS).map((action) => ({ action, by: operator.id, status: 'answered' })),
  );
});

test('an error of the device, and an answer against the standard, are errors', async () => {
  const { charger, pile, token } = await connected();
  pile.answers = { ClearCache: { status: 'Perhaps' } };
  expect(await send(charger, token, 'ClearCache', {})).toMatchObject({
    status: 502,
    body: { error: { code: 'device_error' } },
  });
  pile.answers = {};
  const asked = send(charger, token, 'Reset', { type: 'Hard' });
  await pile.told('Reset');
  pile.say(JSON.stringify([4, pile.commands('Reset')[0]?.[1], 'InternalError', 'out of order', {}]));
  expect(await asked).toMatchObject({
    status: 502,
    body: {
      error: {
        code: 'device_error',
        details: { response: { code: 'InternalError', description: 'out of order' } },
      },
    },
  });
  expect(await sentCommands(charger, token)).toMatchObject([{ status: 'error' }, { status: 'error' }]);
});

test('an answer that never comes is a time-out, and one that comes later is nothing', async () => {
  stopClock();
  const { charger, pile, token } = await connected();
  const asked = send(charger, token, 'Reset', { type: 'Hard' }, { timeoutMs: 5_000 });
  await pile.told('Reset');
  passTime(4 * SECOND);
  await ringDueAlarms(charger.chargerId);
  expect(await sentCommands(charger, token)).toMatchObject([{ status: 'pending' }]);
  passTime(SECOND);
  await runDurableObjectAlarm(objectOf(charger.chargerId));
  expect(await asked).toMatchObject({ status: 504, body: { error: { code: 'device_timeout' } } });
  pile.say(JSON.stringify([3, pile.commands('Reset')[0]?.[1], { status: 'Accepted' }]));
  await pile.call('Heartbeat', {});
  expect(await sentCommands(charger, token)).toMatchObject([{ status: 'timeout', response: null }]);
});

test('what cannot be sent is refused: no connection, a payload or an action the standard does not have', async () => {
  const { charger, pile, token } = await connected();
  expect(await send(charger, token, 'Reset', { type: 'Gently' })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_request' } },
  });
  expect(await send(charger, token, 'Heartbeat', {})).toMatchObject({ status: 400 });
  expect(await send(charger, token, 'Reset', { type: 'Soft' }, { timeoutMs: 1 })).toMatchObject({
    status: 400,
  });
  pile.close();
  await eventually(async () =>
    expect(await ask(charger.chargerId).snapshot()).toMatchObject({ connected: false }),
  );
  expect(await send(charger, token, 'Reset', { type: 'Soft' })).toMatchObject({
    status: 409,
    body: { error: { code: 'device_offline' } },
  });
  expect(pile.commands('Reset')).toHaveLength(0);
});

test('one command is out at a time, sixteen wait, the next is refused; a lost connection ends them all', async () => {
  const { charger, pile, token } = await connected();
  pile.answers = {};
  const asked = Array.from({ length: 17 }, () => send(charger, token, 'ClearCache', {}));
  await eventually(async () =>
    expect(await ask(charger.chargerId).snapshot()).toMatchObject({ commandsWaiting: 17 }),
  );
  expect(pile.commands('ClearCache')).toHaveLength(1);
  expect(await send(charger, token, 'ClearCache', {})).toMatchObject({
    status: 409,
    body: { error: { code: 'device_busy' } },
  });
  pile.close();
  for (const reply of await Promise.all(asked)) {
    expect(reply).toMatchObject({ status: 409, body: { error: { code: 'device_offline' } } });
  }
  const statuses = (await sentCommands(charger, token)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual(['lost', ...Array.from({ length: 16 }, () => 'offline')]);
});

test('who may not: no permission, another’s charger, a decommissioned one', async () => {
  const { charger, pile } = await connected();
  const clerk = await signInStaff('finance');
  expect(await send(charger, clerk.token, 'Reset', { type: 'Soft' })).toMatchObject({ status: 403 });
  const agent = await signInStaff('agent', { kind: 'agent', agentId: 'of-another-town' });
  expect(await send(charger, agent.token, 'Reset', { type: 'Soft' })).toMatchObject({
    status: 404,
    body: { error: { code: 'out_of_scope' } },
  });
  expect(
    await call('GET', `/v1/admin/chargers/${charger.chargerId}/commands`, { token: agent.token }),
  ).toMatchObject({ status: 404 });
  const own = await buildCharger({ agentId: 'of-this-town' });
  const its = await TestPile.connect(own.dtuNumber);
  its.answers = { Reset: { status: 'Accepted' } };
  const local = await signInStaff('agent', { kind: 'agent', agentId: 'of-this-town' });
  expect(await send(own, local.token, 'Reset', { type: 'Soft' })).toMatchObject({ status: 200 });
  expect(pile.commands('Reset')).toHaveLength(0);
  await env.DB.prepare("UPDATE chargers SET status = 'decommissioned' WHERE id = ?")
    .bind(own.chargerId)
    .run();
  expect(await send(own, local.token, 'Reset', { type: 'Soft' })).toMatchObject({
    body: { error: { code: 'device_decommissioned' } },
  });
  expect(its.commands('Reset')).toHaveLength(1);
});

test('secrets of a command are sent and not kept', async () => {
  const { charger, pile, token } = await connected();
  pile.answers = { ChangeConfiguration: { status: 'Accepted' } };
  const payload = { key: 'AuthorizationKey', value: 'the-new-key-of-the-device' };
  await send(charger, token, 'ChangeConfiguration', payload);
  expect(await pile.told('ChangeConfiguration')).toEqual(payload);
  expect(JSON.stringify(await sentCommands(charger, token))).not.toContain('the-new-key');
});

test('what the rules decide goes out before what staff have asked for (D6)', async () => {
  stopClock();
  const { charger, pile, token } = await connected();
  pile.answers = { RemoteStartTransaction: { status: 'Accepted' } };
  const { transactionId } = await begin(charger, pile);
  const asked = Array.from({ length: 3 }, () => send(charger, token, 'ClearCache', {}));
  await eventually(async () =>
    expect(await ask(charger.chargerId).snapshot()).toMatchObject({ commandsWaiting: 3 }),
  );
  await pile.meter(1, transactionId, Date.now(), 1_010, 600, 75);
  expect(pile.commands('RemoteStopTransaction')).toHaveLength(0);
  await pile.answer('ClearCache', { status: 'Accepted' });
  expect(await pile.told('RemoteStopTransaction')).toEqual({ transactionId });
  expect(pile.commands('ClearCache')).toHaveLength(1);
  await pile.answer('RemoteStopTransaction', { status: 'Accepted' });
  await pile.answer('ClearCache', { status: 'Accepted' }, 2);
  await pile.answer('ClearCache', { status: 'Accepted' }, 3);
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('a start that is cancelled while its frame waits in line is never sent (D2)', async () => {
  const { charger, pile, token } = await connected();
  pile.answers = {};
  const slow = send(charger, token, 'ClearCache', {});
  await pile.told('ClearCache');
  await pile.status(1, 'Available');
  const { orderId, rider } = await start(charger);
  expect(
    (await call('POST', `/v1/rider/charging-orders/${orderId}/stop`, { token: rider.token })).status,
  ).toBe(202);
  await pile.answer('ClearCache', { status: 'Accepted' });
  expect((await slow).status).toBe(200);
  expect(pile.commands('RemoteStartTransaction')).toHaveLength(0);
  expect(await ask(charger.chargerId).snapshot()).toMatchObject({ commandsWaiting: 0 });
});

async function start(charger: TestCharger) {
  const rider = await signInRider();
  await fillWallet(rider.id, 1_000);
  const started = await call('POST', '/v1/rider/charging-orders', {
    token: rider.token,
    headers: { 'Idempotency-Key': 'the-one-charge' },
    body: {
      outletId: `${charger.chargerId}-1`,
      limit: { kind: 'full' },
      tariffVersionId: charger.tariffVersionId,
    },
  });
  expect(started.status).toBe(201);
  return { rider, orderId: (started.body as { id: string }).id };
}

async function begin(charger: TestCharger, pile: TestPile) {
  await pile.status(1, 'Available');
  await start(charger);
  const { idTag } = await pile.told('RemoteStartTransaction');
  const [, , conf] = await pile.call('StartTransaction', {
    connectorId: 1,
    idTag,
    meterStart: 1_000,
    timestamp: new Date(Date.now()).toISOString(),
  });
  return conf as { transactionId: number };
}

test('frames are kept only while somebody asked for them, masked, the newest two hundred', async () => {
  const { charger, pile, token } = await connected();
  const path = `/v1/admin/chargers/${charger.chargerId}`;
  const frames = async () => {
    const { body } = await call('GET', `${path}/frames`, { token });
    return body as { until: number | null; items: { direction: string; frame: string }[] };
  };
  await pile.call('Heartbeat', {});
  expect(await frames()).toEqual({ until: null, items: [] });
  expect((await call('PUT', `${path}/frame-log`, { token, body: { minutes: 5 } })).status).toBe(200);
  await pile.call('Authorize', { idTag: 'SECRET-TAG-OF-A-MAN' });
  pile.say('not json at all');
  await pile.call('Heartbeat', {});
  const { until, items } = await frames();
  expect(until).toBeGreaterThan(Date.now());
  expect(items.map(({ direction }) => direction)).toEqual(['in', 'out', 'in', 'in', 'out']);
  expect(JSON.stringify(items)).not.toContain('SECRET-TAG');
  expect(items[0]?.frame).toContain('Authorize');
  for (let index = 0; index < 120; index += 1) pile.say(`[2,"h${index}","Heartbeat",{}]`);
  await pile.call('Heartbeat', {});
  expect((await frames()).items).toHaveLength(200);
  expect((await call('PUT', `${path}/frame-log`, { token, body: { minutes: 0 } })).status).toBe(200);
  await pile.call('Heartbeat', {});
  expect(await frames()).toEqual({ until: null, items: [] });
  expect((await call('PUT', `${path}/frame-log`, { token, body: { minutes: 241 } })).status).toBe(400);
});

test('the frame log ends by itself', async () => {
  stopClock();
  const { charger, pile, token } = await connected();
  await call('PUT', `/v1/admin/chargers/${charger.chargerId}/frame-log`, { token, body: { minutes: 1 } });
  await pile.call('Heartbeat', {});
  passTime(61 * SECOND);
  await pile.call('Heartbeat', {});
  expect(await ask(charger.chargerId).frames()).toHaveLength(2);
});
