import { env } from 'cloudflare:test';
import { beforeAll, describe, expect, test } from 'vitest';
import { favouriteSites } from '../../database/schema/identity.ts';
import { cellOf } from '../../domain/geo/cell.ts';
import { distanceMeters, type Position } from '../../domain/geo/position.ts';
import { tierTariff, touTariff } from '../../domain/pricing/sample-tariffs.test-support.ts';
import { type SignedIn, signInRider } from '../../tests/workers/sign-in.ts';
import { ask, database, type Of, type PageOf, seedSite, seedTariff } from './fleet.test-support.ts';
import type { NearSiteView } from './rider-site-views.ts';

type NearPage = PageOf<Of<typeof NearSiteView>>;
interface Placed extends Position {
  readonly id: string;
}

const SHENZHEN = { latE6: 22_540_000, lngE6: 114_050_000 };
const BEIJING = { latE6: 39_900_000, lngE6: 116_400_000 };
const CITY_KM = 40;

/** Repeatable random numbers in [0, 1). */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = mulberry(7);
const offset = (centre: Position, eastKm: number, northKm: number): Position => ({
  latE6: Math.round(centre.latE6 + (northKm * 1e6) / 111.195),
  lngE6: Math.round(centre.lngE6 + (eastKm * 1e6) / (111.195 * Math.cos((centre.latE6 * Math.PI) / 180e6))),
});
const anywhereIn = (centre: Position): Position =>
  offset(centre, (random() - 0.5) * CITY_KM, (random() - 0.5) * CITY_KM);

/** A city whose sites stand by half around a few hot spots. */
async function buildCity(name: string, centre: Position, count: number, tariffIds: readonly string[]) {
  const spots = Array.from({ length: 12 }, () => anywhereIn(centre));
  const city: Placed[] = Array.from({ length: count }, (_, index) => {
    const spot = spots[index % (2 * spots.length)];
    const place =
      spot === undefined ? anywhereIn(centre) : offset(spot, (random() - 0.5) * 4, (random() - 0.5) * 4);
    return { ...place, id: `${name}-${String(index).padStart(6, '0')}` };
  });
  for (let from = 0; from < count; from += 5_000) {
    const rows = city
      .slice(from, from + 5_000)
      .map(({ id, latE6, lngE6 }, index) => [
        id,
        latE6,
        lngE6,
        cellOf(latE6, lngE6),
        tariffIds[index % tariffIds.length],
      ]);
    await env.DB.prepare(
      `INSERT INTO sites (id, name, address, lat_e6, lng_e6, cell, region, opening_hours, phone, photos, tariff_id, created_at)
       SELECT value->>0, '站', '路', value->>1, value->>2, value->>3, 'apac', '[]', '', '[]', value->>4, 0 FROM json_each(?)`,
    )
      .bind(JSON.stringify(rows))
      .run();
  }
  return city;
}

const nearest = (city: readonly Placed[], from: Position) =>
  city
    .map((site) => ({ id: site.id, distanceM: distanceMeters(from, site) }))
    .filter(({ distanceM }) => distanceM <= 30_000)
    .sort((a, b) => a.distanceM - b.distanceM || (a.id < b.id ? -1 : 1));

const near = (rider: SignedIn, { latE6, lngE6 }: Position, more = '') =>
  ask<NearPage>(
    rider,
    'GET',
    `/v1/rider/sites/near?lat=${latE6 / 1e6}&lng=${lngE6 / 1e6}&system=wgs84${more}`,
  );

const rowsRead = (headers: Headers): number =>
  Number(/read=(\d+)/.exec(headers.get('Server-Timing') ?? '')?.[1]);

let rider: SignedIn;
let tariffIds: string[];
beforeAll(async () => {
  rider = await signInRider();
  tariffIds = [await seedTariff(), await seedTariff(touTariff()), await seedTariff(tierTariff())];
});

