import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { sites } from '../../database/schema/fleet.ts';
import { auditLog } from '../../database/schema/identity.ts';
import { cellOf } from '../../domain/geo/cell.ts';
import { touTariff } from '../../domain/pricing/sample-tariffs.test-support.ts';
import { type SignedIn, signInRider, signInStaff } from '../../tests/workers/sign-in.ts';
import {
  ask,
  database,
  type Of,
  type PageOf,
  seedCharger,
  seedModel,
  seedSite,
  seedTariff,
} from './fleet.test-support.ts';
import type { SiteCardView, SiteDetailView } from './rider-site-views.ts';
import type { SiteView } from './site-views.ts';

type Site = Of<typeof SiteView>;

let system: SignedIn;
let agent: SignedIn;
let tariffId: string;
beforeAll(async () => {
  system = await signInStaff('system');
  agent = await signInStaff('agent', { kind: 'agent', agentId: 'agent-a' });
  tariffId = await seedTariff();
});

const newSite = (changes: Record<string, unknown> = {}) => ({
  name: '南山科技园站',
  address: '深圳市南山区科苑路 15 号',
  position: { lat: 22.537098, lng: 113.948934, system: 'gcj02' },
  tariffId,
  ...changes,
});

const auditOf = async (subject: string) =>
  database().select().from(auditLog).where(eq(auditLog.subject, subject)).orderBy(auditLog.id);

