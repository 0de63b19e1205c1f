import { and, eq, isNull, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { staff, staffSessions } from '../../database/schema/identity.ts';
import { ok, type Result, refuse } from '../../domain/errors.ts';
import { type EpochMs, epochMs, HOUR, MINUTE } from '../../domain/units.ts';
import type { Actor } from '../audit.ts';
import { auditRowWhen } from '../audit.ts';
import { newSecret, sha256 } from '../identifiers.ts';
import { hashPassword, NOBODYS_HASH, verifyPassword } from './password.ts';
import { STAFF_TOKEN } from './queries.ts';
import { type StaffProfile, type StaffRecord, staffColumns, staffProfile } from './staff-queries.ts';

const LIFETIME_MS = 12 * HOUR;
const ATTEMPTS = 5;
const LOCK_MS = 15 * MINUTE;

export interface SignedInStaff {
  readonly token: string;
  readonly expiresAt: EpochMs;
  readonly staff: StaffProfile;
}

/**
 * Opens a session for a user name and its password. An unknown name takes as long as a wrong password and gets the
 * same answer; whether an account is disabled is told only to who knows its password.
 */
export async function signInStaff(
  db: Database,
  { username, password }: { readonly username: string; readonly password: string },
  now: EpochMs,
): Promise<Result<SignedInStaff>> {
  const attempt = await countAttempt(db, eq(staff.username, username), now);
  if (!attempt.ok) {
    if (attempt.error.code === 'bad_credentials') await verifyPassword(password, NOBODYS_HASH);
    return attempt;
  }
  const { passwordHash, ...account } = attempt.value;
  if (!(await verifyPassword(password, passwordHash))) return refuse('bad_credentials');

  const token = STAFF_TOKEN + newSecret();
  const tokenHash = await sha256(token);
  const expiresAt = epochMs(now + LIFETIME_MS);
  // Still that password and still active: both may have changed while this one was being compared.
  const standing = and(
    eq(staff.id, account.id),
    eq(staff.passwordHash, passwordHash),
    eq(staff.status, 'active'),
  );
  const [, opened] = await db.batch([
    db.update(staff).set({ failedAttempts: 0, lockedUntil: null }).where(standing),
    db.insert(staffSessions).select(
      db
        .select({
          tokenHash: sql<string>`${tokenHash}`.as('token_hash'),
          staffId: staff.id,
          expiresAt: sql<number>`${expiresAt}`.as('expires_at'),
          createdAt: sql<number>`${now}`.as('created_at'),
        })
        .from(staff)
        .where(standing),
    ),
  ]);
  if (opened.meta.changes === 0) return refuse('account_disabled');
  return ok({ token, expiresAt, staff: staffProfile(account) });
}

/** Ends the session of this token; nothing happens when there is none. */
export async function signOutStaff(db: Database, token: string): Promise<void> {
  await db.delete(staffSessions).where(eq(staffSessions.tokenHash, await sha256(token)));
}

/**
 * Puts `next` in the place of `current` and ends every session but the one of `token`. Wrong guesses at `current`
 * count like wrong logins, so that a stolen session does not help to find the password.
 */
export async function changePassword(
  db: Database,
  actor: Actor,
  token: string,
  { current, next }: { readonly current: string; readonly next: string },
): Promise<Result<void>> {
  const { staffId } = actor.staff;
  const attempt = await countAttempt(db, eq(staff.id, staffId), actor.now);
  if (!attempt.ok) return attempt;
  const { passwordHash } = attempt.value;
  if (!(await verifyPassword(current, passwordHash))) return refuse('bad_credentials');

  const [nextHash, tokenHash] = await Promise.all([hashPassword(next), sha256(token)]);
  const unchanged = and(eq(staff.id, staffId), eq(staff.passwordHash, passwordHash));
  const facts = {
    action: 'identity.staff.change-password',
    subject: `staff:${staffId}`,
    before: null,
    after: null,
  };
  const results = await db.batch([
    auditRowWhen(db, actor, facts, sql`EXISTS (SELECT 1 FROM ${staff} WHERE ${unchanged})`),
    db.update(staff).set({ passwordHash: nextHash, failedAttempts: 0, lockedUntil: null }).where(unchanged),
    db
      .delete(staffSessions)
      .where(and(eq(staffSessions.staffId, staffId), ne(staffSessions.tokenHash, tokenHash))),
  ]);
  return results[1].meta.changes === 0 ? refuse('version_conflict') : ok(undefined);
}

/**
 * Counts an attempt before its password is looked at, in one conditional write: guesses sent at once cannot outrun
 * the lock, and a success takes the count back. The fifth locks; a lock that has run out starts a new count.
 */
async function countAttempt(
  db: Database,
  which: SQL,
  now: EpochMs,
): Promise<Result<StaffRecord & { readonly passwordHash: string }>> {
  const account = await db
    .update(staff)
    .set({
      failedAttempts: sql`CASE WHEN ${staff.lockedUntil} IS NULL THEN ${staff.failedAttempts} + 1 ELSE 1 END`,
      lockedUntil: sql`CASE WHEN ${staff.lockedUntil} IS NULL AND ${staff.failedAttempts} + 1 >= ${ATTEMPTS}
        THEN ${now + LOCK_MS} END`,
    })
    .where(and(which, or(isNull(staff.lockedUntil), lte(staff.lockedUntil, now))))
    .returning({ ...staffColumns, passwordHash: staff.passwordHash })
    .get();
  if (account !== undefined) return ok(account);
  const locked = await db.select({ lockedUntil: staff.lockedUntil }).from(staff).where(which).get();
  return locked === undefined
    ? refuse('bad_credentials')
    : refuse('account_locked', { lockedUntil: locked.lockedUntil });
}
