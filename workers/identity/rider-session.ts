import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { riderSessions, riders } from '../../database/schema/identity.ts';
import { ok, type Result, refuse } from '../../domain/errors.ts';
import { DAY, type EpochMs, epochMs } from '../../domain/units.ts';
import { newId, newSecret, sha256 } from '../identifiers.ts';
import { RIDER_TOKEN } from './queries.ts';
import { type RiderProfile, riderColumns, riderProfile } from './rider-queries.ts';
import { FIRST_NAME } from './texts.ts';

const LIFETIME_MS = 30 * DAY;

export interface SignedInRider {
  readonly token: string;
  readonly expiresAt: EpochMs;
  readonly rider: RiderProfile;
}

/** Who WeChat says is here. */
export interface WechatIdentity {
  readonly openid: string;
  readonly unionid: string | null;
}

/**
 * Opens a session for whoever holds this openid, who becomes a rider if there is none yet. One batch: however many
 * first logins arrive at once, the unique openid leaves one rider, and a blocked one gets no session.
 */
export async function signInRider(
  db: Database,
  { openid, unionid }: WechatIdentity,
  language: 'zh' | 'en',
  now: EpochMs,
): Promise<Result<SignedInRider>> {
  const token = RIDER_TOKEN + newSecret();
  const tokenHash = await sha256(token);
  const expiresAt = epochMs(now + LIFETIME_MS);
  const id = newId(now);
  const [, , row] = await db.batch([
    db
      .insert(riders)
      .values({ id, openid, unionid, displayName: `${FIRST_NAME[language]} ${id.slice(-4)}`, createdAt: now })
      .onConflictDoUpdate({
        target: riders.openid,
        set: { unionid: sql`excluded.unionid` },
        // Almost always false: a row written is what a login should not cost.
        setWhere: sql`excluded.unionid IS NOT NULL AND ${riders.unionid} IS NOT excluded.unionid`,
      }),
    db.insert(riderSessions).select(
      db
        .select({
          tokenHash: sql<string>`${tokenHash}`.as('token_hash'),
          riderId: riders.id,
          expiresAt: sql<number>`${expiresAt}`.as('expires_at'),
          createdAt: sql<number>`${now}`.as('created_at'),
        })
        .from(riders)
        .where(and(eq(riders.openid, openid), eq(riders.status, 'active'))),
    ),
    db.select(riderColumns).from(riders).where(eq(riders.openid, openid)),
  ]);
  const [rider] = row;
  if (rider?.status !== 'active') return refuse('account_disabled');
  return ok({ token, expiresAt, rider: riderProfile(rider) });
}

/** Ends the session of this token; nothing happens when there is none. */
export async function signOutRider(db: Database, token: string): Promise<void> {
  await db.delete(riderSessions).where(eq(riderSessions.tokenHash, await sha256(token)));
}
