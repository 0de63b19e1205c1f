import { and, desc, eq, lt } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { auditLog, staff } from '../../database/schema/identity.ts';

export interface AuditFilter {
  /** `kind:id`, as it was written. */
  readonly subject: string | undefined;
  readonly staffId: string | undefined;
  readonly before: string | undefined;
  readonly limit: number;
}

/** What staff did, newest first, one more than `limit`. For callers whose scope is everything. */
export const listAuditLog = (db: Database, { subject, staffId, before, limit }: AuditFilter) =>
  db
    .select({
      id: auditLog.id,
      at: auditLog.at,
      staffId: auditLog.staffId,
      staffName: staff.displayName,
      action: auditLog.action,
      subject: auditLog.subject,
      before: auditLog.before,
      after: auditLog.after,
      requestId: auditLog.requestId,
    })
    .from(auditLog)
    .leftJoin(staff, eq(staff.id, auditLog.staffId))
    .where(
      and(
        subject === undefined ? undefined : eq(auditLog.subject, subject),
        staffId === undefined ? undefined : eq(auditLog.staffId, staffId),
        before === undefined ? undefined : lt(auditLog.id, before),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(limit + 1);
