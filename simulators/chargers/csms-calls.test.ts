import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { certificateSigningRequest } from './certificates.ts';
import { testBench } from './test-bench.ts';

const bench = testBench();
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const soon = () => new Date(Date.now() - 1000).toISOString();

/** A self-signed P-256 root, valid until 2126. */
const ROOT = `-----BEGIN CERTIFICATE-----
MIIBjDCCATOgAwIBAgIEGis8TTAKBggqhkjOPQQDAjAjMQ0wCwYDVQQKDAREZW1v
MRIwEAYDVQQDDAlEZW1vIFJvb3QwIBcNMjYxMTIyMTYxNzMzWhgPMjEyNjEwMjkx
NjE3MzNaMCMxDTALBgNVBAoMBERlbW8xEjAQBgNVBAMMCURlbW8gUm9vdDBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABMDihaoB56E6J9yh3PlErDKUP4kUM+IRM1Ku
Inzq0FjMsvk5eYA3AgUtgRVnLsQ8LI0OwzYDnxDxhP3/FG1wJIejUzBRMB0GA1Ud
DgQWBBQWgyWdvQ680xCpVJDXiMbJRbRkVDAfBgNVHSMEGDAWgBQWgyWdvQ680xCp
VJDXiMbJRbRkVDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIEWe
prFBaeFg6QsaH2q9GQMfeG2mWcGt+z6FKgLpbXxaAiBcbW89yVqd+6PKbh8+VCyA
E4oDdVbgw7i/EO/4se0aUg==
-----END CERTIFICATE-----
`;

test('what the pile does not know or cannot read gets the right CALLERROR', async () => {
  const { csms } = bench;
  await bench.online();
  expect(await csms.call('MakeCoffee', {})).toBe('NotImplemented');
  expect(await csms.call('RemoteStopTransaction', {})).toBe('OccurrenceConstraintViolation');
  expect(await csms.call('RemoteStopTransaction', { transactionId: 'x' })).toBe('TypeConstraintViolation');
  csms.sockets[0]?.send('not json');
  csms.sockets[0]?.send('{"a":1}');
  expect(await csms.call('GetLocalListVersion', {})).toEqual({ listVersion: 0 });
});

test('the configuration is kept, checked, and hides the authorization key', async () => {
  const { csms } = bench;
  const pile = await bench.online();
  const change = (key: string, value: string) => csms.call('ChangeConfiguration', { key, value });
  expect(await change('MeterValueSampleInterval', '15')).toEqual({ status: 'Accepted' });
  expect(await change('MeterValueSampleInterval', '-1')).toEqual({ status: 'Rejected' });
  expect(await change('NumberOfConnectors', '9')).toEqual({ status: 'Rejected' });
  expect(await change('MeterValuesSampledData', 'SoC')).toEqual({ status: 'Rejected' });
  expect(await change('SecurityProfile', '2')).toEqual({ status: 'RebootRequired' });
  expect(await change('Nonsense', '1')).toEqual({ status: 'NotSupported' });
  expect(await csms.call('GetConfiguration', { key: ['MeterValueSampleInterval', 'Nonsense'] })).toEqual({
    configurationKey: [{ key: 'MeterValueSampleInterval', readonly: false, value: '15' }],
    unknownKey: ['Nonsense'],
  });
  expect(await change('AuthorizationKey', 'a-new-key-of-this-pile')).toEqual({ status: 'Accepted' });
  expect(JSON.stringify(await csms.call('GetConfiguration', {}))).not.toContain('a-new-key');
  pile.setFaults({ dropSocket: 0 });
  await csms.until('back', () => csms.authorizations.length === 2);
  expect(csms.authorizations[1]).toBe('20001:a-new-key-of-this-pile');
});

