import { env } from 'cloudflare:test';
import { openDatabase } from '../../database/open.ts';
import { riderSessions, riders, staff, staffSessions } from '../../database/schema/identity.ts';
import type { StaffRole } from '../../domain/access/roles.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { DAY } from '../../domain/units.ts';
import { newId, newSecret, sha256 } from '../../workers/identifiers.ts';

export interface SignedIn {
  readonly id: string;
  readonly token: string;
  /** Headers of a JSON request in this person's name. */
  readonly headers: { readonly Authorization: string; readonly 'Content-Type': string };
}

const signedIn = (id: string, token: string): SignedIn => ({
  id,
  token,
  headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
});

/** A new member of staff with a session, straight into the tables. */
export async function signInStaff(role: StaffRole, scope: Scope = { kind: 'all' }): Promise<SignedIn> {
  const now = Date.now();
  const id = newId(now);
  const token = `st_${newSecret()}`;
  const db = openDatabase(env.DB);
  await db.batch([
    db.insert(staff).values({
      id,
      username: id,
      displayName: role,
      passwordHash: '',
      role,
      scope,
      createdAt: now,
    }),
    db
      .insert(staffSessions)
      .values({ tokenHash: await sha256(token), staffId: id, expiresAt: now + DAY, createdAt: now }),
  ]);
  return signedIn(id, token);
}

/** A new rider with a session, straight into the tables. */
export async function signInRider(): Promise<SignedIn> {
  const now = Date.now();
  const id = newId(now);
  const token = `rt_${newSecret()}`;
  const db = openDatabase(env.DB);
  await db.batch([
    db.insert(riders).values({ id, openid: `openid-${id}`, displayName: '骑手', createdAt: now }),
    db
      .insert(riderSessions)
      .values({ tokenHash: await sha256(token), riderId: id, expiresAt: now + DAY, createdAt: now }),
  ]);
  return signedIn(id, token);
}
