import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { sites } from '../../database/schema/fleet.ts';
import { staff } from '../../database/schema/identity.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import { ROLES, type StaffRole } from '../../domain/access/roles.ts';
import type { Scope } from '../../domain/access/scope.ts';

export interface StaffProfile {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: StaffRole;
  readonly permissions: Permission[];
  readonly scope: Scope;
}

export interface StaffRecord {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: StaffRole;
  readonly scope: Scope;
  readonly status: 'active' | 'disabled';
  readonly lockedUntil: number | null;
  readonly createdAt: number;
}

/** The record's columns; the password hash is not among them, so it can get into no answer and no audit row. */
export const staffColumns = {
  id: staff.id,
  username: staff.username,
  displayName: staff.displayName,
  role: staff.role,
  scope: staff.scope,
  status: staff.status,
  lockedUntil: staff.lockedUntil,
  createdAt: staff.createdAt,
};

/** What a member of staff sees of themselves, with what their role allows today. */
export const staffProfile = ({ id, username, displayName, role, scope }: StaffRecord): StaffProfile => ({
  id,
  username,
  displayName,
  role,
  permissions: [...ROLES[role]],
  scope,
});

export async function findStaff(db: Database, id: string): Promise<StaffRecord | undefined> {
  return db.select(staffColumns).from(staff).where(eq(staff.id, id)).get();
}

/** The newest accounts of the caller's scope first, one more than `limit`. */
export async function listStaff(
  db: Database,
  scope: Scope,
  { before, limit }: { readonly before: string | undefined; readonly limit: number },
): Promise<StaffRecord[]> {
  return db
    .select(staffColumns)
    .from(staff)
    .where(and(within(scope), before === undefined ? undefined : lt(staff.id, before)))
    .orderBy(desc(staff.id))
    .limit(limit + 1);
}

/** Accounts that see no more than the scope: the agent's own, and those whose every site lies in it (P1). */
function within(scope: Scope): SQL | undefined {
  if (scope.kind === 'all') return undefined;
  if (scope.kind === 'sites')
    return everySiteIn(sql`SELECT value FROM json_each(${JSON.stringify(scope.siteIds)})`);
  const { agentId } = scope;
  return sql`(json_extract(${staff.scope}, '$.agentId') = ${agentId}
    OR ${everySiteIn(sql`SELECT ${sites.id} FROM ${sites} WHERE ${sites.agentId} = ${agentId}`)})`;
}

const everySiteIn = (siteIds: SQL): SQL =>
  sql`(json_extract(${staff.scope}, '$.kind') = 'sites' AND NOT EXISTS (
    SELECT 1 FROM json_each(${staff.scope}, '$.siteIds') AS seen WHERE seen.value NOT IN (${siteIds})))`;
