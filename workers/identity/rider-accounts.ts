import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { riderSessions, riders } from '../../database/schema/identity.ts';
import { ok, type Result, refuse } from '../../domain/errors.ts';
import type { Actor } from '../audit.ts';
import { auditRowWhen } from '../audit.ts';
import { type RiderRecord, riderColumns, riderRecord } from './rider-queries.ts';

/** Blocks a rider and ends all their sessions; a charge in progress runs to its end. Repeating it changes nothing. */
export function blockRider(db: Database, actor: Actor, id: string): Promise<Result<RiderRecord>> {
  return setStatus(db, actor, id, 'active', 'blocked');
}

/** Lets a blocked rider sign in again. Repeating it changes nothing. */
export function unblockRider(db: Database, actor: Actor, id: string): Promise<Result<RiderRecord>> {
  return setStatus(db, actor, id, 'blocked', 'active');
}

async function setStatus(
  db: Database,
  actor: Actor,
  id: string,
  from: 'active' | 'blocked',
  to: 'active' | 'blocked',
): Promise<Result<RiderRecord>> {
  const due = and(eq(riders.id, id), eq(riders.status, from));
  const blocked = and(eq(riders.id, id), eq(riders.status, 'blocked'));
  const facts = {
    action: to === 'blocked' ? 'identity.rider.block' : 'identity.rider.unblock',
    subject: `rider:${id}`,
    before: { status: from },
    after: { status: to },
  };
  const rows = await db.batch([
    auditRowWhen(db, actor, facts, sql`EXISTS (SELECT 1 FROM ${riders} WHERE ${due})`),
    db.update(riders).set({ status: to }).where(due),
    db
      .delete(riderSessions)
      .where(and(eq(riderSessions.riderId, id), sql`EXISTS (SELECT 1 FROM ${riders} WHERE ${blocked})`)),
    db.select(riderColumns).from(riders).where(eq(riders.id, id)),
  ]);
  const [row] = rows[3];
  if (row === undefined) return refuse('not_found');
  if (row.status !== to) return refuse('conflict', { status: row.status });
  return ok(riderRecord(row));
}
