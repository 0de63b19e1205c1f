import { describe, expect, it } from 'vitest';
import { encodeCall, encodeCallResult, parseFrame } from '../frame.ts';
import { ocpp16Validators } from '../generated/ocpp16-validators.js';
import type { SchemaError } from '../schema-violation.ts';
import { violationOf } from '../schema-violation.ts';
import { CENTRAL_SYSTEM_ACTIONS, CHARGE_POINT_ACTIONS, maySend } from './actions.ts';
import { OCPP16_VIOLATION_CODES } from './error-codes.ts';
import type { Ocpp16Action, RequestOf, ResponseOf } from './messages.ts';
import { isOcpp16Action, validateRequest, validateResponse } from './validate.ts';

const at = '2026-03-01T08:30:00Z';
const idTagInfo = { status: 'Accepted' } as const;
const accepted = { status: 'Accepted' } as const;
const hash = {
  hashAlgorithm: 'SHA256',
  issuerNameHash: 'aa',
  issuerKeyHash: 'bb',
  serialNumber: '1',
} as const;
const chargingSchedule = {
  chargingRateUnit: 'A',
  chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.1 }],
} as const;

type Minimal = {
  readonly [Action in Ocpp16Action]: readonly [request: RequestOf<Action>, response: ResponseOf<Action>];
};

const minimal: Minimal = {
  Authorize: [{ idTag: 'T' }, { idTagInfo }],
  BootNotification: [
    { chargePointVendor: 'V', chargePointModel: 'M' },
    { status: 'Accepted', currentTime: at, interval: 300 },
  ],
  CancelReservation: [{ reservationId: 1 }, accepted],
  CertificateSigned: [{ certificateChain: 'pem' }, accepted],
  ChangeAvailability: [{ connectorId: 0, type: 'Operative' }, { status: 'Scheduled' }],
  ChangeConfiguration: [{ key: 'HeartbeatInterval', value: '300' }, { status: 'RebootRequired' }],
  ClearCache: [{}, accepted],
  ClearChargingProfile: [{}, { status: 'Unknown' }],
  DataTransfer: [{ vendorId: 'V' }, { status: 'UnknownVendorId' }],
  DeleteCertificate: [{ certificateHashData: hash }, { status: 'NotFound' }],
  DiagnosticsStatusNotification: [{ status: 'Uploading' }, {}],
  ExtendedTriggerMessage: [{ requestedMessage: 'SignChargePointCertificate' }, { status: 'NotImplemented' }],
  FirmwareStatusNotification: [{ status: 'Installed' }, {}],
  GetCompositeSchedule: [{ connectorId: 1, duration: 60 }, { status: 'Rejected' }],
  GetConfiguration: [{}, {}],
  GetDiagnostics: [{ location: 'ftp://user:pass@host/logs' }, {}],
  GetInstalledCertificateIds: [{ certificateType: 'CentralSystemRootCertificate' }, { status: 'NotFound' }],
  GetLocalListVersion: [{}, { listVersion: -1 }],
  GetLog: [{ log: { remoteLocation: 'sftp://h/' }, logType: 'SecurityLog', requestId: 1 }, accepted],
  Heartbeat: [{}, { currentTime: at }],
  InstallCertificate: [
    { certificateType: 'ManufacturerRootCertificate', certificate: 'pem' },
    { status: 'Failed' },
  ],
  LogStatusNotification: [{ status: 'Uploaded' }, {}],
  MeterValues: [{ connectorId: 1, meterValue: [{ timestamp: at, sampledValue: [{ value: '1' }] }] }, {}],
  RemoteStartTransaction: [{ idTag: 'T' }, accepted],
  RemoteStopTransaction: [{ transactionId: 1 }, { status: 'Rejected' }],
  ReserveNow: [{ connectorId: 1, expiryDate: at, idTag: 'T', reservationId: 1 }, { status: 'Occupied' }],
  Reset: [{ type: 'Soft' }, accepted],
  SecurityEventNotification: [{ type: 'TamperDetectionActivated', timestamp: at }, {}],
  SendLocalList: [{ listVersion: 1, updateType: 'Full' }, { status: 'VersionMismatch' }],
  SetChargingProfile: [
    {
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 1,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Relative',
        chargingSchedule: { ...chargingSchedule, chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.1 }] },
      },
    },
    { status: 'NotSupported' },
  ],
  SignCertificate: [{ csr: 'pem' }, accepted],
  SignedFirmwareStatusNotification: [{ status: 'SignatureVerified' }, {}],
  SignedUpdateFirmware: [
    {
      requestId: 1,
      firmware: {
        location: 'https://h/fw',
        retrieveDateTime: at,
        signingCertificate: 'pem',
        signature: 'sig',
      },
    },
    { status: 'InvalidCertificate' },
  ],
  StartTransaction: [
    { connectorId: 1, idTag: 'T', meterStart: 0, timestamp: at },
    { idTagInfo, transactionId: 7 },
  ],
  StatusNotification: [{ connectorId: 1, errorCode: 'NoError', status: 'Available' }, {}],
  StopTransaction: [{ transactionId: -1, meterStop: 10, timestamp: at }, {}],
  TriggerMessage: [{ requestedMessage: 'StatusNotification' }, { status: 'NotImplemented' }],
  UnlockConnector: [{ connectorId: 1 }, { status: 'UnlockFailed' }],
  UpdateFirmware: [{ location: 'https://h/fw', retrieveDate: at }, {}],
};
const actions = Object.keys(minimal) as Ocpp16Action[];

