import { type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../../database/open.ts';
import { auditLog } from '../../database/schema/identity.ts';
import { newId } from '../identifiers.ts';
import type { Actor, AuditFacts } from './audit.ts';

/**
 * The audit row of a conditional staff write (P3): written only where `condition` holds. It stands in the batch
 * before that write, under the same condition, so that a write which changes nothing leaves no row.
 */
export function auditRowWhen(
  db: Database,
  actor: Actor,
  { action, subject, before, after }: AuditFacts,
  condition: SQL,
): BatchItem<'sqlite'> {
  return db.run(sql`INSERT INTO ${auditLog} (id, at, staff_id, request_id, action, subject, before, after)
    SELECT ${newId(actor.now)}, ${actor.now}, ${actor.staff.staffId}, ${actor.requestId}, ${action}, ${subject},
      ${JSON.stringify(before)}, ${JSON.stringify(after)}
    WHERE ${condition}`);
}
