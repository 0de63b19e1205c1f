import { and, eq } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { chargers, deviceModels, dtus, type OpeningSpan, sites } from '../../database/schema/fleet.ts';
import type { ChargerProfile, OutletAvailability } from '../../domain/charging/charger-state.ts';
import { kindOfNetworkNumber } from '../../domain/numbering/network-number.ts';

/** An outlet as it is scanned: `{charger}-{outlet}`, where the charger is named by its id or by its DTU's number. */
export interface OutletReference {
  readonly charger: string;
  readonly outletNo: number;
}

const OUTLET_ID = /^([A-Za-z0-9_]{1,64})-([1-9][0-9]{0,2})$/;

export function parseOutletId(text: string): OutletReference | null {
  const match = OUTLET_ID.exec(text);
  return match?.[1] === undefined ? null : { charger: match[1], outletNo: Number(match[2]) };
}

export const outletIdOf = (chargerId: string, outletNo: number): string => `${chargerId}-${outletNo}`;

/** Everything about an outlet that a start has to look at. */
export interface ScannedOutlet {
  readonly outletNo: number;
  readonly siteId: string;
  readonly siteName: string;
  readonly siteStatus: 'open' | 'closed';
  readonly openingHours: readonly OpeningSpan[];
  readonly chargerName: string;
  readonly chargerStatus: 'active' | 'decommissioned';
  readonly online: boolean;
  readonly availability: OutletAvailability;
  readonly profile: ChargerProfile;
}

/** Finds a scanned outlet in one statement; undefined when there is none of that name. */
export async function findOutlet(db: Database, outletId: string): Promise<ScannedOutlet | undefined> {
  const reference = parseOutletId(outletId);
  if (reference === null) return undefined;
  const { charger, outletNo } = reference;
  const byNumber = kindOfNetworkNumber(Number(charger)) === 'dtu';
  const base = db
    .select({
      chargerId: chargers.id,
      chargerName: chargers.name,
      chargerStatus: chargers.status,
      online: chargers.online,
      outletStates: chargers.outletStates,
      outlets: chargers.outlets,
      siteId: sites.id,
      siteName: sites.name,
      siteStatus: sites.status,
      openingHours: sites.openingHours,
      ratedPowerW: deviceModels.ratedPowerW,
      maxTemperatureDeciC: deviceModels.maxTemperatureDeciC,
      maxSessionMinutes: deviceModels.maxSessionMinutes,
    })
    .from(chargers)
    .innerJoin(deviceModels, eq(deviceModels.id, chargers.modelId))
    .innerJoin(sites, eq(sites.id, chargers.siteId));
  const row = byNumber
    ? await base
        .innerJoin(dtus, and(eq(dtus.chargerId, chargers.id), eq(dtus.status, 'bound')))
        .where(eq(dtus.number, Number(charger)))
        .get()
    : await base.where(eq(chargers.id, charger)).get();
  if (row === undefined || outletNo > row.outlets) return undefined;
  const { chargerId, outlets, ratedPowerW, maxTemperatureDeciC, maxSessionMinutes, outletStates, ...facts } =
    row;
  return {
    ...facts,
    outletNo,
    availability: outletStates[outletNo - 1] ?? 'offline',
    profile: { chargerId, siteId: row.siteId, outlets, ratedPowerW, maxTemperatureDeciC, maxSessionMinutes },
  };
}
