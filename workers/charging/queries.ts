import { and, desc, eq, isNotNull, lt, or, type SQL } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import {
  type BillRow,
  bills,
  type ChargingOrderRow,
  chargingOrders,
} from '../../database/schema/charging.ts';
import { sites } from '../../database/schema/fleet.ts';
import { riders } from '../../database/schema/identity.ts';
import { holds } from '../../database/schema/ledger.ts';
import { type EpochMs, MINUTE } from '../../domain/units.ts';

/** What is taken off for a member, in basis points. */
export async function findRiderDiscount(db: Database, riderId: string): Promise<number> {
  const row = await db
    .select({ bp: riders.memberDiscountBp })
    .from(riders)
    .where(eq(riders.id, riderId))
    .get();
  return row?.bp ?? 0;
}

export interface OrderWithBill {
  readonly order: ChargingOrderRow;
  readonly bill: BillRow | null;
  readonly siteName: string;
}

const withBill = (db: Database) =>
  db
    .select({ order: chargingOrders, bill: bills, siteName: sites.name })
    .from(chargingOrders)
    .innerJoin(sites, eq(sites.id, chargingOrders.siteId))
    .leftJoin(bills, eq(bills.orderId, chargingOrders.id));

/** A rider's own order; undefined for anybody else's. */
export const findRiderOrder = (
  db: Database,
  riderId: string,
  orderId: string,
): Promise<OrderWithBill | undefined> =>
  withBill(db)
    .where(and(eq(chargingOrders.id, orderId), eq(chargingOrders.riderId, riderId)))
    .get();

/** A rider's orders, newest first. */
export const listRiderOrders = (db: Database, riderId: string, before: string | undefined, limit: number) =>
  withBill(db)
    .where(
      and(
        eq(chargingOrders.riderId, riderId),
        before === undefined ? undefined : lt(chargingOrders.id, before),
      ),
    )
    .orderBy(desc(chargingOrders.id))
    .limit(limit + 1)
    .all();

/** An order within the caller's scope. */
export const findOrderInScope = (db: Database, scope: SQL | undefined, orderId: string) =>
  withBill(db)
    .where(and(eq(chargingOrders.id, orderId), scope))
    .get();

export interface OrderFilter {
  readonly siteId?: string | undefined;
  readonly riderId?: string | undefined;
  readonly state?: ChargingOrderRow['state'] | undefined;
}

/** Orders within the caller's scope, newest first. */
export const listOrdersInScope = (
  db: Database,
  scope: SQL | undefined,
  filter: OrderFilter,
  before: string | undefined,
  limit: number,
) =>
  withBill(db)
    .where(
      and(
        scope,
        before === undefined ? undefined : lt(chargingOrders.id, before),
        filter.siteId === undefined ? undefined : eq(chargingOrders.siteId, filter.siteId),
        filter.riderId === undefined ? undefined : eq(chargingOrders.riderId, filter.riderId),
        filter.state === undefined ? undefined : eq(chargingOrders.state, filter.state),
      ),
    )
    .orderBy(desc(chargingOrders.id))
    .limit(limit + 1)
    .all();

/** A start that has taken longer than this should have ended one way or the other. */
const START_OVERDUE = 3 * MINUTE;

/**
 * Orders that are not settled: every one has its row in `holds`, or was marked. With `stuck` only those that somebody
 * has to look at.
 */
export const listOpenOrders = (
  db: Database,
  scope: SQL | undefined,
  stuck: boolean,
  now: EpochMs,
  before: string | undefined,
  limit: number,
) =>
  db
    .select({ order: chargingOrders, siteName: sites.name, deadlineAt: holds.deadlineAt })
    .from(holds)
    .innerJoin(chargingOrders, eq(chargingOrders.id, holds.orderId))
    .innerJoin(sites, eq(sites.id, chargingOrders.siteId))
    .where(
      and(
        scope,
        before === undefined ? undefined : lt(holds.orderId, before),
        stuck
          ? or(
              isNotNull(chargingOrders.attention),
              lt(holds.deadlineAt, now),
              and(eq(chargingOrders.state, 'starting'), lt(holds.createdAt, now - START_OVERDUE)),
            )
          : undefined,
      ),
    )
    .orderBy(desc(holds.orderId))
    .limit(limit + 1)
    .all();