describe('an operator keeps sites', () => {
  test('makes one from a map pin, moves it, closes it; every step is in the audit log', async () => {
    const made = await ask<Site>(system, 'POST', '/v1/admin/sites', newSite());
    expect(made.status).toBe(201);
    const { id, position } = made.body;
    expect(made.body).toMatchObject({ status: 'open', version: 1, outletsTotal: 0, region: 'apac' });
    expect(position.gcj02.lat).toBeCloseTo(22.537098, 5);
    expect(position.gcj02.lng).toBeCloseTo(113.948934, 5);
    // In Shenzhen the two systems are some 600 m apart.
    expect(position.wgs84.lat).not.toBeCloseTo(position.gcj02.lat, 3);
    const stored = await database().select().from(sites).where(eq(sites.id, id)).get();
    expect(stored?.latE6).toBe(Math.round(position.wgs84.lat * 1e6));
    expect(stored?.cell).toBe(cellOf(stored?.latE6 ?? 0, stored?.lngE6 ?? 0));

    const moved = await ask<Site>(system, 'PATCH', `/v1/admin/sites/${id}`, {
      version: 1,
      position: { lat: 22.6, lng: 114, system: 'wgs84' },
      openingHours: [{ fromMinute: 480, toMinute: 1320 }],
    });
    expect(moved.body).toMatchObject({
      version: 2,
      position: { wgs84: { lat: 22.6, lng: 114 } },
      name: '南山科技园站',
    });
    const closed = await ask<Site>(system, 'POST', `/v1/admin/sites/${id}/close`, { version: 2 });
    expect(closed.body).toMatchObject({ status: 'closed', version: 3 });
    const reopened = await ask<Site>(system, 'POST', `/v1/admin/sites/${id}/open`, { version: 3 });
    expect(reopened.body).toEqual({ ...moved.body, status: 'open', version: 4 });

    const audit = await auditOf(`site:${id}`);
    expect(audit.map(({ action }) => action)).toEqual([
      'fleet.site.create',
      'fleet.site.update',
      'fleet.site.close',
      'fleet.site.open',
    ]);
    expect(audit[1]).toMatchObject({
      staffId: system.id,
      before: { version: 1, openingHours: [] },
      after: { version: 2, openingHours: [{ fromMinute: 480, toMinute: 1320 }] },
    });
  });

  test('of two who change it at once one is told to look again, and only one audit row stays', async () => {
    const { body } = await ask<Site>(system, 'POST', '/v1/admin/sites', newSite());
    const rename = (name: string) =>
      ask<Site>(system, 'PATCH', `/v1/admin/sites/${body.id}`, { version: 1, name });
    const answers = await Promise.all([rename('东门'), rename('西门'), rename('南门')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect((await auditOf(`site:${body.id}`)).length).toBe(2);
  });

  test.each([
    ['an unknown field', { colour: 'red' }],
    ['a latitude off the globe', { position: { lat: 91, lng: 0, system: 'wgs84' } }],
    ['a third coordinate system', { position: { lat: 22, lng: 113, system: 'bd09' } }],
    ['an empty name', { name: ' ' }],
    ['an opening span of nothing', { openingHours: [{ fromMinute: 60, toMinute: 60 }] }],
    ['a photo that is no https link', { photos: ['javascript:alert(1)'] }],
    ['a phone of letters', { phone: 'call me' }],
    ['a place beyond the regions', { region: 'moon' }],
  ])('%s is refused', async (_name, change) => {
    const { status, body } = await ask(system, 'POST', '/v1/admin/sites', newSite(change));
    expect([status, body.error.code]).toEqual([400, 'invalid_request']);
  });

  test('a tariff nobody knows is refused', async () => {
    const { status, body } = await ask(system, 'POST', '/v1/admin/sites', newSite({ tariffId: 'nope' }));
    expect([status, body.error.code]).toEqual([422, 'tariff_not_found']);
  });

  test('the list is newest first, paged, and filtered by text, status and region', async () => {
    const mark = `罗湖${Date.now()}`;
    const ids: string[] = [];
    for (const [name, status] of [
      [`${mark}一`, 'open'],
      [`${mark}二`, 'closed'],
      [`${mark}_%`, 'open'],
    ] as const) {
      ids.push(await seedSite({ tariffId, name, status, region: 'weur' }));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const list = async (query: string) => {
      const { body } = await ask<PageOf<Site>>(system, 'GET', `/v1/admin/sites?${query}`);
      return { ids: body.items.map(({ id }) => id), next: body.nextCursor };
    };
    const q = `q=${encodeURIComponent(mark)}`;
    expect((await list(q)).ids).toEqual(ids.toReversed());
    expect((await list(`${q}&status=closed`)).ids).toEqual([ids[1]]);
    expect((await list(`${q}&region=apac`)).ids).toEqual([]);
    expect((await list(`q=${encodeURIComponent(`${mark}_%`)}`)).ids).toEqual([ids[2]]);
    const first = await list(`${q}&limit=2`);
    expect(first.ids).toEqual([ids[2], ids[1]]);
    expect((await list(`${q}&limit=2&cursor=${first.next}`)).ids).toEqual([ids[0]]);
  });
});

describe('P1: an agent never sees another agent’s sites', () => {
  test('not in lists, not by id, not by writing', async () => {
    const own = await seedSite({ tariffId, agentId: 'agent-a' });
    const other = await seedSite({ tariffId, agentId: 'agent-b' });
    const platform = await seedSite({ tariffId });
    const { body } = await ask<PageOf<Site>>(agent, 'GET', '/v1/admin/sites?limit=100');
    expect(body.items.every(({ agentId }) => agentId === 'agent-a')).toBe(true);
    expect(body.items.map(({ id }) => id)).toContain(own);
    for (const id of [other, platform, 'no-such-site']) {
      for (const [method, path, content] of [
        ['GET', `/v1/admin/sites/${id}`, undefined],
        ['PATCH', `/v1/admin/sites/${id}`, { version: 1, name: '抢来的' }],
        ['POST', `/v1/admin/sites/${id}/close`, { version: 1 }],
      ] as const) {
        const refused = await ask(agent, method, path, content);
        expect([refused.status, refused.body.error.code]).toEqual([404, 'out_of_scope']);
      }
    }
    expect(await auditOf(`site:${other}`)).toEqual([]);
    const untouched = await database().select().from(sites).where(eq(sites.id, other)).get();
    expect(untouched?.version).toBe(1);
  });

  test('an agent’s new site is the agent’s, cannot be given away, and takes no other agent’s tariff', async () => {
    const made = await ask<Site>(agent, 'POST', '/v1/admin/sites', newSite({ agentId: 'agent-b' }));
    expect(made.body.agentId).toBe('agent-a');
    const given = await ask(agent, 'PATCH', `/v1/admin/sites/${made.body.id}`, {
      version: 1,
      agentId: 'agent-b',
    });
    expect(given.status).toBe(403);
    const foreign = await seedTariff(touTariff(), 'agent-b');
    const dear = await ask(agent, 'PATCH', `/v1/admin/sites/${made.body.id}`, {
      version: 1,
      tariffId: foreign,
    });
    expect([dear.status, dear.body.error.code]).toEqual([422, 'tariff_not_found']);
  });

  test('staff of chosen sites see exactly those and make none', async () => {
    const chosen = await seedSite({ tariffId });
    const other = await seedSite({ tariffId });
    const keeper = await signInStaff('operations', { kind: 'sites', siteIds: [chosen, 'gone'] });
    const { body } = await ask<PageOf<Site>>(keeper, 'GET', '/v1/admin/sites');
    expect(body.items.map(({ id }) => id)).toEqual([chosen]);
    expect((await ask(keeper, 'GET', `/v1/admin/sites/${other}`)).status).toBe(404);
    expect((await ask(keeper, 'POST', '/v1/admin/sites', newSite())).status).toBe(403);
  });

  test.each([
    ['nobody', null, 401, 401],
    ['a rider', 'rider', 403, 403],
    ['finance', 'finance', 200, 403],
    ['platform staff', 'staff', 200, 403],
    ['operations', 'operations', 200, 201],
  ] as const)('%s: reading %s', async (_name, role, reads, writes) => {
    const who = role === null ? null : role === 'rider' ? await signInRider() : await signInStaff(role);
    expect((await ask(who, 'GET', '/v1/admin/sites')).status).toBe(reads);
    expect((await ask(who, 'POST', '/v1/admin/sites', newSite())).status).toBe(writes);
  });
});

describe('a rider looks at a site', () => {
  test('sees each outlet, both fees of every period, and a charger that costs something else', async () => {
    const rider = await signInRider();
    const siteId = await seedSite({ tariffId, outletsTotal: 4, outletsFree: 1 });
    const modelId = await seedModel();
    const usual = await seedCharger({
      siteId,
      modelId,
      online: true,
      outletStates: ['free', 'occupied'],
      outletsFree: 1,
    });
    const dear = await seedCharger({ siteId, modelId, tariffId: await seedTariff(touTariff()) });
    await seedCharger({ siteId, modelId, status: 'decommissioned' });
    const { status, body } = await ask<Of<typeof SiteDetailView>>(rider, 'GET', `/v1/rider/sites/${siteId}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      open: true,
      favourite: false,
      price: { kind: 'energy', rows: [{ electricityCentiFen: 6500, serviceCentiFen: 8500, current: true }] },
    });
    expect(body.chargers.map(({ id }) => id).sort()).toEqual([usual, dear].sort());
    const [first, second] = [usual, dear].map((id) => body.chargers.find((charger) => charger.id === id));
    expect(first).toMatchObject({
      online: true,
      price: null,
      outlets: [
        { outletId: `${usual}-1`, outletNo: 1, availability: 'free' },
        { outletId: `${usual}-2`, outletNo: 2, availability: 'occupied' },
      ],
    });
    expect(second?.price?.rows).toHaveLength(5);
    expect(second?.price?.rows.filter(({ current }) => current)).toHaveLength(1);
    expect((await ask(rider, 'GET', '/v1/rider/sites/nowhere')).status).toBe(404);
    expect((await ask(system, 'GET', `/v1/rider/sites/${siteId}`)).status).toBe(403);
  });

  test('keeps favourites: own only, once each, closed ones shown as closed', async () => {
    const [rider, stranger] = [await signInRider(), await signInRider()];
    const open = await seedSite({ tariffId });
    const closed = await seedSite({ tariffId, status: 'closed' });
    for (const id of [open, closed, open])
      expect((await ask(rider, 'PUT', `/v1/rider/favourite-sites/${id}`)).status).toBe(204);
    expect((await ask(rider, 'PUT', '/v1/rider/favourite-sites/nowhere')).status).toBe(404);
    const list = async (who: SignedIn, query = '') =>
      (await ask<PageOf<Of<typeof SiteCardView>>>(who, 'GET', `/v1/rider/favourite-sites${query}`)).body;
    const mine = await list(rider);
    expect(mine.items.map((site) => [site.id, site.open, site.favourite]).sort()).toEqual(
      [
        [open, true, true],
        [closed, false, true],
      ].sort(),
    );
    expect(mine.items[0]?.priceNow?.rows[0]).toMatchObject({ electricityCentiFen: 6500 });
    expect((await list(stranger)).items).toEqual([]);
    const page = await list(rider, '?limit=1');
    expect((await list(rider, `?limit=1&cursor=${page.nextCursor}`)).items).toHaveLength(1);
    for (let time = 0; time < 2; time += 1)
      expect((await ask(rider, 'DELETE', `/v1/rider/favourite-sites/${open}`)).status).toBe(204);
    expect((await list(rider)).items.map(({ id }) => id)).toEqual([closed]);
  });
});