test('availability: at once when idle, after the charge when not', async () => {
  const { csms } = bench;
  await bench.charging();
  const change = (connectorId: number, type: string) =>
    csms.call('ChangeAvailability', { connectorId, type });
  expect(await change(0, 'Inoperative')).toEqual({ status: 'Scheduled' });
  await csms.until('pile and outlet 2', () => csms.statuses(2).at(-1) === 'Unavailable');
  expect(csms.statuses(0).at(-1)).toBe('Unavailable');
  expect(csms.statuses(1).at(-1)).toBe('Charging');
  await csms.call('RemoteStopTransaction', { transactionId: 101 });
  await csms.until('outlet 1 too', () => csms.statuses(1).at(-1) === 'Unavailable');
  expect(await csms.call('RemoteStartTransaction', { connectorId: 2, idTag: 'x' })).toEqual({
    status: 'Rejected',
  });
  expect(await change(0, 'Operative')).toEqual({ status: 'Accepted' });
  expect(await change(9, 'Operative')).toEqual({ status: 'Rejected' });
  await csms.until('back', () => csms.statuses(2).at(-1) === 'Available');
});

test('unlocking ends the charge; an unknown outlet has no lock', async () => {
  const { csms } = bench;
  await bench.charging();
  expect(await csms.call('UnlockConnector', { connectorId: 9 })).toEqual({ status: 'NotSupported' });
  expect(await csms.call('UnlockConnector', { connectorId: 1 })).toEqual({ status: 'Unlocked' });
  expect((await csms.nextCall('StopTransaction')).payload.reason).toBe('UnlockCommand');
});

test('triggers and pings of every kind are followed by the message', async () => {
  const { csms } = bench;
  await bench.online();
  for (const requestedMessage of [
    'BootNotification',
    'Heartbeat',
    'MeterValues',
    'DiagnosticsStatusNotification',
    'FirmwareStatusNotification',
    'StatusNotification',
  ]) {
    const since = csms.received.length;
    expect(await csms.call('TriggerMessage', { requestedMessage })).toEqual({ status: 'Accepted' });
    await csms.nextCall(requestedMessage, since);
    await csms.until(
      'quiet',
      () => csms.received.at(-1) && Date.now() - Number(csms.received.at(-1)?.at) > 30,
    );
  }
  expect(await csms.call('TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 7 })).toEqual({
    status: 'Rejected',
  });
  for (const [requestedMessage, action] of [
    ['LogStatusNotification', 'LogStatusNotification'],
    ['FirmwareStatusNotification', 'SignedFirmwareStatusNotification'],
    ['SignChargePointCertificate', 'SignCertificate'],
  ] as const) {
    await csms.call('ExtendedTriggerMessage', { requestedMessage });
    await csms.nextCall(action);
  }
  expect(String(csms.calls('SignCertificate')[0]?.csr)).toContain('BEGIN CERTIFICATE REQUEST');
  expect(await csms.call('DataTransfer', { vendorId: 'Demo', messageId: 'Echo', data: 'hi' })).toEqual({
    status: 'Accepted',
    data: 'hi',
  });
  expect(await csms.call('DataTransfer', { vendorId: 'Other' })).toEqual({ status: 'UnknownVendorId' });
  expect(await csms.call('ClearCache', {})).toEqual({ status: 'Accepted' });
});

test('firmware: fetched, installed, rebooted into the new version', async () => {
  const { csms } = bench;
  await bench.online();
  await csms.call('UpdateFirmware', {
    location: 'https://files.example/pile-2.7.1.bin',
    retrieveDate: soon(),
  });
  await csms.until('installed', () =>
    csms.calls('FirmwareStatusNotification').some(({ status }) => status === 'Installed'),
  );
  expect(csms.calls('FirmwareStatusNotification').map(({ status }) => status)).toEqual([
    'Downloading',
    'Downloaded',
    'Installing',
    'Installed',
  ]);
  expect(csms.calls('BootNotification').at(-1)?.firmwareVersion).toBe('2.7.1');
  await csms.call('UpdateFirmware', { location: 'nowhere', retrieveDate: soon() });
  await csms.until(
    'failed',
    () => csms.calls('FirmwareStatusNotification').at(-1)?.status === 'DownloadFailed',
  );
});