describe('every action of OCPP 1.6 and its security extension', () => {
  it('is in the direction tables and in the compiled schemas, and nothing else is', () => {
    expect([...ocpp16Validators.keys()].sort()).toEqual([...actions].sort());
    expect([...new Set<string>([...CHARGE_POINT_ACTIONS, ...CENTRAL_SYSTEM_ACTIONS])].sort()).toEqual(
      [...actions].sort(),
    );
    expect(
      actions.filter((action) => maySend('ChargePoint', action) && maySend('CentralSystem', action)),
    ).toEqual(['DataTransfer']);
  });

  it.each(actions)('%s travels both ways', (action) => {
    const [request, response] = minimal[action];
    const sender = maySend('ChargePoint', action) ? 'ChargePoint' : 'CentralSystem';

    const call = parseFrame(encodeCall('1', action, request));
    if (call.kind !== 'Call') throw new Error(`not a call: ${JSON.stringify(call)}`);
    expect(validateRequest(call.action, call.payload, sender)).toEqual({
      ok: true,
      action,
      payload: request,
    });

    const result = parseFrame(encodeCallResult('1', response));
    if (result.kind !== 'CallResult') throw new Error(`not a result: ${JSON.stringify(result)}`);
    expect(validateResponse(action, result.payload)).toEqual({ ok: true, payload: response });
  });

  it.each(actions)('%s refuses what does not belong to it, both ways', (action) => {
    const [request, response] = minimal[action];
    const sender = maySend('ChargePoint', action) ? 'ChargePoint' : 'CentralSystem';
    const refused = { ok: false, code: 'FormationViolation' };
    expect(validateRequest(action, { ...request, surplus: 1 }, sender)).toMatchObject(refused);
    expect(validateResponse(action, { ...response, surplus: 1 })).toMatchObject(refused);
    for (const payload of ['text', 7, null, [], undefined]) {
      expect(validateRequest(action, payload, sender)).toMatchObject(refused);
      expect(validateResponse(action, payload)).toMatchObject(refused);
    }
  });
});

describe('actions that cannot be served', () => {
  it.each(['Fly', 'heartbeat', 'TransactionEvent', '', 'constructor', '__proto__', 'toString'])(
    '%j',
    (action) => {
      expect(validateRequest(action, {})).toMatchObject({ ok: false, code: 'NotImplemented' });
      expect(isOcpp16Action(action)).toBe(false);
    },
  );

  it('knows but does not serve what only the other side may ask', () => {
    expect(validateRequest('RemoteStartTransaction', { idTag: 'T' })).toMatchObject({ code: 'NotSupported' });
    expect(validateRequest('Heartbeat', {}, 'CentralSystem')).toMatchObject({ code: 'NotSupported' });
  });

  it('does not echo a long action name', () => {
    const answer = validateRequest('x'.repeat(10_000), {});
    expect(answer.ok ? '' : answer.description.length).toBeLessThan(120);
  });
});

