import { lte } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { riderSessions, staffSessions } from '../../database/schema/identity.ts';
import type { EpochMs } from '../../domain/units.ts';

/** Forgets sessions nobody can use any more, of riders and staff; returns how many there were. */
export async function forgetExpiredSessions(db: Database, now: EpochMs): Promise<number> {
  const [ofRiders, ofStaff] = await db.batch([
    db.delete(riderSessions).where(lte(riderSessions.expiresAt, now)),
    db.delete(staffSessions).where(lte(staffSessions.expiresAt, now)),
  ]);
  return ofRiders.meta.changes + ofStaff.meta.changes;
}
