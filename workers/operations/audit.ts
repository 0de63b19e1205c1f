import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../../database/open.ts';
import { auditLog } from '../../database/schema/identity.ts';
import type { StaffPrincipal } from '../../domain/access/principal.ts';
import type { EpochMs } from '../../domain/units.ts';
import { newId } from '../identifiers.ts';

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