describe('the error code says which rule was broken', () => {
  const start = minimal.StartTransaction[0];
  const status = minimal.StatusNotification[0];
  const cases: readonly [
    what: string,
    action: Ocpp16Action,
    payload: object,
    code: string,
    details: object,
  ][] = [
    [
      'a missing field',
      'StartTransaction',
      { connectorId: 1, idTag: 'T', timestamp: at },
      'OccurenceConstraintViolation',
      { path: 'payload', keyword: 'required', property: 'meterStart' },
    ],
    [
      'a missing field deep inside',
      'MeterValues',
      { connectorId: 1, meterValue: [{ timestamp: at, sampledValue: [{ value: '1' }, {}] }] },
      'OccurenceConstraintViolation',
      { path: '/meterValue/0/sampledValue/1', keyword: 'required', property: 'value' },
    ],
    [
      'a surplus field',
      'StartTransaction',
      { ...start, colour: 'red' },
      'FormationViolation',
      { path: 'payload', keyword: 'additionalProperties', property: 'colour' },
    ],
    [
      'a string for a number',
      'StartTransaction',
      { ...start, connectorId: '1' },
      'TypeConstraintViolation',
      { path: '/connectorId', keyword: 'type' },
    ],
    [
      'a fraction for an integer',
      'StartTransaction',
      { ...start, meterStart: 1.5 },
      'TypeConstraintViolation',
      { path: '/meterStart', keyword: 'type' },
    ],
    [
      'a null field',
      'StatusNotification',
      { ...status, info: null },
      'TypeConstraintViolation',
      { path: '/info', keyword: 'type' },
    ],
    [
      'no time at all',
      'StartTransaction',
      { ...start, timestamp: 'yesterday' },
      'TypeConstraintViolation',
      { path: '/timestamp', keyword: 'format' },
    ],
    [
      'too long a tag',
      'StartTransaction',
      { ...start, idTag: 'x'.repeat(21) },
      'PropertyConstraintViolation',
      { path: '/idTag', keyword: 'maxLength' },
    ],
    [
      'a status of another version',
      'StatusNotification',
      { ...status, status: 'Occupied' },
      'PropertyConstraintViolation',
      { path: '/status', keyword: 'enum' },
    ],
  ];
  it.each(cases)('%s', (_, action, payload, code, details) => {
    expect(validateRequest(action, payload)).toMatchObject({ ok: false, code, details });
  });

  it('holds for responses too', () => {
    expect(validateResponse('RemoteStartTransaction', {})).toMatchObject({
      code: 'OccurenceConstraintViolation',
    });
    expect(validateResponse('Reset', { status: 'Perhaps' })).toMatchObject({
      code: 'PropertyConstraintViolation',
    });
    expect(
      validateResponse('GetInstalledCertificateIds', { status: 'Accepted', certificateHashData: [] }),
    ).toMatchObject({ code: 'OccurenceConstraintViolation', details: { keyword: 'minItems' } });
  });

  it.each([
    ['additionalProperties', 'FormationViolation'],
    ['propertyNames', 'FormationViolation'],
    ['oneOf', 'FormationViolation'],
    ['required', 'OccurenceConstraintViolation'],
    ['minItems', 'OccurenceConstraintViolation'],
    ['maxItems', 'OccurenceConstraintViolation'],
    ['type', 'TypeConstraintViolation'],
    ['format', 'TypeConstraintViolation'],
    ['enum', 'PropertyConstraintViolation'],
    ['maxLength', 'PropertyConstraintViolation'],
    ['minLength', 'PropertyConstraintViolation'],
    ['pattern', 'PropertyConstraintViolation'],
    ['multipleOf', 'PropertyConstraintViolation'],
    ['minimum', 'PropertyConstraintViolation'],
    ['maximum', 'PropertyConstraintViolation'],
  ])('AJV %s is %s', (keyword, code) => {
    const error: SchemaError = { instancePath: '/field', keyword, params: {} };
    expect(OCPP16_VIOLATION_CODES[violationOf([error]).kind]).toBe(code);
  });

  it('does not repeat values of the payload', () => {
    const secret = 'SECRET-'.repeat(5);
    expect(JSON.stringify(validateRequest('Authorize', { idTag: secret }))).not.toContain('SECRET');
    expect(
      JSON.stringify(validateRequest('Authorize', { idTag: 'T', ['k'.repeat(9000)]: 1 })).length,
    ).toBeLessThan(400);
  });
});

describe('leniency that the standard asks for', () => {
  it.each([8.1, 0.1, 0.3, 6.6, 16, 32.7, 99.9])('%d A has one decimal', (limit) => {
    const [request] = minimal.SetChargingProfile;
    const csChargingProfiles = {
      ...request.csChargingProfiles,
      chargingSchedule: { ...chargingSchedule, chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    };
    const answer = validateRequest(
      'SetChargingProfile',
      { connectorId: 1, csChargingProfiles },
      'CentralSystem',
    );
    expect(answer.ok).toBe(true);
  });

  it.each([8.15, 0.05])('%d A has two', (limit) => {
    const schedule = { ...chargingSchedule, chargingSchedulePeriod: [{ startPeriod: 0, limit }] };
    expect(
      validateResponse('GetCompositeSchedule', { status: 'Accepted', chargingSchedule: schedule }),
    ).toMatchObject({ ok: false, code: 'PropertyConstraintViolation', details: { keyword: 'multipleOf' } });
  });

  it.each([
    '2026-03-01T08:30:00',
    '2026-03-01T16:30:00+08:00',
    '2026-03-01T16:30:00+0800',
    '2026-03-01T08:30:00.123Z',
  ])('takes the ISO 8601 time %s', (timestamp) => {
    expect(validateRequest('StatusNotification', { ...minimal.StatusNotification[0], timestamp }).ok).toBe(
      true,
    );
  });

  it('counts characters, not UTF-16 units', () => {
    const answer = validateRequest('StatusNotification', {
      ...minimal.StatusNotification[0],
      info: '🔋'.repeat(100),
    });
    expect(answer.ok).toBe(true);
  });
});
