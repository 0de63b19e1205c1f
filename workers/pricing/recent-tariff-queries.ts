import type { Database } from '../../database/open.ts';
import { type EpochMs, SECOND } from '../../domain/units.ts';
import { type TariffInForce, tariffsInForce } from './queries.ts';

/** How long a price on a list may be out of date. The quote before a start always asks the database. */
const KEPT = 10 * SECOND;
/** A city has dozens of tariffs; a memory that outgrows this is emptied. */
const MOST_KEPT = 2_000;

const kept = new Map<string, { readonly until: number; readonly tariff: TariffInForce | undefined }>();

/** {@link tariffsInForce} with a short memory: neighbouring sites share their tariffs, and so do their riders. */
export async function recentTariffs(
  db: Database,
  tariffIds: readonly string[],
  now: EpochMs,
): Promise<ReadonlyMap<string, TariffInForce>> {
  const missing = tariffIds.filter((tariffId) => (kept.get(tariffId)?.until ?? 0) <= now);
  const read = await tariffsInForce(db, missing, now);
  if (kept.size > MOST_KEPT) kept.clear();
  for (const tariffId of missing) kept.set(tariffId, { until: now + KEPT, tariff: read.get(tariffId) });
  const found = new Map<string, TariffInForce>();
  for (const tariffId of tariffIds) {
    const tariff = kept.get(tariffId)?.tariff;
    if (tariff !== undefined) found.set(tariffId, tariff);
  }
  return found;
}
