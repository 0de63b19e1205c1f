import { env } from 'cloudflare:test';
import { beforeAll, expect, test } from 'vitest';
import { type DatabaseCosts, openDatabase } from '../../database/open.ts';
import { chargers, sites } from '../../database/schema/fleet.ts';
import { tariffs, tariffVersions } from '../../database/schema/pricing.ts';
import { flatEnergyTariff } from '../../domain/pricing/sample-tariffs.test-support.ts';
import { epochMs } from '../../domain/units.ts';
import { findTariffInForce, tariffsInForce } from './queries.ts';

const NOON = epochMs(Date.parse('2026-06-01T04:00:00Z'));
const HOUR = 3_600_000;

beforeAll(async () => {
  const db = openDatabase(env.DB);
  const site = {
    address: '',
    latE6: 0,
    lngE6: 0,
    cell: 0,
    region: 'apac',
    openingHours: [],
    phone: '',
    photos: [],
    createdAt: 0,
  };
  await db.insert(sites).values([
    { ...site, id: 'S1', name: '东门', tariffId: 'T-site' },
    { ...site, id: 'S2', name: '西门', tariffId: 'T-future' },
  ]);
  const charger = { modelId: 'M', siteId: 'S1', outlets: 10, outletStates: [], createdAt: 0 };
  await db.insert(chargers).values([
    { ...charger, id: 'C1', name: '一号桩', serial: '1', tariffId: null },
    { ...charger, id: 'C2', name: '二号桩', serial: '2', tariffId: 'T-charger' },
  ]);
  await db
    .insert(tariffs)
    .values(['T-site', 'T-charger', 'T-future'].map((id) => ({ id, name: id, createdAt: 0 })));
  const version = (tariffId: string, id: string, effectiveFrom: number, price: number) => ({
    id,
    tariffId,
    effectiveFrom,
    rules: flatEnergyTariff(price, 0),
    createdBy: 'X',
    createdAt: 0,
  });
  await db
    .insert(tariffVersions)
    .values([
      ...Array.from({ length: 10 }, (_, day) =>
        version('T-site', `V-site-${day + 10}`, NOON - (10 - day) * 24 * HOUR, 100 + day),
      ),
      version('T-site', 'V-site-z-tomorrow', NOON + 24 * HOUR, 900),
      version('T-charger', 'V-charger-a', NOON - HOUR, 500),
      version('T-charger', 'V-charger-b', NOON - HOUR, 600),
      version('T-future', 'V-future', NOON + HOUR, 700),
    ]);
});

test('a charger’s own tariff goes before its site’s, and only a version whose time has come counts', async () => {
  const inForce = async (where: { siteId: string; chargerId?: string }, at = NOON) => {
    const costs: DatabaseCosts = { d1Statements: 0, d1RoundTrips: 0, d1RowsRead: 0, d1RowsWritten: 0 };
    const found = await findTariffInForce(openDatabase(env.DB, costs), where, at);
    expect(costs.d1Statements).toBe(1);
    expect(costs.d1RowsRead).toBeLessThanOrEqual(4);
    return found;
  };

  expect(await inForce({ siteId: 'S1' })).toMatchObject({ tariffId: 'T-site', tariffVersionId: 'V-site-19' });
  expect(await inForce({ siteId: 'S1', chargerId: 'C1' })).toMatchObject({ tariffVersionId: 'V-site-19' });
  // Of two versions with the same start the later one is the correction.
  expect(await inForce({ siteId: 'S1', chargerId: 'C2' })).toEqual({
    tariffId: 'T-charger',
    tariffVersionId: 'V-charger-b',
    rules: flatEnergyTariff(600, 0),
  });
  expect(await inForce({ siteId: 'S1' }, epochMs(NOON + 24 * HOUR))).toMatchObject({
    tariffVersionId: 'V-site-z-tomorrow',
  });
  expect(await inForce({ siteId: 'S2' })).toBeUndefined();
  expect(await inForce({ siteId: 'nowhere' })).toBeUndefined();
});

test('a page of tariffs is priced in one statement', async () => {
  const costs: DatabaseCosts = { d1Statements: 0, d1RoundTrips: 0, d1RowsRead: 0, d1RowsWritten: 0 };
  const db = openDatabase(env.DB, costs);
  const found = await tariffsInForce(db, ['T-site', 'T-charger', 'T-future', 'T-site'], NOON);
  expect([...found].map(([id, { tariffVersionId }]) => [id, tariffVersionId]).toSorted()).toEqual([
    ['T-charger', 'V-charger-b'],
    ['T-site', 'V-site-19'],
  ]);
  expect(costs).toMatchObject({ d1Statements: 1 });
  expect(costs.d1RowsRead).toBeLessThan(15);
  expect(await tariffsInForce(db, [], NOON)).toEqual(new Map());
});
