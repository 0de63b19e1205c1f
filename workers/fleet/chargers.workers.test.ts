import { env, exports } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { chargingOrders } from '../../database/schema/charging.ts';
import { chargers, dtuBindings, dtus, sites } from '../../database/schema/fleet.ts';
import { auditLog } from '../../database/schema/identity.ts';
import { holds } from '../../database/schema/ledger.ts';
import { sessionTariff } from '../../domain/pricing/sample-tariffs.test-support.ts';
import { epochMs, fen } from '../../domain/units.ts';
import { type SignedIn, signInStaff } from '../../tests/workers/sign-in.ts';
import { chargerObject } from '../charger-object.ts';
import type { ChargerDetail, ChargerView } from './charger-views.ts';
import { hashDeviceKey } from './device-key.ts';
import { findChargerProfile } from './device-queries.ts';
import { applyChargerProjection } from './events.ts';
import {
  ask,
  database,
  type Of,
  type PageOf,
  seedDtu,
  seedModel,
  seedSite,
  seedTariff,
} from './fleet.test-support.ts';

type Charger = Of<typeof ChargerView>;
type Detail = Of<typeof ChargerDetail>;

let system: SignedIn;
let agent: SignedIn;
let tariffId: string;
let modelId: string;
let nextDtu = 30_001;
beforeAll(async () => {
  system = await signInStaff('system');
  agent = await signInStaff('agent', { kind: 'agent', agentId: 'agent-a' });
  tariffId = await seedTariff();
  modelId = await seedModel(2);
});

const stockDtu = () => seedDtu(nextDtu++);

async function newCharger(siteId: string, who = system, changes: Record<string, unknown> = {}) {
  const body = { siteId, modelId, name: '1 号桩', serial: `SN-${crypto.randomUUID()}`, ...changes };
  return ask<Charger>(who, 'POST', '/v1/admin/chargers', body);
}

async function chargerAt(agentId: string | null = null) {
  const siteId = await seedSite({ tariffId, agentId });
  return { siteId, chargerId: (await newCharger(siteId)).body.id };
}

const outletsOf = async (siteId: string) => {
  const site = await database().select().from(sites).where(eq(sites.id, siteId)).get();
  return { total: site?.outletsTotal, free: site?.outletsFree };
};

const project = (chargerId: string, seq: number, outlets: ('free' | 'occupied')[]) =>
  applyChargerProjection(database(), {
    v: 1,
    type: 'charger.projection',
    id: `${chargerId}:p${seq}`,
    chargerId,
    seq,
    at: seq,
    online: true,
    outlets,
    firmware: null,
  });

const detail = (chargerId: string, who = system) =>
  ask<Detail>(who, 'GET', `/v1/admin/chargers/${chargerId}`);
const act = (chargerId: string, verb: string, body: unknown, who = system) =>
  ask(who, 'POST', `/v1/admin/chargers/${chargerId}/${verb}`, body);
const auditActions = async (subject: string) =>
  (await database().select().from(auditLog).where(eq(auditLog.subject, subject)).orderBy(auditLog.id)).map(
    ({ action }) => action,
  );

/** A device at the platform's door. */
function connect(number: number, key: string): Promise<Response> {
  return exports.default.fetch(`https://api.test/ocpp/${number}`, {
    headers: {
      Upgrade: 'websocket',
      'Sec-WebSocket-Protocol': 'ocpp1.6',
      Authorization: `Basic ${btoa(`${number}:${key}`)}`,
    },
  });
}

