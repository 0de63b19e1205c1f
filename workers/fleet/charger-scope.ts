import { and, eq } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { chargers } from '../../database/schema/fleet.ts';
import type { StaffPrincipal } from '../../domain/access/principal.ts';
import { ApiError } from '../api-error.ts';
import { siteScope } from './scope.ts';

/** The charger, if the member of staff may see it; throws `out_of_scope` otherwise. */
export async function requireChargerInScope(
  db: Database,
  staff: StaffPrincipal,
  chargerId: string,
): Promise<{ readonly id: string; readonly status: 'active' | 'decommissioned' }> {
  const charger = await db
    .select({ id: chargers.id, status: chargers.status })
    .from(chargers)
    .where(and(eq(chargers.id, chargerId), siteScope(staff.scope, chargers.siteId)))
    .get();
  if (charger === undefined) throw new ApiError('out_of_scope');
  return charger;
}
