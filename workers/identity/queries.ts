import { eq } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { riderSessions, riders, staff, staffSessions } from '../../database/schema/identity.ts';
import type { Principal } from '../../domain/access/principal.ts';
import { ROLES } from '../../domain/access/roles.ts';
import type { EpochMs } from '../../domain/units.ts';
import { sha256 } from '../identifiers.ts';

/** Riders' tokens start with this, so that one look-up finds whose session it is. */
export const RIDER_TOKEN = 'rt_';
export const STAFF_TOKEN = 'st_';

/** Who a token stands for, or null when it is unknown, expired, or its account no longer active. One row read each. */
export async function findPrincipal(db: Database, token: string, now: EpochMs): Promise<Principal | null> {
  const tokenHash = await sha256(token);
  if (token.startsWith(RIDER_TOKEN)) {
    const row = await db
      .select({ riderId: riders.id, status: riders.status, expiresAt: riderSessions.expiresAt })
      .from(riderSessions)
      .innerJoin(riders, eq(riders.id, riderSessions.riderId))
      .where(eq(riderSessions.tokenHash, tokenHash))
      .get();
    return row === undefined || row.expiresAt <= now || row.status !== 'active'
      ? null
      : { kind: 'rider', riderId: row.riderId };
  }
  if (!token.startsWith(STAFF_TOKEN)) return null;
  const row = await db
    .select({
      staffId: staff.id,
      role: staff.role,
      scope: staff.scope,
      status: staff.status,
      expiresAt: staffSessions.expiresAt,
    })
    .from(staffSessions)
    .innerJoin(staff, eq(staff.id, staffSessions.staffId))
    .where(eq(staffSessions.tokenHash, tokenHash))
    .get();
  if (row === undefined || row.expiresAt <= now || row.status !== 'active') return null;
  return {
    kind: 'staff',
    staffId: row.staffId,
    role: row.role,
    permissions: ROLES[row.role],
    scope: row.scope,
  };
}
