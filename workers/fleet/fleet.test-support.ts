import { env, exports } from 'cloudflare:workers';
import type { z } from '@hono/zod-openapi';
import { openDatabase } from '../../database/open.ts';
import { chargers, deviceModels, dtus, networkNumbers, sites } from '../../database/schema/fleet.ts';
import { tariffs, tariffVersions } from '../../database/schema/pricing.ts';
import { cellOf } from '../../domain/geo/cell.ts';
import { flatEnergyTariff } from '../../domain/pricing/sample-tariffs.test-support.ts';
import type { TariffRules } from '../../domain/pricing/tariff.ts';
import type { SignedIn } from '../../tests/workers/sign-in.ts';
import { newId } from '../identifiers.ts';

export const database = () => openDatabase(env.DB);

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** The shape of a refusal. */
export interface Refusal {
  readonly error: { readonly code: string; readonly details?: Record<string, unknown> };
}

/** Asks the real API as somebody; the caller says what shape it expects. */
export async function ask<Body = Refusal>(
  who: SignedIn | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Body>> {
  const response = await exports.default.fetch(`https://api.test${path}`, {
    method,
    headers: who?.headers ?? { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: (text === '' ? null : JSON.parse(text)) as Body,
    headers: response.headers,
  };
}

export type Of<Schema extends z.ZodType> = z.infer<Schema>;
export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** A tariff in force since long ago. */
export async function seedTariff(
  rules: TariffRules = flatEnergyTariff(6500, 8500),
  agentId: string | null = null,
): Promise<string> {
  const id = newId(Date.now());
  const db = database();
  await db.batch([
    db.insert(tariffs).values({ id, name: id, agentId, createdAt: 0 }),
    db
      .insert(tariffVersions)
      .values({ id: `${id}-1`, tariffId: id, effectiveFrom: 0, rules, createdBy: 'test', createdAt: 0 }),
  ]);
  return id;
}

export async function seedSite(
  facts: Partial<typeof sites.$inferInsert> & { readonly tariffId: string },
): Promise<string> {
  const id = facts.id ?? newId(Date.now());
  const latE6 = facts.latE6 ?? 22_540_000;
  const lngE6 = facts.lngE6 ?? 113_944_000;
  await database()
    .insert(sites)
    .values({
      name: `站 ${id}`,
      address: '深圳市南山区',
      region: 'apac',
      openingHours: [],
      phone: '',
      photos: [],
      createdAt: 0,
      ...facts,
      id,
      latE6,
      lngE6,
      cell: cellOf(latE6, lngE6),
    });
  return id;
}

export async function seedModel(outlets = 2): Promise<string> {
  const id = newId(Date.now());
  await database().insert(deviceModels).values({
    id,
    typeId: 'pile',
    vendor: '电驿',
    name: id,
    protocol: 'ocpp1.6',
    outlets,
    ratedPowerW: 800,
    maxTemperatureDeciC: 850,
    maxSessionMinutes: 720,
    createdAt: 0,
  });
  return id;
}

/** A charger whose object has not spoken yet; the site's counts are the caller's business. */
export async function seedCharger(
  facts: Partial<typeof chargers.$inferInsert> & { readonly siteId: string; readonly modelId: string },
): Promise<string> {
  const id = facts.id ?? newId(Date.now());
  const outlets = facts.outlets ?? 2;
  await database()
    .insert(chargers)
    .values({
      name: `桩 ${id}`,
      serial: id,
      outlets,
      outletStates: Array.from({ length: outlets }, () => 'offline' as const),
      createdAt: 0,
      ...facts,
      id,
    });
  return id;
}

/** A DTU in stock, with its number taken. */
export async function seedDtu(number: number): Promise<number> {
  const db = database();
  await db.batch([
    db
      .insert(networkNumbers)
      .values({ number, kind: 'dtu', origin: 'imported', batchId: 'test', allocatedAt: 0 }),
    db.insert(dtus).values({ number, keySalt: 'salt', keyHash: 'hash', createdAt: 0 }),
  ]);
  return number;
}
