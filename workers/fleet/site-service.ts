import type { z } from '@hono/zod-openapi';
import { and, eq, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { sites } from '../../database/schema/fleet.ts';
import { tariffs } from '../../database/schema/pricing.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { cellOf } from '../../domain/geo/cell.ts';
import { ApiError } from '../api-error.ts';
import { type Actor, auditRow } from '../audit.ts';
import { newId } from '../identifiers.ts';
import { type Point, toPosition } from './coordinates.ts';
import { demandChanged, runGuarded } from './guarded-batch.ts';
import { siteScope } from './scope.ts';
import { findSite } from './site-queries.ts';
import type { NewSite, SiteChange, SiteRow } from './site-views.ts';

const placed = (point: z.infer<typeof Point>) => {
  const position = toPosition(point);
  return { ...position, cell: cellOf(position.latE6, position.lngE6) };
};

/** Opens a new site. An agent's belongs to the agent; who sees only chosen sites cannot make one. */
export async function createSite(
  db: Database,
  actor: Actor,
  body: z.infer<typeof NewSite>,
): Promise<SiteRow> {
  const { scope } = actor.staff;
  if (scope.kind === 'sites') throw new ApiError('forbidden', { reason: 'scope' });
  const { position, ...facts } = body;
  await requireTariff(db, scope, facts.tariffId);
  const site: SiteRow = {
    id: newId(actor.now),
    ...facts,
    ...placed(position),
    agentId: scope.kind === 'agent' ? scope.agentId : facts.agentId,
    status: 'open',
    outletsTotal: 0,
    outletsFree: 0,
    version: 1,
    createdAt: actor.now,
  };
  await db.batch([
    db.insert(sites).values(site),
    auditRow(db, actor, {
      action: 'fleet.site.create',
      subject: `site:${site.id}`,
      before: null,
      after: site,
    }),
  ]);
  return site;
}

/** Changes a site. Refuses `out_of_scope`, `version_conflict` and a tariff the caller cannot use. */
export async function updateSite(
  db: Database,
  actor: Actor,
  siteId: string,
  { version, position, ...facts }: z.infer<typeof SiteChange>,
): Promise<SiteRow> {
  const { scope } = actor.staff;
  if (facts.agentId !== undefined && scope.kind !== 'all')
    throw new ApiError('forbidden', { reason: 'scope' });
  if (facts.tariffId !== undefined) await requireTariff(db, scope, facts.tariffId);
  const change = { ...facts, ...(position === undefined ? {} : placed(position)) };
  return changeSite(db, actor, siteId, version, 'fleet.site.update', change);
}

/** Opens a site to riders or closes it; what is charging there goes on. */
export const setSiteStatus = (
  db: Database,
  actor: Actor,
  siteId: string,
  version: number,
  status: SiteRow['status'],
): Promise<SiteRow> =>
  changeSite(db, actor, siteId, version, status === 'open' ? 'fleet.site.open' : 'fleet.site.close', {
    status,
  });

async function changeSite(
  db: Database,
  actor: Actor,
  siteId: string,
  version: number,
  action: string,
  change: { readonly [Key in keyof SiteRow]?: SiteRow[Key] | undefined },
): Promise<SiteRow> {
  const { scope } = actor.staff;
  const before = await findSite(db, scope, siteId);
  if (before === undefined) throw new ApiError('out_of_scope');
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  await runGuarded(db, [
    db
      .update(sites)
      .set({ ...change, version: sql`${sites.version} + 1` })
      .where(and(eq(sites.id, siteId), eq(sites.version, version), siteScope(scope))),
    demandChanged(db, 'version_conflict'),
    auditRow(db, actor, {
      action,
      subject: `site:${siteId}`,
      before,
      after: { ...before, ...given, version: version + 1 },
    }),
  ]);
  const after = await findSite(db, scope, siteId);
  if (after === undefined) throw new ApiError('out_of_scope');
  return after;
}

/** Refuses `tariff_not_found` unless the tariff exists and is the platform's or the caller's own. */
export async function requireTariff(db: Database, scope: Scope, tariffId: string): Promise<void> {
  const usable =
    scope.kind === 'all'
      ? undefined
      : or(isNull(tariffs.agentId), scope.kind === 'agent' ? eq(tariffs.agentId, scope.agentId) : undefined);
  const found = await db
    .select({ id: tariffs.id })
    .from(tariffs)
    .where(and(eq(tariffs.id, tariffId), usable))
    .get();
  if (found === undefined) throw new ApiError('tariff_not_found', { tariffId });
}
