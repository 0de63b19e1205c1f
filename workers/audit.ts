import { type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../database/open.ts';
import { auditLog } from '../database/schema/identity.ts';
import type { StaffPrincipal } from '../domain/access/principal.ts';
import type { EpochMs } from '../domain/units.ts';
import { newId } from './identifiers.ts';

export interface AuditFacts {
  /** What was done, as `capability.thing.verb`. */
  readonly action: string;
  /** What it was done to, as `kind:id`. */
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface Actor {
  readonly staff: StaffPrincipal;
  readonly requestId: string;
  readonly now: EpochMs;
}

/** The audit row of a staff write (P3), to go into the same batch as the write itself. */
export function auditRow(db: Database, actor: Actor, facts: AuditFacts): BatchItem<'sqlite'> {
  return db.insert(auditLog).values({
    id: newId(actor.now),
    at: actor.now,
    staffId: actor.staff.staffId,
    requestId: actor.requestId,
    ...facts,
  });
}

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
