import { lt } from 'drizzle-orm';
import { openDatabase } from '../../database/open.ts';
import { idempotencyKeys } from '../../database/schema/identity.ts';
import { DAY, type EpochMs } from '../../domain/units.ts';
import type { Env } from '../env.ts';
import { forgetExpiredSessions } from '../identity/service.ts';

/** No client repeats a request after so long; the orders and vouchers a key made stay. */
const KEYS_KEPT = 7 * DAY;

/** Once a day: what nobody can use any more goes. */
export async function forgetExpired(env: Env, now: EpochMs): Promise<void> {
  const db = openDatabase(env.DB);
  await forgetExpiredSessions(db, now);
  await db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, now - KEYS_KEPT));
}
