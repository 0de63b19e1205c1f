import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  type CityStack,
  eventually,
  moneyBreaches,
  type OrderBody,
  request,
  riderToken,
  staffToken,
  startCharge,
  startCity,
} from './city-stack.ts';
import { connectForeignPile, sample } from './foreign-client.ts';

let city: CityStack;
beforeAll(async () => {
  city = await startCity();
});
afterAll(async () => {
  expect(await moneyBreaches(city)).toEqual([]);
  await city.demolish();
});

const orderOf = (token: string, id: string) =>
  request<OrderBody>(city.url, 'GET', `/v1/rider/charging-orders/${id}`, { token });

describe('a charge point of a strict client library', () => {
  test('is let in with its key only', async () => {
    const knock = (path: string, authorization: string, protocol = 'ocpp1.6') =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`${city.deviceUrl}/${path}`, [protocol], {
          headers: { Authorization: authorization },
        });
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
        socket.on('open', () => {
          socket.close();
          resolve(101);
        });
        socket.on('error', () => {});
      });
    const basic = (user: string, password: string) =>
      `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    expect(await knock('30001', basic('30001', 'demo-device-key'))).toBe(101);
    expect(await knock('30001', basic('30001', 'wrong'))).toBe(401);
    expect(await knock('30001', basic('30002', 'demo-device-key'))).toBe(401);
    expect(await knock('199999', basic('199999', 'demo-device-key'))).toBe(404);
    expect(await knock('30001', basic('30001', 'demo-device-key'), 'ocpp2.0.1')).toBe(400);
  });

  test('charges from the rider’s start to the bill, live on the rider’s side', async () => {
    const token = await riderToken(city.url, 1);
    const pile = await connectForeignPile(city, 30002);
    const { status, body } = await startCharge(city.url, token, '30002-1', { kind: 'money', fen: 300 });
    expect(status).toBe(201);
    const live: { type: string; view?: { energyWh: number; totalFen: number } }[] = [];
    const watch = new WebSocket(
      `${city.url.replace('http', 'ws')}/v1/rider/charging-orders/${body.id}/live`,
      ['bearer', token],
    );
    watch.on('message', (text) => live.push(JSON.parse(String(text))));
    await new Promise((resolve) => watch.on('open', resolve));

    const { idTag } = await pile.remoteStart();
    const begun = Date.now();
    const { transactionId, idTagInfo } = await pile.call('StartTransaction', {
      connectorId: 1,
      idTag,
      meterStart: 5_000,
      timestamp: new Date(begun).toISOString(),
    });
    expect(idTagInfo).toEqual({ status: 'Accepted' });
    await pile.call('MeterValues', {
      connectorId: 1,
      transactionId,
      meterValue: [sample(begun + 50, 5_010, 200)],
    });
    await eventually(async () => (live.some((message) => message.view?.energyWh === 10) ? true : undefined));
    await pile.call('StopTransaction', {
      transactionId,
      idTag,
      meterStop: 5_040,
      timestamp: new Date().toISOString(),
      reason: 'EVDisconnected',
    });
    const order = await eventually(async () => {
      const { body: current } = await orderOf(token, body.id);
      return current.bill === null ? undefined : current;
    });
    // 40 Wh at ¥0.80 and ¥0.40 a kWh: 3.2 and 1.6 fen.
    const bill = { energyWh: 40, electricityFen: 3, serviceFen: 2, totalFen: 5 };
    expect(order).toMatchObject({ state: 'completed', endReason: 'unplugged', bill });
    expect(live.at(-1)).toEqual({ type: 'ended', orderId: body.id });
    watch.close();
    await pile.close();
  });

  test('answers every operation the platform can ask of it', async () => {
    const token = await staffToken(city.url, 'operations');
    const pile = await connectForeignPile(city, 30003);
    const asked: string[] = [];
    const operations: readonly (readonly [string, object, object])[] = [
      ['CancelReservation', { reservationId: 7 }, { status: 'Rejected' }],
      ['ChangeAvailability', { connectorId: 1, type: 'Operative' }, { status: 'Accepted' }],
      ['ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '30' }, { status: 'Accepted' }],
      ['ClearCache', {}, { status: 'Accepted' }],
      ['ClearChargingProfile', { id: 1 }, { status: 'Unknown' }],
      ['DataTransfer', { vendorId: 'dianyi' }, { status: 'UnknownVendorId' }],
      ['GetCompositeSchedule', { connectorId: 1, duration: 60 }, { status: 'Rejected' }],
      ['GetConfiguration', {}, { configurationKey: [] }],
      ['GetDiagnostics', { location: 'ftp://files.test/' }, {}],
      ['GetLocalListVersion', {}, { listVersion: 0 }],
      [
        'ReserveNow',
        { connectorId: 1, expiryDate: '2030-01-01T00:00:00Z', idTag: 'A', reservationId: 7 },
        { status: 'Rejected' },
      ],
      ['Reset', { type: 'Soft' }, { status: 'Accepted' }],
      ['SendLocalList', { listVersion: 1, updateType: 'Full' }, { status: 'Accepted' }],
      [
        'SetChargingProfile',
        {
          connectorId: 1,
          csChargingProfiles: {
            chargingProfileId: 1,
            stackLevel: 0,
            chargingProfilePurpose: 'TxDefaultProfile',
            chargingProfileKind: 'Relative',
            chargingSchedule: {
              chargingRateUnit: 'A',
              chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.1 }],
            },
          },
        },
        { status: 'Accepted' },
      ],
      ['TriggerMessage', { requestedMessage: 'Heartbeat' }, { status: 'Accepted' }],
      ['UnlockConnector', { connectorId: 1 }, { status: 'Unlocked' }],
      ['UpdateFirmware', { location: 'https://files.test/f', retrieveDate: '2030-01-01T00:00:00Z' }, {}],
    ];
    for (const [action, , answer] of operations) {
      pile.client.handle(action, () => {
        asked.push(action);
        return answer;
      });
    }
    for (const [action, payload, answer] of operations) {
      const sent = await request(city.url, 'POST', '/v1/admin/chargers/CH30003/commands', {
        token,
        body: { action, payload },
      });
      expect(sent, action).toMatchObject({ status: 200, body: { response: answer } });
    }
    expect(asked).toEqual(operations.map(([action]) => action));
    const log = await request<{ items: { action: string; by: string; status: string }[] }>(
      city.url,
      'GET',
      '/v1/admin/chargers/CH30003/commands',
      { token },
    );
    expect(log.body.items.map(({ action, status }) => [action, status])).toEqual(
      operations.map(([action]) => [action, 'answered']),
    );
    await pile.close();
    const offline = await request(city.url, 'POST', '/v1/admin/chargers/CH30003/commands', {
      token,
      body: { action: 'ClearCache', payload: {} },
    });
    expect(offline).toMatchObject({ status: 409, body: { error: { code: 'device_offline' } } });
  });

  test('notices of every profile are taken', async () => {
    const pile = await connectForeignPile(city, 30004);
    const now = new Date().toISOString();
    expect(await pile.call('Heartbeat', {})).toHaveProperty('currentTime');
    expect(await pile.call('Authorize', { idTag: 'NOBODY' })).toEqual({ idTagInfo: { status: 'Invalid' } });
    expect(await pile.call('FirmwareStatusNotification', { status: 'Downloading' })).toEqual({});
    expect(await pile.call('DiagnosticsStatusNotification', { status: 'Uploaded' })).toEqual({});
    expect(await pile.call('DataTransfer', { vendorId: 'x' })).toEqual({ status: 'UnknownVendorId' });
    expect(
      await pile.call('MeterValues', { connectorId: 1, meterValue: [sample(Date.now(), 1, 0)] }),
    ).toEqual({});
    expect(
      await pile.call('StatusNotification', {
        connectorId: 0,
        errorCode: 'NoError',
        status: 'Available',
        timestamp: now,
      }),
    ).toEqual({});
    await pile.close();
  });

  test('a charge made offline is replayed with transactionId −1 and new message ids, and billed once', async () => {
    const token = await riderToken(city.url, 2);
    const pile = await connectForeignPile(city, 30005);
    const { body } = await startCharge(city.url, token, '30005-2', { kind: 'full' });
    const { idTag } = await pile.remoteStart();
    // The line goes dead right after the start; the pile charges on alone and comes back with its story.
    const begun = Date.now();
    pile.client.close({ force: true }).catch(() => {});
    const back = await connectForeignPile(city, 30005, { boot: false });
    const start = { connectorId: 2, idTag, meterStart: 700, timestamp: new Date(begun).toISOString() };
    const first = await back.call('StartTransaction', start);
    const again = await back.call('StartTransaction', start);
    expect(again.transactionId).toBe(first.transactionId);
    await back.call('MeterValues', {
      connectorId: 2,
      transactionId: -1,
      meterValue: [sample(begun + 20, 720, 150)],
    });
    const stop = { transactionId: -1, idTag, meterStop: 760, timestamp: new Date(begun + 40).toISOString() };
    await back.call('StopTransaction', stop);
    await back.call('StopTransaction', stop);
    const order = await eventually(async () => {
      const { body: current } = await orderOf(token, body.id);
      return current.bill === null ? undefined : current;
    });
    expect(order).toMatchObject({ state: 'completed', bill: { energyWh: 60 } });
    await back.close();
  });

  test('what nobody asked for is kept as evidence and never refused for ever', async () => {
    const pile = await connectForeignPile(city, 30006);
    const past = new Date(Date.now() - 3_600_000).toISOString();
    const { transactionId, idTagInfo } = await pile.call('StartTransaction', {
      connectorId: 1,
      idTag: 'CARD42',
      meterStart: 0,
      timestamp: past,
    });
    expect(idTagInfo).toEqual({ status: 'Accepted' });
    await pile.call('StopTransaction', {
      transactionId,
      meterStop: 300,
      timestamp: new Date().toISOString(),
    });
    await pile.call('StopTransaction', {
      transactionId: 424242,
      meterStop: 1,
      timestamp: new Date().toISOString(),
    });
    const token = await staffToken(city.url, 'operations');
    await eventually(async () => {
      const { body } = await request<{ items: { chargerId: string; reason: string; energyWh: number }[] }>(
        city.url,
        'GET',
        '/v1/admin/quarantined-sessions',
        { token },
      );
      const mine = body.items.filter(({ chargerId }) => chargerId === 'CH30006');
      return mine.length === 2 ? mine : undefined;
    });
    await pile.close();
  });

  test('two hundred piles that come back at once are all let in', async () => {
    const { default: WS } = await import('ws');
    const open = await Promise.all(
      Array.from({ length: 200 }, (_, index) => {
        const identity = 20_001 + index;
        const password = `demo-pile-${identity}`;
        return new Promise<WebSocket>((resolve, reject) => {
          const socket = new WS(`${city.deviceUrl}/${identity}`, ['ocpp1.6'], {
            headers: { Authorization: `Basic ${Buffer.from(`${identity}:${password}`).toString('base64')}` },
          });
          socket.on('error', reject);
          socket.on('open', () => {
            socket.send(
              JSON.stringify([2, 'b', 'BootNotification', { chargePointVendor: 'S', chargePointModel: 'T' }]),
            );
            for (let connectorId = 1; connectorId <= 10; connectorId += 1) {
              const status = { connectorId, errorCode: 'NoError', status: 'Available' };
              socket.send(JSON.stringify([2, `s${connectorId}`, 'StatusNotification', status]));
            }
          });
          let answers = 0;
          socket.on('message', () => {
            answers += 1;
            if (answers === 11) resolve(socket);
          });
        });
      }),
    );
    expect(open).toHaveLength(200);
    for (const socket of open) socket.close();
  });
});
