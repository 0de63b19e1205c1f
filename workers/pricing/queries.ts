import { and, desc, eq, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { chargers, sites } from '../../database/schema/fleet.ts';
import { tariffs, tariffVersions } from '../../database/schema/pricing.ts';
import type { Scope } from '../../domain/access/scope.ts';
import type { TariffRules } from '../../domain/pricing/tariff.ts';
import type { EpochMs } from '../../domain/units.ts';
import { ApiError } from '../api-error.ts';

export interface TariffInForce {
  readonly tariffId: string;
  readonly tariffVersionId: string;
  readonly rules: TariffRules;
}

export type TariffRow = typeof tariffs.$inferSelect;
export type VersionRow = typeof tariffVersions.$inferSelect;

const inForceColumns = {
  tariffId: tariffVersions.tariffId,
  tariffVersionId: tariffVersions.id,
  rules: tariffVersions.rules,
};

/**
 * The price that applies at a site or one of its chargers now: a charger's own tariff goes before its site's.
 * Undefined when neither has a version in force (`tariff_not_found`). One statement, at most 4 rows read.
 */
export async function findTariffInForce(
  db: Database,
  where: { readonly siteId: string; readonly chargerId?: string | undefined },
  now: EpochMs,
): Promise<TariffInForce | undefined> {
  const ofSite = sql`(SELECT ${sites.tariffId} FROM ${sites} WHERE ${sites.id} = ${where.siteId})`;
  const ofCharger = sql`(SELECT ${chargers.tariffId} FROM ${chargers} WHERE ${chargers.id} = ${where.chargerId ?? ''})`;
  return findVersionAt(
    db,
    where.chargerId === undefined ? ofSite : sql`coalesce(${ofCharger}, ${ofSite})`,
    now,
  );
}

/** The version of a tariff that is in force at a moment. */
export function findVersionAt(
  db: Database,
  tariffId: string | SQL,
  at: EpochMs,
): Promise<TariffInForce | undefined> {
  return db
    .select(inForceColumns)
    .from(tariffVersions)
    .where(and(eq(tariffVersions.tariffId, tariffId), lte(tariffVersions.effectiveFrom, at)))
    .orderBy(desc(tariffVersions.effectiveFrom), desc(tariffVersions.id))
    .limit(1)
    .get();
}

/** The versions in force of a page's tariffs, by tariff id; a tariff without one is left out. One statement. */
export async function tariffsInForce(
  db: Database,
  tariffIds: readonly string[],
  now: EpochMs,
): Promise<Map<string, TariffInForce>> {
  if (tariffIds.length === 0) return new Map();
  const wanted = sql.join(
    [...new Set(tariffIds)].map((tariffId) => sql`(${tariffId})`),
    sql`, `,
  );
  const rows = await db
    .select(inForceColumns)
    .from(sql`(VALUES ${wanted}) AS wanted`)
    .innerJoin(
      tariffVersions,
      sql`${tariffVersions.id} = (SELECT newest.id FROM ${tariffVersions} AS newest
        WHERE newest.tariff_id = wanted.column1 AND newest.effective_from <= ${now}
        ORDER BY newest.effective_from DESC, newest.id DESC LIMIT 1)`,
    );
  return new Map(rows.map((row) => [row.tariffId, row]));
}

/** Whose tariffs a member of staff sees: the platform's, and those of its agent or of the agents of its sites. */
function visibleTo(scope: Scope): SQL | undefined {
  switch (scope.kind) {
    case 'all':
      return undefined;
    case 'agent':
      return or(isNull(tariffs.agentId), eq(tariffs.agentId, scope.agentId));
    case 'sites':
      return or(
        isNull(tariffs.agentId),
        sql`${tariffs.agentId} IN (SELECT ${sites.agentId} FROM ${sites}
          WHERE ${sites.id} IN (SELECT value FROM json_each(${JSON.stringify(scope.siteIds)})))`,
      );
  }
}

/** A tariff, if it is in scope. */
export function findTariff(db: Database, scope: Scope, tariffId: string): Promise<TariffRow | undefined> {
  return db
    .select()
    .from(tariffs)
    .where(and(eq(tariffs.id, tariffId), visibleTo(scope)))
    .get();
}

/** Tariffs in scope, newest first; `limit + 1` rows, so that the caller sees whether there are more. */
export function listTariffs(
  db: Database,
  scope: Scope,
  page: { readonly cursor: string | undefined; readonly limit: number },
): Promise<TariffRow[]> {
  return db
    .select()
    .from(tariffs)
    .where(and(page.cursor === undefined ? undefined : lt(tariffs.id, page.cursor), visibleTo(scope)))
    .orderBy(desc(tariffs.id))
    .limit(page.limit + 1);
}

/** A tariff's versions, the one that comes into force last first; `limit + 1` rows. */
export function listVersions(
  db: Database,
  tariffId: string,
  page: { readonly cursor: string | undefined; readonly limit: number },
): Promise<VersionRow[]> {
  const after = page.cursor === undefined ? undefined : versionKey(page.cursor);
  return db
    .select()
    .from(tariffVersions)
    .where(
      and(
        eq(tariffVersions.tariffId, tariffId),
        after &&
          sql`(${tariffVersions.effectiveFrom}, ${tariffVersions.id}) < (${after.effectiveFrom}, ${after.id})`,
      ),
    )
    .orderBy(desc(tariffVersions.effectiveFrom), desc(tariffVersions.id))
    .limit(page.limit + 1);
}

export const versionCursor = (version: VersionRow): string => `${version.effectiveFrom}.${version.id}`;

function versionKey(cursor: string): { effectiveFrom: number; id: string } {
  const [, effectiveFrom, id] = /^(\d{1,15})\.(\w{1,64})$/.exec(cursor) ?? [];
  if (effectiveFrom === undefined || id === undefined) throw new ApiError('invalid_cursor');
  return { effectiveFrom: Number(effectiveFrom), id };
}

export function findVersion(
  db: Database,
  tariffId: string,
  versionId: string,
): Promise<VersionRow | undefined> {
  return db
    .select()
    .from(tariffVersions)
    .where(and(eq(tariffVersions.id, versionId), eq(tariffVersions.tariffId, tariffId)))
    .get();
}
