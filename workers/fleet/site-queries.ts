import { and, desc, eq, lt, or, type SQL, sql } from 'drizzle-orm';
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Database } from '../../database/open.ts';
import { sites } from '../../database/schema/fleet.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { siteScope } from './scope.ts';
import type { SiteRow } from './site-views.ts';

/** Whether a column holds the text somewhere, taken literally. */
export const holdsText = (column: AnySQLiteColumn, text: string): SQL =>
  sql`instr(lower(${column}), ${text.toLowerCase()}) > 0`;

/** A site, if it is in scope. */
export const findSite = (db: Database, scope: Scope, siteId: string): Promise<SiteRow | undefined> =>
  db
    .select()
    .from(sites)
    .where(and(eq(sites.id, siteId), siteScope(scope)))
    .get();

export interface SiteFilter {
  readonly q?: string | undefined;
  readonly status?: SiteRow['status'] | undefined;
  readonly region?: string | undefined;
}

/** The sites in scope, newest first; one more than `limit`, so that the caller sees whether there is a next page. */
export const listSites = (
  db: Database,
  scope: Scope,
  filter: SiteFilter,
  before: string | undefined,
  limit: number,
): Promise<SiteRow[]> =>
  db
    .select()
    .from(sites)
    .where(
      and(
        siteScope(scope),
        before === undefined ? undefined : lt(sites.id, before),
        filter.status === undefined ? undefined : eq(sites.status, filter.status),
        filter.region === undefined ? undefined : eq(sites.region, filter.region),
        filter.q === undefined
          ? undefined
          : or(holdsText(sites.name, filter.q), holdsText(sites.address, filter.q)),
      ),
    )
    .orderBy(desc(sites.id))
    .limit(limit + 1);
