import { and, eq, inArray, isNull, notInArray } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../../database/open.ts';
import { bills, chargingOrders, quarantinedSessions } from '../../database/schema/charging.ts';
import { chargers } from '../../database/schema/fleet.ts';
import { holds } from '../../database/schema/ledger.ts';
import { billOf } from '../../domain/charging/metering.ts';
import type { EndReason, StartFailure } from '../../domain/charging/session.ts';
import { riderAccount } from '../../domain/ledger/account.ts';
import {
  captureHold,
  chargeWithoutHold,
  type LedgerTransaction,
  releaseHold,
} from '../../domain/ledger/transactions.ts';
import type { Bill } from '../../domain/pricing/bill.ts';
import type { Usage } from '../../domain/pricing/usage.ts';
import { type EpochMs, fen } from '../../domain/units.ts';
import { orThrow } from '../api-error.ts';
import { databaseMessage } from '../middleware/errors.ts';
import { ALREADY_POSTED, HOLD_GONE, postingStatements, whileHeld } from '../wallet/posting-service.ts';
import { balanceOf } from '../wallet/queries.ts';

/** A charge that is over, as its object or an operator with evidence says. */
export interface EndedCharge {
  readonly orderId: string;
  readonly reason: EndReason;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly usage: Usage;
  readonly curve: readonly (readonly [number, number, number])[];
}

const FINAL = ['completed', 'closed'] as const;

/**
 * Ends an order with its bill, its posting and the release of what was held too much, in one batch (M2, M3, M5).
 * `false` when it was settled before. An order whose hold is gone already (its start reached us too late) is charged
 * from the wallet as far as that reaches and the rest becomes arrears.
 */
export async function settleCharge(
  db: Database,
  ended: EndedCharge,
  now: EpochMs,
  state: 'completed' | 'closed' = 'completed',
  also: readonly BatchItem<'sqlite'>[] = [],
): Promise<boolean> {
  for (let attempt = 0; ; attempt += 1) {
    const order = await orderWithHold(db, ended.orderId);
    if (order === undefined || FINAL.some((final) => final === order.state)) return false;
    const bill = billOf({ ...order.tariff, holdFen: fen(order.holdFen) }, ended.usage);
    const [posting, guard] = await settlementPosting(db, order, bill);
    try {
      await db.batch([
        ...postingStatements(db, posting, now, guard),
        insertBill(db, ended, bill, now),
        db.delete(holds).where(eq(holds.orderId, order.id)),
        db
          .update(chargingOrders)
          .set({
            state,
            startedAt: ended.startedAt,
            endedAt: ended.endedAt,
            endReason: ended.reason,
            energyWh: bill.energyWh,
            totalFen: bill.totalFen,
          })
          .where(and(eq(chargingOrders.id, order.id), notInArray(chargingOrders.state, [...FINAL]))),
        ...also,
      ]);
      return true;
    } catch (error) {
      const message = databaseMessage(error);
      if (message.includes(ALREADY_POSTED)) return false;
      // The hold was released, or the wallet moved, between our look and our batch: look again.
      const lostRace = message.includes(HOLD_GONE) || message.includes('rider_account_not_overdrawn');
      if (!lostRace || attempt >= 3) throw error;
    }
  }
}

interface OrderWithHold {
  readonly id: string;
  readonly riderId: string;
  readonly state: string;
  readonly holdFen: number;
  readonly tariff: typeof chargingOrders.$inferSelect.tariff;
  readonly heldFen: number | null;
}

async function orderWithHold(db: Database, orderId: string): Promise<OrderWithHold | undefined> {
  const row = await db
    .select({
      id: chargingOrders.id,
      riderId: chargingOrders.riderId,
      state: chargingOrders.state,
      holdFen: chargingOrders.holdFen,
      tariff: chargingOrders.tariff,
      heldFen: holds.amountFen,
    })
    .from(chargingOrders)
    .leftJoin(holds, eq(holds.orderId, chargingOrders.id))
    .where(eq(chargingOrders.id, orderId))
    .get();
  return row;
}

