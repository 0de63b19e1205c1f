import { eq } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { bdts, deviceModels, deviceTypes } from '../../database/schema/fleet.ts';
import { ApiError } from '../api-error.ts';
import { type Actor, auditRow } from '../audit.ts';
import { newId } from '../identifiers.ts';
import { demandChanged, runGuarded } from './guarded-batch.ts';
import { requireWholeNetwork } from './scope.ts';

export type TypeRow = typeof deviceTypes.$inferSelect;
export type ModelRow = typeof deviceModels.$inferSelect;
export type BdtRow = typeof bdts.$inferSelect;

/** Some of a row's facts, as a validated body leaves them out. */
type Some<Facts> = { readonly [Key in keyof Facts]?: Facts[Key] | undefined };

/** Adds a kind of device. A code that is taken is a `conflict`. */
export async function createType(
  db: Database,
  actor: Actor,
  facts: Pick<TypeRow, 'code' | 'name'>,
): Promise<TypeRow> {
  requireWholeNetwork(actor.staff);
  const type: TypeRow = { id: newId(actor.now), ...facts, createdAt: actor.now };
  const audit = {
    action: 'fleet.device-type.create',
    subject: `device-type:${type.id}`,
    before: null,
    after: type,
  };
  await db.batch([db.insert(deviceTypes).values(type), auditRow(db, actor, audit)]);
  return type;
}

export async function renameType(db: Database, actor: Actor, typeId: string, name: string): Promise<TypeRow> {
  requireWholeNetwork(actor.staff);
  const before = await db.select().from(deviceTypes).where(eq(deviceTypes.id, typeId)).get();
  if (before === undefined) throw new ApiError('not_found');
  const after = { ...before, name };
  await runGuarded(db, [
    db.update(deviceTypes).set({ name }).where(eq(deviceTypes.id, typeId)),
    demandChanged(db, 'not_found'),
    auditRow(db, actor, {
      action: 'fleet.device-type.update',
      subject: `device-type:${typeId}`,
      before,
      after,
    }),
  ]);
  return after;
}

export type ModelFacts = Omit<ModelRow, 'id' | 'createdAt'>;

/** Adds a model of a known kind. */
export async function createModel(db: Database, actor: Actor, facts: ModelFacts): Promise<ModelRow> {
  requireWholeNetwork(actor.staff);
  await requireType(db, facts.typeId);
  const model: ModelRow = { id: newId(actor.now), ...facts, createdAt: actor.now };
  await db.batch([
    db.insert(deviceModels).values(model),
    auditRow(db, actor, {
      action: 'fleet.device-model.create',
      subject: `device-model:${model.id}`,
      before: null,
      after: model,
    }),
  ]);
  return model;
}

/**
 * Changes a model. Chargers keep the number of outlets they were made with; limits reach each charger with its next
 * connection or start.
 */
export async function updateModel(
  db: Database,
  actor: Actor,
  modelId: string,
  change: Some<ModelFacts>,
): Promise<ModelRow> {
  requireWholeNetwork(actor.staff);
  const before = await db.select().from(deviceModels).where(eq(deviceModels.id, modelId)).get();
  if (before === undefined) throw new ApiError('not_found');
  if (change.typeId !== undefined) await requireType(db, change.typeId);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const after: ModelRow = { ...before, ...given };
  await runGuarded(db, [
    db.update(deviceModels).set(after).where(eq(deviceModels.id, modelId)),
    demandChanged(db, 'not_found'),
    auditRow(db, actor, {
      action: 'fleet.device-model.update',
      subject: `device-model:${modelId}`,
      before,
      after,
    }),
  ]);
  return after;
}

async function requireType(db: Database, typeId: string): Promise<void> {
  const type = await db
    .select({ id: deviceTypes.id })
    .from(deviceTypes)
    .where(eq(deviceTypes.id, typeId))
    .get();
  if (type === undefined) throw new ApiError('invalid_request', { reason: 'unknown_type', typeId });
}

/** Takes a battery data terminal into stock. A serial that is taken is a `conflict`. */
export async function createBdt(
  db: Database,
  actor: Actor,
  facts: Pick<BdtRow, 'serial' | 'vendor' | 'firmware'>,
): Promise<BdtRow> {
  requireWholeNetwork(actor.staff);
  const bdt: BdtRow = { id: newId(actor.now), ...facts, status: 'stock', createdAt: actor.now };
  await db.batch([
    db.insert(bdts).values(bdt),
    auditRow(db, actor, { action: 'fleet.bdt.create', subject: `bdt:${bdt.id}`, before: null, after: bdt }),
  ]);
  return bdt;
}
