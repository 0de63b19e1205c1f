import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { staff, staffSessions } from '../../database/schema/identity.ts';
import { can } from '../../domain/access/principal.ts';
import { ROLES, type StaffRole } from '../../domain/access/roles.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { ok, type Result, refuse } from '../../domain/errors.ts';
import { type Actor, auditRow, auditRowWhen } from '../audit.ts';
import { newId } from '../identifiers.ts';
import { hashPassword } from './password.ts';
import { type StaffRecord, staffColumns } from './staff-queries.ts';

export interface NewStaff {
  readonly username: string;
  readonly displayName: string;
  readonly role: StaffRole;
  readonly scope: Scope;
  readonly password: string;
}

/**
 * Opens a staff account. Nobody can give what they do not hold; a system admin sees everything and an agent never
 * does. A taken user name fails on the unique index, which the edge answers as `conflict`.
 */
export async function createStaff(
  db: Database,
  actor: Actor,
  { password, ...wanted }: NewStaff,
): Promise<Result<StaffRecord>> {
  const withheld = [...ROLES[wanted.role]].filter((permission) => !can(actor.staff, permission));
  if (withheld.length > 0 || actor.staff.scope.kind !== 'all') return refuse('forbidden');
  const everywhere = wanted.scope.kind === 'all';
  if ((wanted.role === 'agent' && everywhere) || (wanted.role === 'system' && !everywhere))
    return refuse('invalid_request', { field: 'scope', role: wanted.role });

  const record: StaffRecord = {
    ...wanted,
    id: newId(actor.now),
    status: 'active',
    lockedUntil: null,
    createdAt: actor.now,
  };
  const passwordHash = await hashPassword(password);
  const { username, displayName, role, scope, status } = record;
  await db.batch([
    db.insert(staff).values({ ...record, passwordHash }),
    auditRow(db, actor, {
      action: 'identity.staff.create',
      subject: `staff:${record.id}`,
      before: null,
      after: { username, displayName, role, scope, status },
    }),
  ]);
  return ok(record);
}

/** Closes an account and ends its sessions; nobody can close their own. Repeating it changes nothing. */
export async function disableStaff(db: Database, actor: Actor, id: string): Promise<Result<StaffRecord>> {
  if (id === actor.staff.staffId) return refuse('conflict', { reason: 'own_account' });
  return setStatus(db, actor, id, 'active', 'disabled');
}

/** Opens an account again and lifts its lock. Repeating it changes nothing. */
export async function enableStaff(db: Database, actor: Actor, id: string): Promise<Result<StaffRecord>> {
  return setStatus(db, actor, id, 'disabled', 'active');
}

async function setStatus(
  db: Database,
  actor: Actor,
  id: string,
  from: StaffRecord['status'],
  to: StaffRecord['status'],
): Promise<Result<StaffRecord>> {
  if (actor.staff.scope.kind !== 'all') return refuse('forbidden');
  const due = and(eq(staff.id, id), eq(staff.status, from));
  const disabled = and(eq(staff.id, id), eq(staff.status, 'disabled'));
  const facts = {
    action: to === 'disabled' ? 'identity.staff.disable' : 'identity.staff.enable',
    subject: `staff:${id}`,
    before: { status: from },
    after: { status: to },
  };
  const results = await db.batch([
    auditRowWhen(db, actor, facts, sql`EXISTS (SELECT 1 FROM ${staff} WHERE ${due})`),
    db.update(staff).set({ status: to, failedAttempts: 0, lockedUntil: null }).where(due),
    db
      .delete(staffSessions)
      .where(and(eq(staffSessions.staffId, id), sql`EXISTS (SELECT 1 FROM ${staff} WHERE ${disabled})`)),
    db.select(staffColumns).from(staff).where(eq(staff.id, id)),
  ]);
  const [record] = results[3];
  return record === undefined ? refuse('not_found') : ok(record);
}
