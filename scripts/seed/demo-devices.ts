import { randomBytes } from 'node:crypto';
import type {
  bdts,
  chargers,
  deviceModels,
  deviceTypes,
  dtuBindings,
  dtus,
  networkNumbers,
} from '../../database/schema/fleet.ts';
import { DAY } from '../../domain/units.ts';
import { hashDeviceKey } from '../../workers/fleet/device-key.ts';
import {
  chargerId,
  OUTSIDE_KEY,
  OUTSIDE_NUMBERS,
  OUTSIDE_OUTLETS,
  PILE_NUMBERS,
  PILE_OUTLETS,
  pileKey,
  RATED_POWER_W,
} from './demo-names.ts';
import { OUTSIDE_EVERY_NTH_SITE, siteId } from './demo-sites.ts';
import { PLAIN_TARIFF_ID } from './demo-tariffs.ts';

export interface DemoDevices {
  readonly types: (typeof deviceTypes.$inferInsert)[];
  readonly models: (typeof deviceModels.$inferInsert)[];
  readonly numbers: (typeof networkNumbers.$inferInsert)[];
  readonly dtus: (typeof dtus.$inferInsert)[];
  readonly bindings: (typeof dtuBindings.$inferInsert)[];
  readonly chargers: (typeof chargers.$inferInsert)[];
  readonly bdts: (typeof bdts.$inferInsert)[];
}

interface Pile {
  readonly number: number;
  readonly key: string;
  readonly outlets: number;
  readonly modelId: string;
  readonly origin: 'allocated' | 'imported';
}

const SITES = 60;
const BDTS = 24;

const PILES: readonly Pile[] = [
  ...PILE_NUMBERS.map(
    (number, index): Pile => ({
      number,
      key: pileKey(number),
      outlets: PILE_OUTLETS,
      modelId: index % 4 === 3 ? 'MODEL-P10S' : 'MODEL-P10',
      origin: 'allocated',
    }),
  ),
  ...OUTSIDE_NUMBERS.map(
    (number): Pile => ({
      number,
      key: OUTSIDE_KEY,
      outlets: OUTSIDE_OUTLETS,
      modelId: 'MODEL-P2',
      origin: 'imported',
    }),
  ),
];

/** The demo's piles, each bound to its DTU, dealt out over the sites in turn. */
export async function demoDevices(now: number): Promise<DemoDevices> {
  const createdAt = now - 60 * DAY;
  const placed = placePiles();
  return {
    types: [
      { id: 'TYPE-PILE', code: 'charging-pile', name: '充电桩', createdAt },
      { id: 'TYPE-CHARGING-CABINET', code: 'charging-cabinet', name: '充电柜', createdAt },
      { id: 'TYPE-SWAP-CABINET', code: 'swap-cabinet', name: '换电柜', createdAt },
    ],
    models: [
      model('MODEL-P10', '电驿', 'DY-P10', PILE_OUTLETS, createdAt),
      model('MODEL-P10S', '深能智充', 'SN-10S', PILE_OUTLETS, createdAt),
      model('MODEL-P2', '电驿', 'DY-P2', OUTSIDE_OUTLETS, createdAt),
    ],
    numbers: PILES.map(({ number, origin }) => ({
      number,
      kind: 'dtu',
      origin,
      batchId: `DEMO-${origin.toUpperCase()}`,
      allocatedAt: createdAt,
    })),
    dtus: await Promise.all(
      PILES.map(async ({ number, key }) => {
        const keySalt = randomBytes(16).toString('hex');
        return {
          number,
          keySalt,
          keyHash: await hashDeviceKey(keySalt, key),
          status: 'bound' as const,
          chargerId: chargerId(number),
          createdAt,
        };
      }),
    ),
    bindings: PILES.map(({ number }) => ({
      id: `BINDING-${number}`,
      dtuNumber: number,
      chargerId: chargerId(number),
      boundAt: createdAt,
      reason: '首次安装',
    })),
    chargers: placed.map(({ pile, site, ordinal }) => ({
      id: chargerId(pile.number),
      name: `${ordinal}号桩`,
      serial: `${pile.modelId.replace('MODEL-', 'DY')}-26${pile.number}`,
      modelId: pile.modelId,
      siteId: site,
      tariffId: PLAINLY_PRICED.includes(pile.number) ? PLAIN_TARIFF_ID : null,
      outlets: pile.outlets,
      createdAt,
      outletStates: Array.from({ length: pile.outlets }, () => 'offline' as const),
    })),
    bdts: Array.from({ length: BDTS }, (_, index) => ({
      id: `BDT${String(index + 1).padStart(3, '0')}`,
      serial: `BDT26${String(10_001 + index)}`,
      vendor: index % 3 === 2 ? '深能智充' : '电驿',
      firmware: index % 4 === 3 ? '1.4.2' : '1.5.0',
      createdAt,
    })),
  };
}

/** The outlets of each site, for its total. */
export function outletsBySite(): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const { pile, site } of placePiles()) totals.set(site, (totals.get(site) ?? 0) + pile.outlets);
  return totals;
}

/** The first half of the identities for devices from outside; the others have their site's tariff. */
const PLAINLY_PRICED = OUTSIDE_NUMBERS.slice(0, 10);

function placePiles(): { readonly pile: Pile; readonly site: string; readonly ordinal: number }[] {
  const counts = new Map<string, number>();
  return PILES.map((pile, index) => {
    const site = siteId(
      index < PILE_NUMBERS.length
        ? index % SITES
        : ((index - PILE_NUMBERS.length) * OUTSIDE_EVERY_NTH_SITE) % SITES,
    );
    const ordinal = (counts.get(site) ?? 0) + 1;
    counts.set(site, ordinal);
    return { pile, site, ordinal };
  });
}

function model(id: string, vendor: string, name: string, outlets: number, createdAt: number) {
  return {
    id,
    typeId: 'TYPE-PILE',
    vendor,
    name,
    protocol: 'ocpp1.6' as const,
    outlets,
    ratedPowerW: RATED_POWER_W,
    maxTemperatureDeciC: 700,
    maxSessionMinutes: 720,
    createdAt,
  };
}