test('signed firmware is verified first; a bad certificate is refused and told', async () => {
  const { csms } = bench;
  await bench.online();
  const firmware = {
    location: 'https://files.example/pile-3.0.0.bin',
    retrieveDateTime: soon(),
    signingCertificate: ROOT,
    signature: 'c2lnbmF0dXJl',
  };
  const update = (requestId: number, more: object) =>
    csms.call('SignedUpdateFirmware', { requestId, firmware: { ...firmware, ...more } });
  expect(await update(1, { signingCertificate: 'junk' })).toEqual({ status: 'InvalidCertificate' });
  await csms.nextCall(
    'SecurityEventNotification',
    0,
    ({ type }) => type === 'InvalidFirmwareSigningCertificate',
  );
  expect(await update(2, {})).toEqual({ status: 'Accepted' });
  const told = () => csms.calls('SignedFirmwareStatusNotification').map(({ status }) => status);
  await csms.until('installed', () => told().includes('Installed'));
  expect(told()).toEqual([
    'Downloading',
    'Downloaded',
    'SignatureVerified',
    'Installing',
    'InstallRebooting',
    'Installed',
  ]);
});

test('logs and diagnostics report their upload', async () => {
  const { csms } = bench;
  await bench.online();
  expect(await csms.call('GetDiagnostics', { location: 'ftp://files.example/in' })).toMatchObject({
    fileName: expect.stringMatching(/^20001-.*\.log$/),
  });
  await csms.until('uploaded', () => csms.calls('DiagnosticsStatusNotification').length === 2);
  const log = { remoteLocation: 'https://files.example/in' };
  expect(await csms.call('GetLog', { logType: 'SecurityLog', requestId: 5, log })).toMatchObject({
    status: 'Accepted',
  });
  await csms.until('log', () => csms.calls('LogStatusNotification').length === 2);
  expect(csms.calls('LogStatusNotification')).toEqual([
    { status: 'Uploading', requestId: 5 },
    { status: 'Uploaded', requestId: 5 },
  ]);
});

test('certificates are installed, listed by their hashes, and deleted', async () => {
  const { csms } = bench;
  await bench.online();
  const certificateType = 'CentralSystemRootCertificate';
  expect(await csms.call('GetInstalledCertificateIds', { certificateType })).toEqual({ status: 'NotFound' });
  expect(await csms.call('InstallCertificate', { certificateType, certificate: 'junk' })).toEqual({
    status: 'Rejected',
  });
  expect(await csms.call('InstallCertificate', { certificateType, certificate: ROOT })).toEqual({
    status: 'Accepted',
  });
  const listed = await csms.call('GetInstalledCertificateIds', { certificateType });
  const expected = {
    hashAlgorithm: 'SHA256',
    issuerNameHash: '810501105497752199abb768d2ed3961a250b835ece7e38f968d2fb947a1185a',
    issuerKeyHash: '467cf79ac0eadb36d94a6f0409d22ccf77c9b91dccc0d1be61319362ad7c0afb',
    serialNumber: '1a2b3c4d',
  };
  expect(listed).toEqual({ status: 'Accepted', certificateHashData: [expected] });
  expect(await csms.call('DeleteCertificate', { certificateHashData: expected })).toEqual({
    status: 'Accepted',
  });
  expect(await csms.call('DeleteCertificate', { certificateHashData: expected })).toEqual({
    status: 'NotFound',
  });
  expect(await csms.call('CertificateSigned', { certificateChain: ROOT })).toEqual({ status: 'Accepted' });
});

