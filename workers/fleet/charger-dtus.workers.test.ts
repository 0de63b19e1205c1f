import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { chargingOrders } from '../../database/schema/charging.ts';
import { dtuBindings, dtus } from '../../database/schema/fleet.ts';
import { holds } from '../../database/schema/ledger.ts';
import { sessionTariff } from '../../domain/pricing/sample-tariffs.test-support.ts';
import { epochMs, fen } from '../../domain/units.ts';
import { chargerObject } from '../charger-object.ts';
import {
  auditActions,
  chargerPlatform,
  connect,
  outletsOf,
  project,
} from './charger-platform.test-support.ts';
import { hashDeviceKey } from './device-key.ts';
import { findChargerProfile } from './device-queries.ts';
import { ask, database, seedSite } from './fleet.test-support.ts';

let platform: Awaited<ReturnType<typeof chargerPlatform>>;
beforeAll(async () => {
  platform = await chargerPlatform();
});

describe('DTUs on chargers', () => {
  test('bound, replaced, unbound: the history stays, and the former device is sent away', async () => {
    const { stockDtu, chargerAt, detail, act } = platform;
    const { chargerId } = await chargerAt();
    const [first, second] = [await stockDtu(), await stockDtu()];
    await database()
      .update(dtus)
      .set({ keyHash: await hashDeviceKey('salt', 'a-device-key-0001') })
      .where(eq(dtus.number, first));
    expect((await act(chargerId, 'bind-dtu', { dtuNumber: first })).status).toBe(200);
    const device = await connect(first, 'a-device-key-0001');
    expect(device.status).toBe(101);
    const closed = new Promise<CloseEvent>((resolve) => {
      device.webSocket?.accept();
      device.webSocket?.addEventListener('close', resolve);
    });
    expect(await chargerObject(env, chargerId).snapshot()).toMatchObject({ connected: true });

    const replaced = await act(chargerId, 'replace-dtu', { dtuNumber: second, reason: '信号差' });
    expect(replaced.body).toEqual({ chargerId, dtuNumber: second, disconnected: true });
    await closed;
    expect(await chargerObject(env, chargerId).snapshot()).toMatchObject({ connected: false });
    expect((await connect(first, 'a-device-key-0001')).status).toBe(403);

    expect((await act(chargerId, 'unbind-dtu', { reason: '送修' })).status).toBe(200);
    const { body } = await detail(chargerId);
    expect(body.dtuNumber).toBeNull();
    expect(
      body.bindings.map(({ dtuNumber, reason, unboundAt }) => [dtuNumber, reason, unboundAt !== null]),
    ).toEqual(
      expect.arrayContaining([
        [first, '信号差', true],
        [second, '送修', true],
      ]),
    );
    expect(await auditActions(`charger:${chargerId}`)).toEqual([
      'fleet.charger.create',
      'fleet.charger.bind-dtu',
      'fleet.charger.replace-dtu',
      'fleet.charger.unbind-dtu',
    ]);
    expect((await act(chargerId, 'unbind-dtu', { reason: '再来' })).body.error.code).toBe('dtu_not_bound');
    expect((await act(chargerId, 'bind-dtu', { dtuNumber: first })).status).toBe(200);
  });

  test('of many chargers that want one DTU, and many DTUs for one charger, exactly one gets it', async () => {
    const { stockDtu, chargerAt, detail, act } = platform;
    const dtuNumber = await stockDtu();
    const rivals = await Promise.all([chargerAt(), chargerAt(), chargerAt(), chargerAt()]);
    const answers = await Promise.all(
      rivals.map(({ chargerId }) => act(chargerId, 'bind-dtu', { dtuNumber })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const lost = answers.filter(({ status }) => status === 409);
    expect(new Set(lost.map(({ body }) => body.error.code))).toEqual(new Set(['dtu_already_bound']));
    expect(
      await database().select().from(dtuBindings).where(eq(dtuBindings.dtuNumber, dtuNumber)),
    ).toHaveLength(1);

    const { chargerId } = await chargerAt();
    const numbers = [await stockDtu(), await stockDtu(), await stockDtu()];
    const tries = await Promise.all(
      numbers.map((number) => act(chargerId, 'bind-dtu', { dtuNumber: number })),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const { body } = await detail(chargerId);
    expect(body.bindings).toHaveLength(1);
    expect(body.bindings[0]?.dtuNumber).toBe(body.dtuNumber);
    expect((await auditActions(`charger:${chargerId}`)).length).toBe(2);
  });

  test('replaced twice at once, the charger ends with one DTU and the others stay in stock', async () => {
    const { stockDtu, chargerAt, detail, act } = platform;
    const { chargerId } = await chargerAt();
    const numbers = [await stockDtu(), await stockDtu(), await stockDtu()];
    const [first, second, third] = numbers;
    await act(chargerId, 'bind-dtu', { dtuNumber: first });
    await Promise.all(
      [second, third].map((dtuNumber) => act(chargerId, 'replace-dtu', { dtuNumber, reason: '换' })),
    );
    const { body } = await detail(chargerId);
    expect(body.bindings.filter(({ unboundAt }) => unboundAt === null)).toHaveLength(1);
    const rows = await database().select().from(dtus).where(eq(dtus.chargerId, chargerId));
    expect(rows.map(({ number, status }) => [number, status])).toEqual([[body.dtuNumber, 'bound']]);
  });

  test('a number without DTU, a battery’s number and an unknown field are refused', async () => {
    const { chargerAt, act } = platform;
    const { chargerId } = await chargerAt();
    expect((await act(chargerId, 'bind-dtu', { dtuNumber: 29_999 })).status).toBe(404);
    expect((await act(chargerId, 'bind-dtu', { dtuNumber: 200_001 })).status).toBe(400);
    expect((await act(chargerId, 'bind-dtu', { dtuNumber: 30_001, force: true })).status).toBe(400);
    expect((await act(chargerId, 'replace-dtu', { dtuNumber: 30_001, reason: 'x' })).body.error.code).toBe(
      'dtu_not_bound',
    );
    expect((await act(chargerId, 'unbind-dtu', {})).status).toBe(400);
  });
});

describe('the end of a charger', () => {
  test('its outlets leave the site, its DTU is retired, its device stays outside', async () => {
    const { system, stockDtu, chargerAt, act } = platform;
    const { siteId, chargerId } = await chargerAt();
    const dtuNumber = await stockDtu();
    await database()
      .update(dtus)
      .set({ keyHash: await hashDeviceKey('salt', 'a-device-key-0002') })
      .where(eq(dtus.number, dtuNumber));
    await act(chargerId, 'bind-dtu', { dtuNumber });
    await project(chargerId, 1, ['free', 'free']);
    const { status, body } = await act(chargerId, 'decommission', { reason: '报废' });
    expect([status, body]).toMatchObject([
      200,
      { status: 'decommissioned', online: false, outletStates: ['offline', 'offline'], dtuNumber: null },
    ]);
    expect(await outletsOf(siteId)).toEqual({ total: 0, free: 0 });
    await project(chargerId, 2, ['free', 'free']);
    expect(await outletsOf(siteId)).toEqual({ total: 0, free: 0 });
    const refused = await connect(dtuNumber, 'a-device-key-0002');
    expect(await refused.json()).toMatchObject({ error: { code: 'device_decommissioned' } });
    for (const [verb, content] of [
      ['decommission', { reason: '再次' }],
      ['bind-dtu', { dtuNumber: await stockDtu() }],
    ] as const)
      expect((await act(chargerId, verb, content)).body.error.code).toBe('device_decommissioned');
    const patched = await ask(system, 'PATCH', `/v1/admin/chargers/${chargerId}`, {
      version: 2,
      name: '幽灵',
    });
    expect(patched.body.error.code).toBe('device_decommissioned');

    const restocked = await ask<{ status: string }>(system, 'POST', `/v1/admin/dtus/${dtuNumber}/restock`, {
      reason: '检测正常',
    });
    expect(restocked.body.status).toBe('stock');
    const next = await chargerAt();
    expect((await act(next.chargerId, 'bind-dtu', { dtuNumber })).status).toBe(200);
  });

  test('waits while money is held for it, or while somebody charges', async () => {
    const { system, tariffId, stockDtu, chargerAt, act } = platform;
    const { siteId, chargerId } = await chargerAt();
    const rules = sessionTariff();
    const held = {
      riderId: 'r1',
      siteId,
      chargerId,
      outletNo: 1,
      state: 'starting',
      limit: { kind: 'full' },
      tariff: { tariffId, tariffVersionId: 'v', rules, memberDiscountBp: 0 },
      holdFen: 500,
      createdAt: 0,
    } as const;
    const db = database();
    await db.batch([
      db.insert(chargingOrders).values({ id: `order-of-${chargerId}`, ...held }),
      db.insert(holds).values({
        orderId: `order-of-${chargerId}`,
        riderId: 'r1',
        amountFen: 500,
        deadlineAt: 0,
        createdAt: 0,
      }),
    ]);
    const refused = await act(chargerId, 'decommission', { reason: '报废' });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'device_has_live_orders']);
    expect(await outletsOf(siteId)).toEqual({ total: 2, free: 0 });
    await db.delete(holds).where(eq(holds.orderId, `order-of-${chargerId}`));

    // Now only the object knows of a charge: its device has connected and a start is on its way.
    const dtuNumber = await stockDtu();
    await db
      .update(dtus)
      .set({ keyHash: await hashDeviceKey('salt', 'a-device-key-0003') })
      .where(eq(dtus.number, dtuNumber));
    await act(chargerId, 'bind-dtu', { dtuNumber });
    const device = await connect(dtuNumber, 'a-device-key-0003');
    device.webSocket?.accept();
    const say = (action: string, payload: object) =>
      new Promise((resolve) => {
        device.webSocket?.addEventListener('message', resolve, { once: true });
        device.webSocket?.send(JSON.stringify([2, crypto.randomUUID(), action, payload]));
      });
    await say('BootNotification', { chargePointVendor: 'DY', chargePointModel: 'DY-2' });
    await say('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
    const profile = await findChargerProfile(db, chargerId);
    if (profile === undefined) throw new Error('no profile');
    const started = await chargerObject(env, chargerId).startCharging(
      {
        orderId: 'order-live',
        riderId: 'r1',
        outletNo: 1,
        idTag: 'TAG1',
        limit: { kind: 'full' },
        rules,
        memberDiscountBp: 0,
        holdFen: fen(500),
        createdAt: epochMs(Date.now()),
      },
      profile,
    );
    expect(started.ok).toBe(true);
    expect((await act(chargerId, 'decommission', { reason: '报废' })).body.error.code).toBe(
      'device_has_live_orders',
    );
    const target = await seedSite({ tariffId });
    const moved = await ask(system, 'PATCH', `/v1/admin/chargers/${chargerId}`, {
      version: 1,
      siteId: target,
    });
    expect(moved.body.error.code).toBe('device_has_live_orders');
    const renamed = await ask(system, 'PATCH', `/v1/admin/chargers/${chargerId}`, {
      version: 1,
      name: '改名',
    });
    expect(renamed.status).toBe(200);
  });
});
