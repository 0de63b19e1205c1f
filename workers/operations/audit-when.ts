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
  return db.insert(auditLog).select(
    db
      .select({
        id: value(newId(actor.now), 'id'),
        at: value(actor.now, 'at'),
        staffId: value(actor.staff.staffId, 'staff_id'),
        action: value(action, 'action'),
        subject: value(subject, 'subject'),
        before: value(json(before), 'before'),
        after: value(json(after), 'after'),
        requestId: value(actor.requestId, 'request_id'),
      })
      .from(sql`(SELECT 1)`)
      .where(condition),
  );
}

const value = <Value>(given: Value, column: string) => sql<Value>`${given}`.as(column);

const json = (state: unknown): string | null => (state === null ? null : JSON.stringify(state));
