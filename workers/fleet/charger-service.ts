import type { z } from '@hono/zod-openapi';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { chargingOrders } from '../../database/schema/charging.ts';
import { chargers, dtuBindings, dtus, sites } from '../../database/schema/fleet.ts';
import { holds } from '../../database/schema/ledger.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { ApiError } from '../api-error.ts';
import { type Actor, auditRow } from '../audit.ts';
import type { Env } from '../env.ts';
import { newId } from '../identifiers.ts';
import { configureCharger, disconnectDevice, hasSessions } from './charger-calls.ts';
import { findCharger, findModel } from './charger-queries.ts';
import type { ChargerChange, ChargerRow, ListedCharger, NewCharger } from './charger-views.ts';
import { demand, demandChanged, runGuarded } from './guarded-batch.ts';
import { siteScope } from './scope.ts';
import { findSite } from './site-queries.ts';
import { requireTariff } from './site-service.ts';

const allOffline = (outlets: number): ChargerRow['outletStates'] =>
  Array.from({ length: outlets }, () => 'offline');

/** Adds a charger to a site; its object learns of it at once. */
export async function createCharger(
  env: Env,
  db: Database,
  actor: Actor,
  body: z.infer<typeof NewCharger>,
): Promise<ListedCharger> {
  const { scope } = actor.staff;
  const model = await requireModel(db, body.modelId);
  if (body.tariffId !== null) await requireTariff(db, scope, body.tariffId);
  const site = await findSite(db, scope, body.siteId);
  if (site === undefined) throw new ApiError('out_of_scope', { siteId: body.siteId });
  const charger: ChargerRow = {
    id: newId(actor.now),
    ...body,
    outlets: model.outlets,
    status: 'active',
    version: 1,
    createdAt: actor.now,
    online: false,
    outletStates: allOffline(model.outlets),
    outletsFree: 0,
    projectionSeq: 0,
    projectedAt: 0,
    firmware: null,
  };
  await runGuarded(db, [
    db
      .update(sites)
      .set({ outletsTotal: sql`${sites.outletsTotal} + ${model.outlets}` })
      .where(and(eq(sites.id, body.siteId), siteScope(scope))),
    demandChanged(db, 'out_of_scope'),
    db.insert(chargers).values(charger),
    auditRow(db, actor, {
      action: 'fleet.charger.create',
      subject: `charger:${charger.id}`,
      before: null,
      after: charger,
    }),
  ]);
  await configureCharger(env, db, charger.id, site.region);
  return { charger, dtuNumber: null };
}

/**
 * Changes a charger. Where it stands and what it is can only change while nobody charges there; both sites' counts
 * of outlets follow in the same batch.
 */
export async function updateCharger(
  env: Env,
  db: Database,
  actor: Actor,
  chargerId: string,
  { version, ...change }: z.infer<typeof ChargerChange>,
): Promise<ListedCharger> {
  const { scope } = actor.staff;
  const { charger } = await requireActiveCharger(db, scope, chargerId);
  if (charger.version !== version) throw new ApiError('version_conflict');
  if (change.tariffId !== undefined && change.tariffId !== null)
    await requireTariff(db, scope, change.tariffId);
  const model =
    change.modelId === undefined || change.modelId === charger.modelId
      ? undefined
      : await requireModel(db, change.modelId);
  const outlets = model?.outlets ?? charger.outlets;
  const siteId = change.siteId ?? charger.siteId;
  const site = await findSite(db, scope, siteId);
  if (site === undefined) throw new ApiError('out_of_scope', { siteId });
  const moves = siteId !== charger.siteId;
  const reshaped = outlets !== charger.outlets;
  if ((moves || model !== undefined) && (await hasSessions(env, chargerId)))
    throw new ApiError('device_has_live_orders');

  // The free count is read in SQL: a projection may arrive between our look and this batch.
  const free = sql`(SELECT ${chargers.outletsFree} FROM ${chargers} WHERE ${chargers.id} = ${chargerId})`;
  await runGuarded(db, [
    demand(db, nothingHeldAt(chargerId, moves || model !== undefined), 'device_has_live_orders'),
    db
      .update(sites)
      .set({
        outletsTotal: sql`${sites.outletsTotal} - ${charger.outlets}`,
        outletsFree: sql`${sites.outletsFree} - ${free}`,
      })
      .where(sql`${eq(sites.id, charger.siteId)} AND ${moves || reshaped ? 1 : 0}`),
    db
      .update(sites)
      .set({
        outletsTotal: sql`${sites.outletsTotal} + ${outlets}`,
        outletsFree: sql`${sites.outletsFree} + ${reshaped ? sql`0` : free}`,
      })
      .where(sql`${eq(sites.id, siteId)} AND ${moves || reshaped ? 1 : 0}`),
    db
      .update(chargers)
      .set({
        ...change,
        outlets,
        version: sql`${chargers.version} + 1`,
        ...(reshaped ? { outletStates: allOffline(outlets), outletsFree: 0 } : {}),
      })
      .where(
        and(
          eq(chargers.id, chargerId),
          eq(chargers.version, version),
          eq(chargers.status, 'active'),
          siteScope(scope, chargers.siteId),
        ),
      ),
    demandChanged(db, 'version_conflict'),
    auditRow(db, actor, {
      action: 'fleet.charger.update',
      subject: `charger:${chargerId}`,
      before: charger,
      after: { ...charger, ...change, outlets, version: version + 1 },
    }),
  ]);
  await configureCharger(env, db, chargerId, site.region);
  const after = await findCharger(db, scope, chargerId);
  if (after === undefined) throw new ApiError('out_of_scope');
  return after;
}

