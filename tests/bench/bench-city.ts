import { createHash } from 'node:crypto';
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types';
import { chargers, deviceModels, deviceTypes, dtus, sites } from '../../database/schema/fleet.ts';
import { riderSessions, riders } from '../../database/schema/identity.ts';
import { ledgerEntries, ledgerTransactions } from '../../database/schema/ledger.ts';
import { tariffs, tariffVersions } from '../../database/schema/pricing.ts';
import { cellOf } from '../../domain/geo/cell.ts';
import { DAY } from '../../domain/units.ts';
import { demoMoney } from '../../scripts/seed/demo-people.ts';
import { demoTariffs } from '../../scripts/seed/demo-tariffs.ts';
import { insertStatements } from '../../scripts/seed/insert-statements.ts';
import { hashDeviceKey } from '../../workers/fleet/device-key.ts';

/** One charger of the bench with the rider who charges at it. */
export interface BenchPile {
  readonly dtuNumber: number;
  readonly key: string;
  readonly chargerId: string;
  readonly outletId: string;
  readonly riderToken: string;
}

/** Seven periods a day: what a charging order is usually priced by. */
const TARIFF_ID = 'TARIFF-TOU';
export const TARIFF_VERSION_ID = `${TARIFF_ID}-1`;

const FIRST_NUMBER = 40_001;
const PILES_A_SITE = 20;
const OUTLETS = 1;
const STATEMENTS_A_BATCH = 200;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Names the bench's chargers and riders; the same for the same count. */
export function benchPiles(count: number): BenchPile[] {
  return Array.from({ length: count }, (_, index) => {
    const dtuNumber = FIRST_NUMBER + index;
    return {
      dtuNumber,
      key: `bench-pile-${dtuNumber}`,
      chargerId: `CH${dtuNumber}`,
      outletId: `CH${dtuNumber}-1`,
      riderToken: `rt_bench-${dtuNumber}`,
    };
  });
}

/** Puts chargers of one outlet each, and a signed-in rider with ¥100 for each of them, into an empty database. */
export async function seedBench(
  database: D1Database,
  piles: readonly BenchPile[],
  now: number,
): Promise<void> {
  const createdAt = now - 30 * DAY;
  const prices = demoTariffs(now);
  const siteCount = Math.ceil(piles.length / PILES_A_SITE);
  const riderId = (pile: BenchPile): string => `RIDER${pile.dtuNumber}`;
  const money = demoMoney(piles.map(riderId), now);
  const identities = await Promise.all(
    piles.map(async ({ dtuNumber, key, chargerId }) => ({
      number: dtuNumber,
      keySalt: 'bench',
      keyHash: await hashDeviceKey('bench', key),
      status: 'bound' as const,
      chargerId,
      createdAt,
    })),
  );
  await inBatches(database, [
    ...insertStatements(database, tariffs, prices.tariffs),
    ...insertStatements(database, tariffVersions, prices.versions),
    ...insertStatements(
      database,
      sites,
      Array.from({ length: siteCount }, (_, index) => siteAt(index, createdAt)),
    ),
    ...insertStatements(database, deviceTypes, [
      { id: 'TYPE-PILE', code: 'pile', name: '充电桩', createdAt },
    ]),
    ...insertStatements(database, deviceModels, [
      {
        id: 'MODEL-BENCH',
        typeId: 'TYPE-PILE',
        vendor: '电驿',
        name: 'DY-P1',
        protocol: 'ocpp1.6',
        outlets: OUTLETS,
        ratedPowerW: 1200,
        maxTemperatureDeciC: 700,
        maxSessionMinutes: 720,
        createdAt,
      },
    ]),
    ...insertStatements(
      database,
      chargers,
      piles.map(({ chargerId }, index) => ({
        id: chargerId,
        name: `${index + 1}号桩`,
        serial: `DYP1-${chargerId}`,
        modelId: 'MODEL-BENCH',
        siteId: siteId(Math.floor(index / PILES_A_SITE)),
        outlets: OUTLETS,
        outletStates: ['offline' as const],
        createdAt,
      })),
    ),
    ...insertStatements(database, dtus, identities),
    ...insertStatements(
      database,
      riders,
      piles.map((pile) => ({
        id: riderId(pile),
        openid: `openid-${riderId(pile)}`,
        displayName: '骑手',
        createdAt,
      })),
    ),
    ...insertStatements(
      database,
      riderSessions,
      piles.map((pile) => ({
        tokenHash: sha256(pile.riderToken),
        riderId: riderId(pile),
        expiresAt: now + 365 * DAY,
        createdAt,
      })),
    ),
    ...insertStatements(database, ledgerTransactions, money.transactions),
    ...insertStatements(database, ledgerEntries, money.entries),
  ]);
}

const siteId = (index: number): string => `BENCH-SITE${String(index + 1).padStart(3, '0')}`;

function siteAt(index: number, createdAt: number) {
  const at = { latE6: 22_540_000 + 900 * Math.floor(index / 10), lngE6: 113_950_000 + 900 * (index % 10) };
  return {
    id: siteId(index),
    name: `测试站 ${index + 1}`,
    address: '科技园',
    ...at,
    cell: cellOf(at.latE6, at.lngE6),
    region: 'apac',
    openingHours: [],
    phone: '075500000000',
    photos: [],
    tariffId: TARIFF_ID,
    outletsTotal: PILES_A_SITE * OUTLETS,
    createdAt,
  };
}

async function inBatches(database: D1Database, statements: readonly D1PreparedStatement[]): Promise<void> {
  for (let start = 0; start < statements.length; start += STATEMENTS_A_BATCH) {
    await database.batch(statements.slice(start, start + STATEMENTS_A_BATCH));
  }
}