async function settlementPosting(db: Database, order: OrderWithHold, bill: Bill) {
  // The idle fee is income of the service, like everything that is not electricity.
  const parts = { electricityFen: bill.electricityFen, serviceFen: fen(bill.serviceFen + bill.idleFen) };
  const { id: orderId, riderId, heldFen } = order;
  if (heldFen !== null) {
    const posting = orThrow(captureHold({ riderId, orderId, heldFen: fen(heldFen), ...parts }));
    return [posting, whileHeld(posting.kind, orderId, heldFen)] as const;
  }
  const walletFen = await balanceOf(db, riderAccount(riderId, 'wallet'));
  const posting: LedgerTransaction = orThrow(chargeWithoutHold({ riderId, orderId, walletFen, ...parts }));
  return [posting, posting.kind] as const;
}

function insertBill(db: Database, ended: EndedCharge, bill: Bill, now: EpochMs): BatchItem<'sqlite'> {
  return db.insert(bills).values({
    orderId: ended.orderId,
    totalFen: bill.totalFen,
    electricityFen: bill.electricityFen,
    serviceFen: bill.serviceFen,
    idleFen: bill.idleFen,
    discountFen: bill.discountFen,
    waivedFen: bill.waivedFen,
    energyWh: bill.energyWh,
    durationMs: bill.durationMs,
    lines: [...bill.lines],
    curve: [...ended.curve],
    issuedAt: now,
  });
}

/** Ends an order that never started: its hold goes back whole. `false` when it is past that, or was failed before. */
export async function failStart(
  db: Database,
  orderId: string,
  reason: StartFailure,
  now: EpochMs,
  also: readonly BatchItem<'sqlite'>[] = [],
): Promise<boolean> {
  const order = await orderWithHold(db, orderId);
  if (order === undefined || order.state !== 'starting' || order.heldFen === null) return false;
  const release = orThrow(releaseHold({ riderId: order.riderId, orderId, heldFen: fen(order.heldFen) }));
  try {
    await db.batch([
      ...postingStatements(db, release, now, whileHeld(release.kind, orderId, order.heldFen)),
      db.delete(holds).where(eq(holds.orderId, orderId)),
      db
        .update(chargingOrders)
        .set({ state: 'start_failed', endedAt: now, endReason: reason, totalFen: 0, energyWh: 0 })
        .where(and(eq(chargingOrders.id, orderId), eq(chargingOrders.state, 'starting'))),
      ...also,
    ]);
    return true;
  } catch (error) {
    const message = databaseMessage(error);
    if (message.includes(ALREADY_POSTED) || message.includes(HOLD_GONE)) return false;
    throw error;
  }
}

/** Power flows. An order given up before comes back to life: its device could only tell us late. */
export async function markStarted(db: Database, orderId: string, at: number): Promise<void> {
  await db
    .update(chargingOrders)
    .set({ state: 'charging', startedAt: at, endedAt: null, endReason: null, totalFen: null, energyWh: null })
    .where(and(eq(chargingOrders.id, orderId), inArray(chargingOrders.state, ['starting', 'start_failed'])));
}

/** Puts an order on the operators' list, with the first reason that was given. */
export async function markAttention(db: Database, orderId: string, reason: string): Promise<void> {
  await db
    .update(chargingOrders)
    .set({ attention: reason })
    .where(
      and(
        eq(chargingOrders.id, orderId),
        isNull(chargingOrders.attention),
        notInArray(chargingOrders.state, [...FINAL]),
      ),
    );
}

export interface QuarantinedTransaction {
  readonly id: string;
  readonly chargerId: string;
  readonly outletNo: number;
  readonly idTag: string;
  readonly orderId: string | null;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly energyWh: number;
  readonly reason: string;
  readonly evidence: Record<string, unknown>;
}

/** Keeps a device's transaction that no live order stands behind, once. */
export async function quarantine(
  db: Database,
  transaction: QuarantinedTransaction,
  now: EpochMs,
): Promise<void> {
  const charger = await db
    .select({ siteId: chargers.siteId })
    .from(chargers)
    .where(eq(chargers.id, transaction.chargerId))
    .get();
  await db
    .insert(quarantinedSessions)
    .values({ ...transaction, siteId: charger?.siteId ?? '', createdAt: now })
    .onConflictDoNothing();
}