describe('near me', () => {
  test.each([
    { name: 'a', sites: 1_000, centre: SHENZHEN },
    { name: 'b', sites: 100_000, centre: BEIJING },
  ])(
    'in a city of $sites sites: the pages are the nearest, and few rows are read for them',
    async ({ name, sites: count, centre }) => {
      const city = await buildCity(name, centre, count, tariffIds);
      // Of everything a request reads: session, search, favourites and tariffs.
      const costs: number[] = [];
      for (let walk = 0; walk < 12; walk += 1) {
        const somewhere = city[Math.floor(random() * count)] ?? centre;
        const from = walk % 2 === 0 ? anywhereIn(centre) : offset(somewhere, random() - 0.5, random() - 0.5);
        const expected = nearest(city, from);
        let cursor = '';
        for (let page = 0; page < 4; page += 1) {
          const { status, body, headers } = await near(rider, from, cursor);
          expect(status).toBe(200);
          expect(body.items.map(({ id, distanceM }) => ({ id, distanceM }))).toEqual(
            expected.slice(page * 20, (page + 1) * 20),
          );
          costs.push(rowsRead(headers) / body.items.length);
          cursor = `&cursor=${body.nextCursor}`;
        }
      }
      const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
      expect(mean).toBeLessThanOrEqual(5);
    },
    60_000,
  );

  test('the list ends where the sites do, at 30 km, and a page of one works', async () => {
    const tibet = { latE6: 31_500_000, lngE6: 91_000_000 };
    const at = (km: number, id: string) =>
      seedSite({ ...offset(tibet, 0, km), id, tariffId: tariffIds[0] ?? '' });
    await Promise.all([at(0, 'tibet-0'), at(5, 'tibet-5'), at(29.9, 'tibet-29'), at(30.1, 'tibet-30')]);
    const all = await near(rider, tibet);
    expect(all.body.items.map(({ id }) => id)).toEqual(['tibet-0', 'tibet-5', 'tibet-29']);
    expect(all.body.nextCursor).toBeNull();
    const ids: string[] = [];
    let cursor = '';
    for (;;) {
      const { body } = await near(rider, tibet, `&limit=1${cursor}`);
      ids.push(...body.items.map(({ id }) => id));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(ids).toEqual(['tibet-0', 'tibet-5', 'tibet-29']);
    const nowhere = await near(rider, { latE6: 0, lngE6: -140_000_000 });
    expect(nowhere.body).toEqual({ items: [], nextCursor: null });
  });

  test('sites at the same spot come once each, closed ones not at all', async () => {
    const spot = { latE6: 36_060_000, lngE6: 103_830_000 };
    const tariffId = tariffIds[0] ?? '';
    for (const id of ['same-c', 'same-a', 'same-d', 'same-b']) await seedSite({ ...spot, id, tariffId });
    await seedSite({ ...spot, id: 'same-closed', tariffId, status: 'closed' });
    const first = await near(rider, spot, '&limit=3');
    const second = await near(rider, spot, `&limit=3&cursor=${first.body.nextCursor}`);
    expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual([
      'same-a',
      'same-b',
      'same-c',
      'same-d',
    ]);
    expect(second.body.nextCursor).toBeNull();
  });

  test('a rider sees the price of this moment, opening hours, favourites, and WeChat’s coordinates', async () => {
    const spot = { latE6: 30_570_000, lngE6: 104_060_000 };
    const minute = Math.floor(((Date.now() + 8 * 3_600_000) % 86_400_000) / 60_000);
    const closedNow = [{ fromMinute: (minute + 120) % 1440, toMinute: (minute + 180) % 1440 }];
    await seedSite({
      ...spot,
      id: 'chengdu-1',
      tariffId: tariffIds[0] ?? '',
      outletsTotal: 10,
      outletsFree: 4,
    });
    await seedSite({ ...spot, id: 'chengdu-2', tariffId: tariffIds[2] ?? '', openingHours: closedNow });
    await seedSite({ ...spot, id: 'chengdu-3', tariffId: 'no such tariff' });
    await database()
      .insert(favouriteSites)
      .values([
        { riderId: rider.id, siteId: 'chengdu-2', createdAt: 0 },
        { riderId: 'somebody else', siteId: 'chengdu-1', createdAt: 0 },
      ]);
    const { body } = await ask<NearPage>(rider, 'GET', '/v1/rider/sites/near?lat=30.567593&lng=104.062508');
    expect(body.items).toMatchObject([
      {
        id: 'chengdu-1',
        open: true,
        favourite: false,
        outletsFree: 4,
        outletsTotal: 10,
        priceNow: {
          kind: 'energy',
          rows: [{ unit: 'Wh', electricityCentiFen: 6500, serviceCentiFen: 8500 }],
          pricesUntil: null,
        },
      },
      {
        id: 'chengdu-2',
        open: false,
        favourite: true,
        priceNow: { kind: 'power-tier', rows: [{ uptoWatt: 200 }, { uptoWatt: 400 }, { uptoWatt: null }] },
      },
      { id: 'chengdu-3', priceNow: null },
    ]);
    // Asked in GCJ-02, which WeChat speaks, the answer is in GCJ-02 too: half a kilometre off in WGS-84.
    expect(body.items[0]?.lat).toBeCloseTo(30.5676, 3);
    expect(body.items[0]?.distanceM).toBeLessThan(20);
    const wgs = await near(rider, spot, '&limit=1');
    expect(wgs.body.items[0]).toMatchObject({ lat: 30.57, lng: 104.06, distanceM: 0 });
  });

  test.each([
    ['lat=91&lng=0', 'invalid_request'],
    ['lat=abc&lng=0', 'invalid_request'],
    ['lng=0', 'invalid_request'],
    ['lat=0&lng=0&limit=51', 'invalid_request'],
    ['lat=0&lng=0&system=bd09', 'invalid_request'],
    ['lat=0&lng=0&radius=9', 'invalid_request'],
    ['lat=0&lng=0&cursor=bm90IGpzb24', 'invalid_cursor'],
    ['lat=0&lng=0&cursor=eyJvIjpbMCwwXSwiZCI6LTEsImlkIjoiIiwiayI6MH0', 'invalid_cursor'],
  ])('%s is refused', async (query, code) => {
    const { status, body } = await ask(rider, 'GET', `/v1/rider/sites/near?${query}`);
    expect([status, body.error.code]).toEqual([400, code]);
  });
});