test('local list: versions, differences, and a card that starts offline because of it', async () => {
  const { csms } = bench;
  const pile = await bench.online();
  const entry = (idTag: string, status: string) => ({ idTag, idTagInfo: { status } });
  const send = (listVersion: number, updateType: string, localAuthorizationList: object[]) =>
    csms.call('SendLocalList', { listVersion, updateType, localAuthorizationList });
  expect(await send(3, 'Full', [entry('good', 'Accepted'), entry('bad', 'Blocked')])).toEqual({
    status: 'Accepted',
  });
  expect(await send(3, 'Differential', [])).toEqual({ status: 'VersionMismatch' });
  expect(await send(4, 'Differential', [{ idTag: 'bad' }, entry('worse', 'Blocked')])).toEqual({
    status: 'Accepted',
  });
  expect(await csms.call('GetLocalListVersion', {})).toEqual({ listVersion: 4 });
  pile.plug(1);
  pile.plug(2);
  pile.setFaults({ dropSocket: 1 });
  expect(await pile.tapCard(1, 'worse')).toBe('refused');
  expect(await pile.tapCard(2, 'good')).toBe('started');
  expect((await csms.nextCall('StartTransaction')).payload.idTag).toBe('good');
});

test('a reservation holds an outlet for one tag, and ends by use, order or time', async () => {
  const { csms } = bench;
  const pile = await bench.online();
  const reserve = (connectorId: number, reservationId: number, expiryDate = inAnHour()) =>
    csms.call('ReserveNow', { connectorId, reservationId, idTag: 'mine', expiryDate });
  expect(await reserve(1, 11)).toEqual({ status: 'Accepted' });
  expect(await reserve(1, 12)).toEqual({ status: 'Occupied' });
  expect(await reserve(0, 13)).toEqual({ status: 'Rejected' });
  expect(await reserve(2, 14, new Date(Date.now() + 300).toISOString())).toEqual({ status: 'Accepted' });
  expect(await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'other' })).toEqual({
    status: 'Rejected',
  });
  pile.plug(1);
  await csms.call('RemoteStartTransaction', { connectorId: 1, idTag: 'mine' });
  expect((await csms.nextCall('StartTransaction')).payload.reservationId).toBe(11);
  await csms.until('expired', () => csms.statuses(2).join() === 'Available,Reserved,Available');
  await reserve(2, 15);
  expect(await csms.call('CancelReservation', { reservationId: 15 })).toEqual({ status: 'Accepted' });
  expect(await csms.call('CancelReservation', { reservationId: 15 })).toEqual({ status: 'Rejected' });
});

test('a charging profile below what the charger draws opens the relay; clearing it closes the relay', async () => {
  const { csms } = bench;
  await bench.charging();
  const profile = (limit: number, more: object = {}) => ({
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    transactionId: 101,
    chargingSchedule: {
      chargingRateUnit: 'W',
      chargingSchedulePeriod: [
        { startPeriod: 0, limit },
        { startPeriod: 600, limit: 500 },
      ],
    },
    ...more,
  });
  const set = (connectorId: number, csChargingProfiles: object) =>
    csms.call('SetChargingProfile', { connectorId, csChargingProfiles });
  expect(await set(2, profile(10))).toEqual({ status: 'Rejected' });
  expect(await set(1, profile(10))).toEqual({ status: 'Accepted' });
  await csms.until('suspended', () => csms.statuses(1).at(-1) === 'SuspendedEVSE');
  const composite = await csms.call('GetCompositeSchedule', { connectorId: 1, duration: 3600 });
  expect(composite).toMatchObject({
    status: 'Accepted',
    connectorId: 1,
    chargingSchedule: {
      duration: 3600,
      chargingRateUnit: 'W',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }, { limit: 500 }],
    },
  });
  expect(await csms.call('ClearChargingProfile', { id: 1 })).toEqual({ status: 'Accepted' });
  expect(await csms.call('ClearChargingProfile', { id: 1 })).toEqual({ status: 'Unknown' });
  await csms.until('charging', () => csms.statuses(1).at(-1) === 'Charging');
});

test('the signing request is one that OpenSSL verifies', () => {
  const csr = certificateSigningRequest('20001', 'Demo');
  let output: string;
  try {
    output = execFileSync('openssl', ['req', '-verify', '-noout', '-subject'], {
      input: csr,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  expect(output).toMatch(/O\s*=\s*Demo, CN\s*=\s*20001/);
});
