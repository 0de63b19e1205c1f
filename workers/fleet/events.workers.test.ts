import { env } from 'cloudflare:test';
import { and, eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { type DatabaseCosts, openDatabase } from '../../database/open.ts';
import { alarms, chargers, sites } from '../../database/schema/fleet.ts';
import type { OutletAvailability } from '../../domain/charging/charger-state.ts';
import type { ProjectionMessage } from '../../durable-objects/charger/charger-deadlines.ts';
import { signInStaff } from '../../tests/workers/sign-in.ts';
import { type AlarmMessage, applyChargerAlarm, applyChargerProjection } from './events.ts';
import {
  ask,
  database,
  type PageOf,
  seedCharger,
  seedModel,
  seedSite,
  seedTariff,
} from './fleet.test-support.ts';

let tariffId: string;
let modelId: string;
beforeAll(async () => {
  tariffId = await seedTariff();
  modelId = await seedModel();
});

async function siteWithCharger(agentId: string | null = null) {
  const siteId = await seedSite({ tariffId, agentId, outletsTotal: 2 });
  return { siteId, chargerId: await seedCharger({ siteId, modelId }) };
}

const projection = (chargerId: string, seq: number, outlets: OutletAvailability[]): ProjectionMessage => ({
  v: 1,
  type: 'charger.projection',
  id: `${chargerId}:p${seq}`,
  chargerId,
  seq,
  at: seq,
  online: true,
  outlets,
  firmware: '1.4.2',
});

/** Applies a message and says how many rows D1 wrote for it. */
async function rowsWritten(message: ProjectionMessage): Promise<number> {
  const costs: DatabaseCosts = { d1Statements: 0, d1RoundTrips: 0, d1RowsRead: 0, d1RowsWritten: 0 };
  await applyChargerProjection(openDatabase(env.DB, costs), message);
  expect(costs.d1RoundTrips).toBe(1);
  return costs.d1RowsWritten;
}

async function seen(siteId: string, chargerId: string) {
  const db = database();
  const site = await db.select().from(sites).where(eq(sites.id, siteId)).get();
  const charger = await db.select().from(chargers).where(eq(chargers.id, chargerId)).get();
  return { siteFree: site?.outletsFree, chargerFree: charger?.outletsFree, seq: charger?.projectionSeq };
}

describe('what a charger’s object says reaches D1', () => {
  test('a change of free outlets writes two rows, any other change one, no news none', async () => {
    const { siteId, chargerId } = await siteWithCharger();
    expect(await rowsWritten(projection(chargerId, 10, ['free', 'free']))).toBe(2);
    expect(await seen(siteId, chargerId)).toEqual({ siteFree: 2, chargerFree: 2, seq: 10 });
    expect(await rowsWritten(projection(chargerId, 11, ['occupied', 'free']))).toBe(2);
    expect(await rowsWritten(projection(chargerId, 12, ['faulted', 'free']))).toBe(1);
    expect(await rowsWritten(projection(chargerId, 12, ['faulted', 'free']))).toBe(0);
    expect(await seen(siteId, chargerId)).toEqual({ siteFree: 1, chargerFree: 1, seq: 12 });
    const row = await database().select().from(chargers).where(eq(chargers.id, chargerId)).get();
    expect(row).toMatchObject({
      online: true,
      outletStates: ['faulted', 'free'],
      firmware: '1.4.2',
      projectedAt: 12,
    });
  });

  test('D3: repeated and overtaken messages change nothing', async () => {
    const { siteId, chargerId } = await siteWithCharger();
    const neighbour = await seedCharger({ siteId, modelId });
    const history = [
      projection(chargerId, 1, ['free', 'free']),
      projection(neighbour, 1, ['free', 'occupied']),
      projection(chargerId, 2, ['occupied', 'free']),
      projection(chargerId, 3, ['occupied', 'occupied']),
    ];
    // The newest first, then everything twice and backwards.
    for (const message of [history[3], ...history.toReversed(), ...history]) {
      if (message !== undefined) await applyChargerProjection(database(), message);
    }
    expect(await seen(siteId, chargerId)).toEqual({ siteFree: 1, chargerFree: 0, seq: 3 });
  });

  test('deliveries at the same time add up', async () => {
    const { siteId, chargerId } = await siteWithCharger();
    const messages = Array.from({ length: 12 }, (_, index) =>
      projection(chargerId, index + 1, index % 2 === 0 ? ['free', 'free'] : ['occupied', 'free']),
    );
    await Promise.all(
      [...messages, ...messages].map((message) => applyChargerProjection(database(), message)),
    );
    expect(await seen(siteId, chargerId)).toEqual({ siteFree: 1, chargerFree: 1, seq: 12 });
  });

  test('a decommissioned or unknown charger frees no outlet', async () => {
    const siteId = await seedSite({ tariffId });
    const chargerId = await seedCharger({ siteId, modelId, status: 'decommissioned' });
    expect(await rowsWritten(projection(chargerId, 5, ['free', 'free']))).toBe(0);
    expect(await rowsWritten(projection('nobody', 5, ['free', 'free']))).toBe(0);
    expect((await seen(siteId, chargerId)).siteFree).toBe(0);
  });
});

describe('alarms', () => {
  const alarm = (chargerId: string, seq: number, at: number): AlarmMessage => ({
    v: 1,
    type: 'charger.alarm',
    id: `${chargerId}:${seq}`,
    chargerId,
    kind: 'over-temperature',
    severity: 'critical',
    outletNo: 1,
    detail: { temperatureDeciC: 912 },
    at,
  });

  test('a repeated alarm is one alarm; an unknown charger has none', async () => {
    const { siteId, chargerId } = await siteWithCharger();
    for (let time = 0; time < 3; time += 1) await applyChargerAlarm(database(), alarm(chargerId, 1, 1_000));
    await applyChargerAlarm(database(), alarm('nobody', 1, 1_000));
    const rows = await database().select().from(alarms).where(eq(alarms.siteId, siteId));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ chargerId, siteId, outletNo: 1, severity: 'critical', at: 1_000 });
    expect(rows[0]?.detail).toEqual({ temperatureDeciC: 912 });
    const ofNobody = await database()
      .select()
      .from(alarms)
      .where(and(eq(alarms.chargerId, 'nobody')));
    expect(ofNobody).toEqual([]);
  });

  test('P1: the list is newest first, page by page, and an agent’s holds no other agent’s', async () => {
    const own = await siteWithCharger('agent-a');
    const other = await siteWithCharger('agent-b');
    // The queue brings them in any order; the object numbers them in its own.
    for (const at of [5_000, 1_000, 12_000, 9_000]) {
      await applyChargerAlarm(database(), alarm(own.chargerId, at === 12_000 ? 9 : at, at));
      await applyChargerAlarm(database(), alarm(other.chargerId, at, at));
    }
    const agent = await signInStaff('agent', { kind: 'agent', agentId: 'agent-a' });
    type Page = PageOf<{ at: number; siteId: string }>;
    const first = await ask<Page>(agent, 'GET', '/v1/admin/alarms?limit=3');
    expect(first.status).toBe(200);
    expect(first.body.items.map(({ at }) => at)).toEqual([12_000, 9_000, 5_000]);
    const rest = await ask<Page>(
      agent,
      'GET',
      `/v1/admin/alarms?limit=3&cursor=${encodeURIComponent(first.body.nextCursor ?? '')}`,
    );
    expect(rest.body).toMatchObject({ items: [{ at: 1_000, siteId: own.siteId }], nextCursor: null });
    const asked = await ask<Page>(agent, 'GET', `/v1/admin/alarms?siteId=${other.siteId}`);
    expect(asked.body.items).toEqual([]);
    const refused = await ask(await signInStaff('system'), 'GET', '/v1/admin/alarms?colour=red');
    expect(refused.body.error.code).toBe('invalid_request');
  });
});
