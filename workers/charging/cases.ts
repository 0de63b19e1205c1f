import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import {
  type BillRow,
  bills,
  type ChargingOrderRow,
  incidents,
  quarantinedSessions,
} from '../../database/schema/charging.ts';
import { refundCaptured } from '../../domain/ledger/transactions.ts';
import { addReading, startUsage } from '../../domain/pricing/usage.ts';
import { epochMs, fen, wh } from '../../domain/units.ts';
import { ApiError, orThrow } from '../api-error.ts';
import { type Actor, auditRow, auditRowWhen } from '../audit.ts';
import { chargerObject } from '../charger-object.ts';
import type { Env } from '../env.ts';
import { databaseMessage } from '../middleware/errors.ts';
import { idempotencyStatement, type KeyUse } from '../middleware/idempotency.ts';
import { settlementMessage } from '../queues/messages.ts';
import { postingStatements } from '../wallet/posting-service.ts';
import { applySettlement } from './events.ts';
import { failStart, settleCharge } from './settlement-service.ts';

/** What an operator may do about an order that does not end by itself. Each action is audited and safe to repeat. */

const LIVE = ['starting', 'charging'] as const;
const isLive = (order: ChargingOrderRow): boolean => LIVE.some((state) => state === order.state);

/**
 * Parked messages of this order are applied again. Without one, or with none that can be understood, the charger's
 * object is asked where it stands.
 */
export async function retrySettlement(
  env: Env,
  db: Database,
  order: ChargingOrderRow,
  actor: Actor,
): Promise<'settled' | 'released' | 'live'> {
  if (!isLive(order)) throw new ApiError('order_not_stuck');
  const audit = auditRow(db, actor, {
    action: 'charging.order.retry-settlement',
    subject: `charging-order:${order.id}`,
    before: { state: order.state, attention: order.attention },
    after: null,
  });
  const parked = await db
    .select()
    .from(incidents)
    .where(
      and(
        eq(incidents.state, 'open'),
        eq(incidents.queue, 'settlement'),
        eq(sql`json_extract(${incidents.message}, '$.orderId')`, order.id),
      ),
    )
    .all();
  await db.batch([audit]);
  let applied = 0;
  for (const incident of parked) {
    const message = settlementMessage.safeParse(incident.message);
    if (!message.success) continue;
    await applySettlement(db, message.data, actor.now);
    await db.update(incidents).set({ state: 'replayed' }).where(eq(incidents.id, incident.id));
    applied += 1;
  }
  if (applied > 0) return 'settled';
  const standing = await chargerObject(env, order.chargerId).reconcileOrder(
    order.id,
    order.state !== 'starting',
  );
  if (standing === 'fenced' && order.state === 'starting') {
    await failStart(db, order.id, 'device-timeout', actor.now);
    return 'released';
  }
  return 'live';
}

export interface Evidence {
  readonly startedAt: number;
  readonly endedAt: number;
  /** What the meter, or whoever was there, says was delivered; 0 makes the charge free. */
  readonly energyWh: number;
  readonly reason: string;
}

/** Closes an order by hand: the object lets go of it, then it is billed on the evidence and its hold ends. */
export async function closeWithEvidence(
  env: Env,
  db: Database,
  order: ChargingOrderRow,
  evidence: Evidence,
  actor: Actor,
): Promise<void> {
  if (!isLive(order)) throw new ApiError('order_not_stuck');
  if (evidence.endedAt < evidence.startedAt || evidence.endedAt > actor.now) {
    throw new ApiError('invalid_request', { reason: 'endedAt' });
  }
  await chargerObject(env, order.chargerId).abandonOrder(order.id);
  const start = startUsage(epochMs(evidence.startedAt), wh(0));
  const end = { at: epochMs(evidence.endedAt), registerWh: wh(evidence.energyWh) };
  const settled = await settleCharge(
    db,
    {
      orderId: order.id,
      reason: 'operator',
      startedAt: evidence.startedAt,
      endedAt: evidence.endedAt,
      usage: addReading(start, end, order.tariff.rules),
      curve: [],
    },
    actor.now,
    'closed',
    [
      auditRow(db, actor, {
        action: 'charging.order.close',
        subject: `charging-order:${order.id}`,
        before: { state: order.state, attention: order.attention },
        after: { state: 'closed', evidence },
      }),
    ],
  );
  if (!settled) throw new ApiError('order_not_stuck');
}

export interface Refund {
  readonly electricityFen: number;
  readonly serviceFen: number;
  readonly memo: string;
}

/** Gives billed money back to the rider's wallet; never more than the bill, whatever runs at the same time. */
export async function refundOrder(
  db: Database,
  order: ChargingOrderRow,
  bill: BillRow,
  refund: Refund,
  key: KeyUse,
  actor: Actor,
): Promise<string> {
  const parts = { electricityFen: fen(refund.electricityFen), serviceFen: fen(refund.serviceFen) };
  const refundable = {
    electricityFen: fen(bill.electricityFen - bill.refundedElectricityFen),
    serviceFen: fen(bill.serviceFen + bill.idleFen - bill.refundedServiceFen),
  };
  const { riderId, id: orderId } = order;
  const posting = orThrow(
    refundCaptured({ riderId, orderId, refundId: key.key, refund: parts, refundable, memo: refund.memo }),
  );
  try {
    await db.batch([
      idempotencyStatement(db, key.owner, key.key, key.hash, orderId, actor.now),
      ...postingStatements(db, posting, actor.now),
      db
        .update(bills)
        .set({
          refundedElectricityFen: sql`${bills.refundedElectricityFen} + ${parts.electricityFen}`,
          refundedServiceFen: sql`${bills.refundedServiceFen} + ${parts.serviceFen}`,
        })
        .where(eq(bills.orderId, orderId)),
      auditRow(db, actor, {
        action: 'charging.order.refund',
        subject: `charging-order:${orderId}`,
        before: refundable,
        after: refund,
      }),
    ]);
  } catch (error) {
    if (databaseMessage(error).includes('refund_within_bill'))
      throw new ApiError('ledger_overdrawn', { ...refundable });
    throw error;
  }
  return orderId;
}

/** Puts an unclaimed transaction aside with what was found out about it; `false` when somebody did before. */
export async function closeQuarantined(
  db: Database,
  id: string,
  resolution: string,
  actor: Actor,
): Promise<boolean> {
  const open = and(eq(quarantinedSessions.id, id), eq(quarantinedSessions.state, 'open'));
  const facts = {
    action: 'charging.quarantined.close',
    subject: `quarantined:${id}`,
    before: { state: 'open' },
    after: { state: 'closed', resolution },
  };
  const [, closed] = await db.batch([
    auditRowWhen(db, actor, facts, sql`EXISTS (SELECT 1 FROM ${quarantinedSessions} WHERE ${open})`),
    db
      .update(quarantinedSessions)
      .set({ state: 'closed', resolution })
      .where(open)
      .returning({ id: quarantinedSessions.id }),
  ]);
  return closed.length > 0;
}

/** Notes who wanted a charge stopped and why, before the object is asked. */
export async function auditStop(
  db: Database,
  order: ChargingOrderRow,
  reason: string,
  actor: Actor,
): Promise<void> {
  await db.batch([
    auditRow(db, actor, {
      action: 'charging.order.stop',
      subject: `charging-order:${order.id}`,
      before: { state: order.state },
      after: { reason },
    }),
  ]);
}
