import { exports } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { sites } from '../../database/schema/fleet.ts';
import { auditLog } from '../../database/schema/identity.ts';
import { type SignedIn, signInStaff } from '../../tests/workers/sign-in.ts';
import type { ChargerDetail, ChargerView } from './charger-views.ts';
import { applyChargerProjection } from './events.ts';
import { ask, database, type Of, seedDtu, seedModel, seedSite, seedTariff } from './fleet.test-support.ts';

export type Charger = Of<typeof ChargerView>;
export type Detail = Of<typeof ChargerDetail>;

/** A platform with a tariff, a model of two outlets and staff to keep its chargers. */
export async function chargerPlatform() {
  const system = await signInStaff('system');
  const agent = await signInStaff('agent', { kind: 'agent', agentId: 'agent-a' });
  const tariffId = await seedTariff();
  const modelId = await seedModel(2);
  let nextDtu = 30_001;

  const newCharger = (siteId: string, who: SignedIn = system, changes: Record<string, unknown> = {}) =>
    ask<Charger>(who, 'POST', '/v1/admin/chargers', {
      siteId,
      modelId,
      name: '1 号桩',
      serial: `SN-${crypto.randomUUID()}`,
      ...changes,
    });

  return {
    system,
    agent,
    tariffId,
    modelId,
    newCharger,
    stockDtu: () => seedDtu(nextDtu++),
    chargerAt: async (agentId: string | null = null) => {
      const siteId = await seedSite({ tariffId, agentId });
      return { siteId, chargerId: (await newCharger(siteId)).body.id };
    },
    detail: (chargerId: string, who: SignedIn = system) =>
      ask<Detail>(who, 'GET', `/v1/admin/chargers/${chargerId}`),
    act: (chargerId: string, verb: string, body: unknown, who: SignedIn = system) =>
      ask(who, 'POST', `/v1/admin/chargers/${chargerId}/${verb}`, body),
  };
}

/** How many outlets a site counts, and how many of them as free. */
export const outletsOf = async (siteId: string) => {
  const site = await database().select().from(sites).where(eq(sites.id, siteId)).get();
  return { total: site?.outletsTotal, free: site?.outletsFree };
};

/** What a charger’s object says, as the queue brings it. */
export const project = (chargerId: string, seq: number, outlets: ('free' | 'occupied')[]) =>
  applyChargerProjection(database(), {
    v: 1,
    type: 'charger.projection',
    id: `${chargerId}:p${seq}`,
    chargerId,
    seq,
    at: seq,
    online: true,
    outlets,
    firmware: null,
  });

/** What the audit log says was done to something. */
export const auditActions = async (subject: string) =>
  (await database().select().from(auditLog).where(eq(auditLog.subject, subject)).orderBy(auditLog.id)).map(
    ({ action }) => action,
  );

/** A device at the platform's door. */
export function connect(number: number, key: string): Promise<Response> {
  return exports.default.fetch(`https://api.test/ocpp/${number}`, {
    headers: {
      Upgrade: 'websocket',
      'Sec-WebSocket-Protocol': 'ocpp1.6',
      Authorization: `Basic ${btoa(`${number}:${key}`)}`,
    },
  });
}
