import { eq } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { chargers, deviceModels, dtus, sites } from '../../database/schema/fleet.ts';
import type { ChargerProfile } from '../../domain/charging/charger-state.ts';

const profileColumns = {
  chargerId: chargers.id,
  siteId: chargers.siteId,
  outlets: chargers.outlets,
  ratedPowerW: deviceModels.ratedPowerW,
  maxTemperatureDeciC: deviceModels.maxTemperatureDeciC,
  maxSessionMinutes: deviceModels.maxSessionMinutes,
};

/** What a charger's object has to know of the operator's records; undefined when there is no such charger. */
export async function findChargerProfile(
  db: Database,
  chargerId: string,
): Promise<ChargerProfile | undefined> {
  return db
    .select(profileColumns)
    .from(chargers)
    .innerJoin(deviceModels, eq(deviceModels.id, chargers.modelId))
    .where(eq(chargers.id, chargerId))
    .get();
}

export interface ConnectingDevice {
  readonly keySalt: string;
  readonly keyHash: string;
  readonly dtuStatus: 'stock' | 'bound' | 'retired';
  readonly chargerStatus: 'active' | 'decommissioned' | null;
  readonly region: string | null;
  readonly profile: ChargerProfile | null;
}

/** Everything the door needs to know about whoever presents itself as DTU `number`, in one statement. */
export async function findConnectingDevice(
  db: Database,
  number: number,
): Promise<ConnectingDevice | undefined> {
  const row = await db
    .select({
      keySalt: dtus.keySalt,
      keyHash: dtus.keyHash,
      dtuStatus: dtus.status,
      chargerStatus: chargers.status,
      region: sites.region,
      ...profileColumns,
    })
    .from(dtus)
    .leftJoin(chargers, eq(chargers.id, dtus.chargerId))
    .leftJoin(deviceModels, eq(deviceModels.id, chargers.modelId))
    .leftJoin(sites, eq(sites.id, chargers.siteId))
    .where(eq(dtus.number, number))
    .get();
  if (row === undefined) return undefined;
  const { keySalt, keyHash, dtuStatus, chargerStatus, region, ...facts } = row;
  return { keySalt, keyHash, dtuStatus, chargerStatus, region, profile: wholeProfile(facts) };
}

function wholeProfile(
  facts: { readonly [Key in keyof ChargerProfile]: ChargerProfile[Key] | null },
): ChargerProfile | null {
  const { chargerId, siteId, outlets, ratedPowerW, maxTemperatureDeciC, maxSessionMinutes } = facts;
  if (
    chargerId === null ||
    siteId === null ||
    outlets === null ||
    ratedPowerW === null ||
    maxTemperatureDeciC === null ||
    maxSessionMinutes === null
  ) {
    return null;
  }
  return { chargerId, siteId, outlets, ratedPowerW, maxTemperatureDeciC, maxSessionMinutes };
}
