import type { D1Database } from '@cloudflare/workers-types';
import {
  bdts,
  chargers,
  deviceModels,
  deviceTypes,
  dtuBindings,
  dtus,
  networkNumbers,
  sites,
} from '../../database/schema/fleet.ts';
import { riders, staff } from '../../database/schema/identity.ts';
import { ledgerEntries, ledgerTransactions } from '../../database/schema/ledger.ts';
import { tariffs, tariffVersions } from '../../database/schema/pricing.ts';
import { DAY } from '../../domain/units.ts';
import { demoDevices, outletsBySite } from './demo-devices.ts';
import { demoMoney, demoRiders, demoStaff } from './demo-people.ts';
import { demoSites } from './demo-sites.ts';
import { demoTariffs } from './demo-tariffs.ts';
import { insertStatements } from './insert-statements.ts';
import { isEmptyDatabase } from './is-empty-database.ts';

export interface SeedCounts {
  readonly sites: number;
  readonly chargers: number;
  readonly riders: number;
  readonly staff: number;
}

/** Fills an empty database with the demo, all of it or nothing. Null when there is data already. */
export async function seedDemo(
  database: D1Database,
  options: { readonly wechatAppId: string; readonly now?: number },
): Promise<SeedCounts | null> {
  if (!(await isEmptyDatabase(database))) return null;
  const now = options.now ?? Date.now();
  const prices = demoTariffs(now);
  const [devices, people] = await Promise.all([demoDevices(now), demoStaff(now)]);
  const totals = outletsBySite();
  const places = demoSites(now - 90 * DAY).map((site) => ({
    ...site,
    outletsTotal: totals.get(site.id) ?? 0,
  }));
  const population = demoRiders(options.wechatAppId, now);
  const money = demoMoney(
    population.map(({ id }) => id),
    now,
  );
  await database.batch([
    ...insertStatements(database, tariffs, prices.tariffs),
    ...insertStatements(database, tariffVersions, prices.versions),
    ...insertStatements(database, sites, places),
    ...insertStatements(database, deviceTypes, devices.types),
    ...insertStatements(database, deviceModels, devices.models),
    ...insertStatements(database, networkNumbers, devices.numbers),
    ...insertStatements(database, dtus, devices.dtus),
    ...insertStatements(database, dtuBindings, devices.bindings),
    ...insertStatements(database, chargers, devices.chargers),
    ...insertStatements(database, bdts, devices.bdts),
    ...insertStatements(database, riders, population),
    ...insertStatements(database, ledgerTransactions, money.transactions),
    ...insertStatements(database, ledgerEntries, money.entries),
    ...insertStatements(database, staff, people),
  ]);
  return {
    sites: places.length,
    chargers: devices.chargers.length,
    riders: population.length,
    staff: people.length,
  };
}
