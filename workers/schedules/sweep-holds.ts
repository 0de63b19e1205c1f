import { and, asc, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { type Database, openDatabase } from '../../database/open.ts';
import { chargingOrders } from '../../database/schema/charging.ts';
import { holds } from '../../database/schema/ledger.ts';
import { type EpochMs, MINUTE } from '../../domain/units.ts';
import { chargerObject } from '../charger-object.ts';
import { failStart, markAttention } from '../charging/settlement-service.ts';
import type { Env } from '../env.ts';

/** Longer than a start can take; a hold of a `starting` order older than this has lost its object's word. */
const START_OVERDUE = 2 * MINUTE;
/** Every running order is asked after once in so many minutes, in case its end was told and never arrived. */
const CHECK_UP = 15;
const MOST_AT_ONCE = 100;

/**
 * Looks after every hold that should be gone (M3): the charger's object is asked where its order stands. An order
 * it never heard of is fenced there and released here; one that still lives past its deadline becomes a case.
 */
export async function sweepHolds(env: Env, now: EpochMs): Promise<void> {
  const db = openDatabase(env.DB);
  for (const hold of await overdueHolds(db, now)) {
    try {
      const standing = await chargerObject(env, hold.chargerId).reconcileOrder(
        hold.orderId,
        hold.state !== 'starting',
      );
      if (standing === 'fenced' && hold.state === 'starting') {
        await failStart(db, hold.orderId, 'device-timeout', now);
      } else if (hold.deadlineAt <= now || standing === 'fenced') {
        await markAttention(db, hold.orderId, standing === 'live' ? 'hold-overdue' : 'settlement-missing');
      }
    } catch (error) {
      console.error('hold could not be reconciled', hold.orderId, error);
    }
  }
}

function overdueHolds(db: Database, now: EpochMs) {
  return db
    .select({
      orderId: holds.orderId,
      deadlineAt: holds.deadlineAt,
      chargerId: chargingOrders.chargerId,
      state: chargingOrders.state,
    })
    .from(holds)
    .innerJoin(chargingOrders, eq(chargingOrders.id, holds.orderId))
    .where(
      or(
        // One that an operator has been told of waits for the operator, and for its check-up below.
        and(lt(holds.deadlineAt, now), isNull(chargingOrders.attention)),
        and(eq(chargingOrders.state, 'starting'), lt(holds.createdAt, now - START_OVERDUE)),
        and(
          eq(chargingOrders.state, 'charging'),
          sql`(${now} - ${holds.createdAt}) / ${MINUTE} % ${CHECK_UP} = 0`,
        ),
      ),
    )
    .orderBy(asc(holds.orderId))
    .limit(MOST_AT_ONCE);
}