/**
 * Takes a charger out of service for good: its outlets leave the site's counts, its DTU is retired, its device is
 * sent away. Refused while somebody charges there or money is held for it.
 */
export async function decommissionCharger(
  env: Env,
  db: Database,
  actor: Actor,
  chargerId: string,
  reason: string,
): Promise<ListedCharger> {
  const { scope } = actor.staff;
  const { charger, dtuNumber } = await requireActiveCharger(db, scope, chargerId);
  if (await hasSessions(env, chargerId)) throw new ApiError('device_has_live_orders');
  await runGuarded(db, [
    demand(db, nothingHeldAt(chargerId, true), 'device_has_live_orders'),
    db
      .update(sites)
      .set({
        outletsTotal: sql`${sites.outletsTotal} - ${charger.outlets}`,
        outletsFree: sql`${sites.outletsFree} - (SELECT ${chargers.outletsFree} FROM ${chargers} WHERE ${chargers.id} = ${chargerId})`,
      })
      .where(eq(sites.id, charger.siteId)),
    db
      .update(chargers)
      .set({
        status: 'decommissioned',
        online: false,
        outletStates: allOffline(charger.outlets),
        outletsFree: 0,
        version: sql`${chargers.version} + 1`,
      })
      .where(
        // As it was read: had it moved or been reshaped meanwhile, the wrong counts would be lowered.
        and(
          eq(chargers.id, chargerId),
          eq(chargers.version, charger.version),
          siteScope(scope, chargers.siteId),
        ),
      ),
    demandChanged(db, 'version_conflict'),
    db
      .update(dtuBindings)
      .set({ unboundAt: actor.now, reason })
      .where(and(eq(dtuBindings.chargerId, chargerId), isNull(dtuBindings.unboundAt))),
    db.update(dtus).set({ status: 'retired', chargerId: null }).where(eq(dtus.chargerId, chargerId)),
    auditRow(db, actor, {
      action: 'fleet.charger.decommission',
      subject: `charger:${chargerId}`,
      before: { status: charger.status, dtuNumber },
      after: { status: 'decommissioned', dtuNumber: null, reason },
    }),
  ]);
  await disconnectDevice(env, chargerId, 'decommissioned');
  const after = await findCharger(db, scope, chargerId);
  if (after === undefined) throw new ApiError('out_of_scope');
  return after;
}

/** True while no order of this charger holds money; or when it is not asked. */
const nothingHeldAt = (chargerId: string, asked: boolean) =>
  asked
    ? sql`NOT EXISTS (SELECT 1 FROM ${holds} INNER JOIN ${chargingOrders} ON ${chargingOrders.id} = ${holds.orderId}
        WHERE ${chargingOrders.chargerId} = ${chargerId})`
    : sql`1`;

/** A charger in scope that is in service; refuses `out_of_scope` and `device_decommissioned`. */
export async function requireActiveCharger(
  db: Database,
  scope: Scope,
  chargerId: string,
): Promise<ListedCharger> {
  const found = await findCharger(db, scope, chargerId);
  if (found === undefined) throw new ApiError('out_of_scope');
  if (found.charger.status !== 'active') throw new ApiError('device_decommissioned');
  return found;
}

async function requireModel(db: Database, modelId: string) {
  const model = await findModel(db, modelId);
  if (model === undefined) throw new ApiError('invalid_request', { reason: 'unknown_model', modelId });
  return model;
}
