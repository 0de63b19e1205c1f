import { sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { tariffs, tariffVersions } from '../../database/schema/pricing.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { validateTariff } from '../../domain/pricing/validate-tariff.ts';
import type { EpochMs } from '../../domain/units.ts';
import { ApiError, orThrow } from '../api-error.ts';
import { type Actor, auditRow, auditRowWhen } from '../audit.ts';
import { newId } from '../identifiers.ts';
import { findTariff, findVersion, type TariffRow, type VersionRow } from './queries.ts';

interface NewVersion {
  /** Not trusted yet. */
  readonly rules: unknown;
  /** Epoch ms, not before now; undefined is at once. */
  readonly effectiveFrom: number | undefined;
}

/** Makes a tariff with its first version. Throws `tariff_invalid`, or `forbidden` for an agent out of scope. */
export async function createTariff(
  db: Database,
  actor: Actor,
  input: NewVersion & { readonly name: string; readonly agentId: string | null | undefined },
): Promise<{ readonly tariff: TariffRow; readonly version: VersionRow }> {
  const { scope } = actor.staff;
  const tariff: TariffRow = {
    id: newId(actor.now),
    name: input.name,
    agentId: input.agentId === undefined ? ownAgent(scope) : input.agentId,
    createdAt: actor.now,
  };
  requireWritable(scope, tariff);
  const version = draftVersion(tariff.id, actor, input);
  await db.batch([
    db.insert(tariffs).values(tariff),
    db.insert(tariffVersions).values(version),
    auditRow(db, actor, {
      action: 'pricing.tariff.create',
      subject: `tariff:${tariff.id}`,
      before: null,
      after: { name: tariff.name, agentId: tariff.agentId, version: summary(version) },
    }),
  ]);
  return { tariff, version };
}

/** Adds a version; those before it stay as they are, and orders keep the one they were made under (M5). */
export async function addVersion(
  db: Database,
  actor: Actor,
  tariffId: string,
  input: NewVersion,
): Promise<VersionRow> {
  await writableTariff(db, actor.staff.scope, tariffId);
  const version = draftVersion(tariffId, actor, input);
  await db.batch([
    db.insert(tariffVersions).values(version),
    auditRow(db, actor, {
      action: 'pricing.version.create',
      subject: `tariff:${tariffId}`,
      before: null,
      after: summary(version),
    }),
  ]);
  return version;
}

/** Withdraws a version that has never been in force; `conflict` for one that is or was. */
export async function withdrawVersion(
  db: Database,
  actor: Actor,
  tariffId: string,
  versionId: string,
): Promise<void> {
  await writableTariff(db, actor.staff.scope, tariffId);
  const version = await findVersion(db, tariffId, versionId);
  if (version === undefined) throw new ApiError('not_found');
  const stillAhead = sql`${tariffVersions.id} = ${versionId} AND ${tariffVersions.effectiveFrom} > ${actor.now}`;
  const facts = {
    action: 'pricing.version.withdraw',
    subject: `tariff:${tariffId}`,
    before: summary(version),
    after: null,
  };
  const [, withdrawn] = await db.batch([
    auditRowWhen(db, actor, facts, sql`EXISTS (SELECT 1 FROM ${tariffVersions} WHERE ${stillAhead})`),
    db.delete(tariffVersions).where(stillAhead).returning({ id: tariffVersions.id }),
  ]);
  if (withdrawn.length > 0) return;
  // Somebody else has just withdrawn it, unless its time has come.
  if (version.effectiveFrom > actor.now) throw new ApiError('not_found');
  throw new ApiError('conflict', { reason: 'version_in_force', effectiveFrom: version.effectiveFrom });
}

function draftVersion(tariffId: string, { staff, now }: Actor, input: NewVersion): VersionRow {
  return {
    id: newId(now),
    tariffId,
    effectiveFrom: requireAhead(input.effectiveFrom ?? now, now),
    rules: orThrow(validateTariff(input.rules)),
    createdBy: staff.staffId,
    createdAt: now,
  };
}

/** A price cannot be changed for a time that has passed. */
function requireAhead(effectiveFrom: number, now: EpochMs): number {
  if (effectiveFrom >= now) return effectiveFrom;
  const issue = { path: 'effectiveFrom', problem: 'in_the_past', message: 'must not be before now' };
  throw new ApiError('invalid_request', { in: 'json', issues: [issue], now });
}

async function writableTariff(db: Database, scope: Scope, tariffId: string): Promise<void> {
  const tariff = await findTariff(db, scope, tariffId);
  if (tariff === undefined) throw new ApiError('not_found');
  requireWritable(scope, tariff);
}

/** An agent sees the platform's tariffs but changes only its own; who is bound to sites changes none. */
function requireWritable(scope: Scope, tariff: TariffRow): void {
  if (scope.kind === 'all') return;
  if (scope.kind === 'agent' && scope.agentId === tariff.agentId) return;
  throw new ApiError('forbidden', { reason: 'tariff_of_another', agentId: tariff.agentId });
}

const ownAgent = (scope: Scope): string | null => (scope.kind === 'agent' ? scope.agentId : null);

const summary = ({ id, effectiveFrom, rules }: VersionRow) => ({ id, effectiveFrom, rules });