describe('chargers at their sites', () => {
  test('a new one is offline, counts at its site, and its object knows its profile', async () => {
    const siteId = await seedSite({ tariffId });
    const { status, body } = await newCharger(siteId);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'active',
      online: false,
      outlets: 2,
      outletsFree: 0,
      outletStates: ['offline', 'offline'],
      dtuNumber: null,
      tariffId: null,
    });
    expect(await outletsOf(siteId)).toEqual({ total: 2, free: 0 });
    expect(await chargerObject(env, body.id).snapshot()).toMatchObject({
      chargerId: body.id,
      outlets: [{}, {}],
    });
    expect(await auditActions(`charger:${body.id}`)).toEqual(['fleet.charger.create']);

    const twin = await newCharger(siteId, system, { serial: body.serial });
    expect(twin.status).toBe(409);
    expect(await outletsOf(siteId)).toEqual({ total: 2, free: 0 });
  });

  test('bad input is refused and leaves nothing behind', async () => {
    const siteId = await seedSite({ tariffId });
    for (const [change, status] of [
      [{ colour: 'red' }, 400],
      [{ serial: 'a b' }, 400],
      [{ name: '' }, 400],
      [{ modelId: 'nope' }, 400],
      [{ tariffId: 'nope' }, 422],
      [{ siteId: 'nope' }, 404],
    ] as const) {
      expect((await newCharger(siteId, system, change)).status).toBe(status);
    }
    expect(await outletsOf(siteId)).toEqual({ total: 0, free: 0 });
  });

  test('moved with its free outlets, both sites’ counts follow; changed twice at once, one is refused', async () => {
    const { siteId, chargerId } = await chargerAt();
    const target = await seedSite({ tariffId });
    await project(chargerId, 1, ['free', 'occupied']);
    expect(await outletsOf(siteId)).toEqual({ total: 2, free: 1 });
    const change = (body: object) =>
      ask<Charger>(system, 'PATCH', `/v1/admin/chargers/${chargerId}`, { version: 1, ...body });
    const answers = await Promise.all([change({ siteId: target }), change({ siteId: target, name: '搬家' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await outletsOf(siteId)).toEqual({ total: 0, free: 0 });
    expect(await outletsOf(target)).toEqual({ total: 2, free: 1 });
    // What its object says next lands at the new site.
    await project(chargerId, 2, ['free', 'free']);
    expect(await outletsOf(target)).toEqual({ total: 2, free: 2 });

    const big = await seedModel(4);
    const rebuilt = await ask<Charger>(system, 'PATCH', `/v1/admin/chargers/${chargerId}`, {
      version: 2,
      modelId: big,
    });
    expect(rebuilt.body).toMatchObject({ outlets: 4, outletsFree: 0, siteId: target });
    expect(await outletsOf(target)).toEqual({ total: 4, free: 0 });
  });

  test('the list filters by site, status and presence', async () => {
    const { siteId, chargerId } = await chargerAt();
    const second = (await newCharger(siteId)).body.id;
    await project(second, 1, ['free', 'free']);
    const list = async (query: string) =>
      (
        await ask<PageOf<Charger>>(system, 'GET', `/v1/admin/chargers?siteId=${siteId}${query}`)
      ).body.items.map(({ id }) => id);
    expect(await list('')).toEqual([chargerId, second].sort().reverse());
    expect(await list('&online=true')).toEqual([second]);
    expect(await list('&online=false')).toEqual([chargerId]);
    expect(await list('&status=decommissioned')).toEqual([]);
    expect((await ask(system, 'GET', '/v1/admin/chargers?online=maybe')).status).toBe(400);
  });
});

describe('DTUs on chargers', () => {
  test('bound, replaced, unbound: the history stays, and the former device is sent away', async () => {
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

describe('P1: an agent never touches another agent’s chargers', () => {
  test('not in lists, not by id, not by any verb, not by moving one there', async () => {
    const own = await chargerAt('agent-a');
    const other = await chargerAt('agent-b');
    const { body } = await ask<PageOf<Charger>>(agent, 'GET', '/v1/admin/chargers?limit=100');
    expect(body.items.map(({ id }) => id)).toEqual([own.chargerId]);
    const dtuNumber = await stockDtu();
    const path = `/v1/admin/chargers/${other.chargerId}`;
    for (const [method, where, content] of [
      ['GET', path, undefined],
      ['PATCH', path, { version: 1, name: '抢' }],
      ['POST', `${path}/bind-dtu`, { dtuNumber }],
      ['POST', `${path}/unbind-dtu`, { reason: 'x' }],
      ['POST', `${path}/replace-dtu`, { dtuNumber, reason: 'x' }],
      ['POST', `${path}/decommission`, { reason: 'x' }],
      ['PATCH', `/v1/admin/chargers/${own.chargerId}`, { version: 1, siteId: other.siteId }],
    ] as const) {
      const refused = await ask(agent, method, where, content);
      expect([where, refused.status, refused.body.error.code]).toEqual([where, 404, 'out_of_scope']);
    }
    expect((await newCharger(other.siteId, agent)).status).toBe(404);
    expect((await newCharger(own.siteId, agent)).status).toBe(201);
    expect(await auditActions(`charger:${other.chargerId}`)).toEqual(['fleet.charger.create']);
  });

  test.each(['finance', 'staff'] as const)('%s reads and changes nothing', async (role) => {
    const { siteId, chargerId } = await chargerAt();
    const who = await signInStaff(role);
    expect((await detail(chargerId, who)).status).toBe(200);
    expect((await newCharger(siteId, who)).status).toBe(403);
    expect((await act(chargerId, 'decommission', { reason: 'x' }, who)).status).toBe(403);
  });
});

describe('chargers by CSV', () => {
  test('every row is judged; the good ones come in with their DTUs and counts', async () => {
    const [siteA, siteB] = [await seedSite({ tariffId }), await seedSite({ tariffId })];
    const taken = (await newCharger(siteA)).body.serial;
    const [free, second] = [await stockDtu(), await stockDtu()];
    const mark = crypto.randomUUID().slice(0, 8);
    const lines = [
      ['serial,name,site_id,model_id,dtu_number', ''],
      [`${mark}-1,一号桩,${siteA},${modelId},${free}`, 'imported'],
      [`${mark}-2,"二号桩, 东侧",${siteB},${modelId},`, 'imported'],
      [`${mark}-1,重复,${siteA},${modelId},`, 'serial_duplicate'],
      [`${taken},已有,${siteA},${modelId},`, 'serial_taken'],
      [`bad serial,名,${siteA},${modelId},`, 'serial_malformed'],
      [`${mark}-3,,${siteA},${modelId},`, 'name_malformed'],
      [`${mark}-4,名,nowhere,${modelId},`, 'site_out_of_scope'],
      [`${mark}-5,名,${siteA},nope,`, 'model_unknown'],
      [`${mark}-6,名,${siteA},${modelId},200001`, 'dtu_malformed'],
      [`${mark}-7,名,${siteA},${modelId},${free}`, 'dtu_duplicate'],
      [`${mark}-8,名,${siteA},${modelId},29998`, 'dtu_not_in_stock'],
      [`${mark}-9,九号桩,${siteA},${modelId},${second}`, 'imported'],
    ];
    interface Imported {
      imported: number;
      rows: { row: number; result: string; chargerId: string | null }[];
    }
    const { status, body } = await ask<Imported>(system, 'POST', '/v1/admin/chargers/import', {
      csv: lines.map(([line]) => line).join('\n'),
    });
    expect(status).toBe(200);
    expect(body.imported).toBe(3);
    expect(body.rows.map(({ result }) => result)).toEqual(lines.slice(1).map(([, result]) => result));
    expect(await outletsOf(siteA)).toEqual({ total: 6, free: 0 });
    expect(await outletsOf(siteB)).toEqual({ total: 2, free: 0 });
    const shown = await detail(body.rows[0]?.chargerId ?? '');
    expect(shown.body).toMatchObject({
      serial: `${mark}-1`,
      dtuNumber: free,
      outletStates: ['offline', 'offline'],
      version: 1,
      status: 'active',
      online: false,
      bindings: [{ dtuNumber: free, unboundAt: null }],
    });
    const other = await detail(body.rows[1]?.chargerId ?? '');
    expect(other.body).toMatchObject({ name: '二号桩, 东侧', dtuNumber: null, bindings: [] });
  });

  test('an agent imports to its own sites only, and a file without rows is refused', async () => {
    const own = await seedSite({ tariffId, agentId: 'agent-a' });
    const other = await seedSite({ tariffId, agentId: 'agent-b' });
    const mark = crypto.randomUUID().slice(0, 8);
    const csv = `serial,name,site_id,model_id,dtu_number\n${mark}-1,一,${own},${modelId},\n${mark}-2,二,${other},${modelId},`;
    const { body } = await ask<{ rows: { result: string }[] }>(agent, 'POST', '/v1/admin/chargers/import', {
      csv,
    });
    expect(body.rows.map(({ result }) => result)).toEqual(['imported', 'site_out_of_scope']);
    expect(await outletsOf(other)).toEqual({ total: 0, free: 0 });
    const empty = await ask(agent, 'POST', '/v1/admin/chargers/import', { csv: 'serial,name\n' });
    expect(empty.body.error).toMatchObject({ code: 'invalid_request', details: { reason: 'csv_columns' } });
  });

  test('two imports of the same file at once bring each charger in once', async () => {
    const siteId = await seedSite({ tariffId });
    const mark = crypto.randomUUID().slice(0, 8);
    const csv = `serial,name,site_id,model_id,dtu_number\n${mark}-1,一,${siteId},${modelId},\n${mark}-2,二,${siteId},${modelId},`;
    await Promise.all([1, 2].map(() => ask(system, 'POST', '/v1/admin/chargers/import', { csv })));
    const rows = await database().select().from(chargers).where(eq(chargers.siteId, siteId));
    expect(rows).toHaveLength(2);
    expect(await outletsOf(siteId)).toEqual({ total: 4, free: 0 });
  });
});
