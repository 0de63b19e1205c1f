import { eq, type SQL, sql } from 'drizzle-orm';
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import { sites } from '../../database/schema/fleet.ts';
import type { StaffPrincipal } from '../../domain/access/principal.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { ApiError } from '../api-error.ts';

/**
 * The condition that keeps a statement inside a member of staff's data scope (P1): on the sites themselves, or on
 * whatever column holds a site's id. Undefined, as `and()` likes it, for those who see everything.
 */
export function siteScope(scope: Scope, siteId: AnySQLiteColumn = sites.id): SQL | undefined {
  switch (scope.kind) {
    case 'all':
      return undefined;
    case 'agent':
      return siteId === sites.id
        ? eq(sites.agentId, scope.agentId)
        : sql`${siteId} IN (SELECT own_sites.id FROM ${sites} AS own_sites WHERE own_sites.agent_id = ${scope.agentId})`;
    case 'sites':
      return sql`${siteId} IN (SELECT value FROM json_each(${JSON.stringify(scope.siteIds)}))`;
  }
}

/** Refuses whoever sees only a part of the network: types, models, numbers and stock belong to all of it. */
export function requireWholeNetwork(staff: StaffPrincipal): void {
  if (staff.scope.kind !== 'all') throw new ApiError('forbidden', { reason: 'scope' });
}
