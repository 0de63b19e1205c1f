import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { chargers } from '../../database/schema/fleet.ts';
import { signInStaff } from '../../tests/workers/sign-in.ts';
import { chargerObject } from '../charger-object.ts';
import {
  auditActions,
  type Charger,
  chargerPlatform,
  outletsOf,
  project,
} from './charger-platform.test-support.ts';
import { ask, database, type PageOf, seedModel, seedSite } from './fleet.test-support.ts';

let platform: Awaited<ReturnType<typeof chargerPlatform>>;
beforeAll(async () => {
  platform = await chargerPlatform();
});

describe('chargers at their sites', () => {
  test('a new one is offline, counts at its site, and its object knows its profile', async () => {
    const { system, tariffId, newCharger } = platform;
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
    const { system, tariffId, newCharger } = platform;
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
    const { system, tariffId, chargerAt } = platform;
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
    const { system, newCharger, chargerAt } = platform;
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

describe('P1: an agent never touches another agent’s chargers', () => {
  test('not in lists, not by id, not by any verb, not by moving one there', async () => {
    const { agent, newCharger, stockDtu, chargerAt } = platform;
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
    const { newCharger, chargerAt, detail, act } = platform;
    const { siteId, chargerId } = await chargerAt();
    const who = await signInStaff(role);
    expect((await detail(chargerId, who)).status).toBe(200);
    expect((await newCharger(siteId, who)).status).toBe(403);
    expect((await act(chargerId, 'decommission', { reason: 'x' }, who)).status).toBe(403);
  });
});

describe('chargers by CSV', () => {
  test('every row is judged; the good ones come in with their DTUs and counts', async () => {
    const { system, tariffId, modelId, newCharger, stockDtu, detail } = platform;
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
    const { agent, tariffId, modelId } = platform;
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
    const { system, tariffId, modelId } = platform;
    const siteId = await seedSite({ tariffId });
    const mark = crypto.randomUUID().slice(0, 8);
    const csv = `serial,name,site_id,model_id,dtu_number\n${mark}-1,一,${siteId},${modelId},\n${mark}-2,二,${siteId},${modelId},`;
    await Promise.all([1, 2].map(() => ask(system, 'POST', '/v1/admin/chargers/import', { csv })));
    const rows = await database().select().from(chargers).where(eq(chargers.siteId, siteId));
    expect(rows).toHaveLength(2);
    expect(await outletsOf(siteId)).toEqual({ total: 4, free: 0 });
  });
});
