import { and, eq, isNull, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../../database/open.ts';
import { chargers, dtuBindings, dtus } from '../../database/schema/fleet.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { ApiError } from '../api-error.ts';
import { type Actor, auditRow } from '../audit.ts';
import type { Env } from '../env.ts';
import { newId } from '../identifiers.ts';
import { disconnectDevice } from './charger-calls.ts';
import { requireActiveCharger } from './charger-service.ts';
import { demand, demandChanged, runGuarded } from './guarded-batch.ts';
import { siteScope } from './scope.ts';

/** What a change of DTU came to. `disconnected`: false when the old device's connection could not be closed at once. */
export interface BindingChange {
  readonly dtuNumber: number | null;
  readonly disconnected: boolean;
}

/** Gives a charger without DTU one from stock. Of two that ask for the same DTU, or for the same charger, one gets it. */
export async function bindDtu(
  db: Database,
  actor: Actor,
  chargerId: string,
  dtuNumber: number,
): Promise<BindingChange> {
  const { scope } = actor.staff;
  const bound = await requireActiveCharger(db, scope, chargerId);
  if (bound.dtuNumber !== null)
    throw new ApiError('dtu_already_bound', { reason: 'charger_has_dtu', dtuNumber: bound.dtuNumber });
  await requireStockDtu(db, dtuNumber);
  await runGuarded(db, [
    demand(db, isActive(scope, chargerId), 'device_decommissioned'),
    // The other loser, a charger that has got a DTU meanwhile, has no binding to be without.
    demand(
      db,
      sql`NOT EXISTS (SELECT 1 FROM ${dtus} WHERE ${dtus.chargerId} = ${chargerId})`,
      'dtu_already_bound',
    ),
    ...bindStatements(db, actor, chargerId, dtuNumber),
    auditRow(db, actor, {
      action: 'fleet.charger.bind-dtu',
      subject: `charger:${chargerId}`,
      before: { dtuNumber: null },
      after: { dtuNumber },
    }),
  ]);
  return { dtuNumber, disconnected: true };
}

/** Takes the DTU off a charger and puts it back into stock. */
export async function unbindDtu(
  env: Env,
  db: Database,
  actor: Actor,
  chargerId: string,
  reason: string,
): Promise<BindingChange> {
  const { scope } = actor.staff;
  const { dtuNumber } = await requireActiveCharger(db, scope, chargerId);
  if (dtuNumber === null) throw new ApiError('dtu_not_bound');
  await runGuarded(db, [
    demand(db, isActive(scope, chargerId), 'device_decommissioned'),
    ...unbindStatements(db, actor, chargerId, dtuNumber, reason),
    auditRow(db, actor, {
      action: 'fleet.charger.unbind-dtu',
      subject: `charger:${chargerId}`,
      before: { dtuNumber },
      after: { dtuNumber: null, reason },
    }),
  ]);
  return { dtuNumber: null, disconnected: await disconnectDevice(env, chargerId, 'dtu unbound') };
}

/** Exchanges a charger's DTU for one from stock; the charger, its orders and its history stay what they are. */
export async function replaceDtu(
  env: Env,
  db: Database,
  actor: Actor,
  chargerId: string,
  dtuNumber: number,
  reason: string,
): Promise<BindingChange> {
  const { scope } = actor.staff;
  const { dtuNumber: former } = await requireActiveCharger(db, scope, chargerId);
  if (former === null) throw new ApiError('dtu_not_bound');
  await requireStockDtu(db, dtuNumber);
  await runGuarded(db, [
    demand(db, isActive(scope, chargerId), 'device_decommissioned'),
    ...unbindStatements(db, actor, chargerId, former, reason),
    ...bindStatements(db, actor, chargerId, dtuNumber),
    auditRow(db, actor, {
      action: 'fleet.charger.replace-dtu',
      subject: `charger:${chargerId}`,
      before: { dtuNumber: former },
      after: { dtuNumber, reason },
    }),
  ]);
  return { dtuNumber, disconnected: await disconnectDevice(env, chargerId, 'dtu replaced') };
}

const isActive = (scope: Scope, chargerId: string) =>
  sql`EXISTS (SELECT 1 FROM ${chargers}
    WHERE ${and(eq(chargers.id, chargerId), eq(chargers.status, 'active'), siteScope(scope, chargers.siteId))})`;

function bindStatements(
  db: Database,
  actor: Actor,
  chargerId: string,
  dtuNumber: number,
): BatchItem<'sqlite'>[] {
  return [
    db
      .update(dtus)
      .set({ status: 'bound', chargerId })
      .where(and(eq(dtus.number, dtuNumber), eq(dtus.status, 'stock'))),
    demandChanged(db, 'dtu_already_bound'),
    db.insert(dtuBindings).values({
      id: newId(actor.now),
      dtuNumber,
      chargerId,
      boundAt: actor.now,
      unboundAt: null,
      reason: '',
    }),
  ];
}

function unbindStatements(
  db: Database,
  actor: Actor,
  chargerId: string,
  dtuNumber: number,
  reason: string,
): BatchItem<'sqlite'>[] {
  return [
    db
      .update(dtus)
      .set({ status: 'stock', chargerId: null })
      .where(and(eq(dtus.number, dtuNumber), eq(dtus.chargerId, chargerId))),
    demandChanged(db, 'dtu_not_bound'),
    db
      .update(dtuBindings)
      .set({ unboundAt: actor.now, reason })
      .where(
        and(
          eq(dtuBindings.chargerId, chargerId),
          eq(dtuBindings.dtuNumber, dtuNumber),
          isNull(dtuBindings.unboundAt),
        ),
      ),
  ];
}

async function requireStockDtu(db: Database, dtuNumber: number): Promise<void> {
  const dtu = await db.select({ status: dtus.status }).from(dtus).where(eq(dtus.number, dtuNumber)).get();
  if (dtu === undefined) throw new ApiError('not_found', { dtuNumber });
  if (dtu.status !== 'stock') throw new ApiError('dtu_already_bound', { dtuNumber, status: dtu.status });
}
