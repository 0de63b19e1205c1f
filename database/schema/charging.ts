import { sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ChargingLimit, CurvePoint } from '../../domain/charging/session.ts';
import type { BillLine } from '../../domain/pricing/bill.ts';
import type { TariffRules } from '../../domain/pricing/tariff.ts';

/** The price an order was made at, kept whole so that no later version can change it (M5). */
export interface TariffSnapshot {
  readonly tariffId: string;
  readonly tariffVersionId: string;
  readonly rules: TariffRules;
  readonly memberDiscountBp: number;
}

export const chargingOrders = sqliteTable(
  'charging_orders',
  {
    id: text('id').primaryKey(),
    riderId: text('rider_id').notNull(),
    siteId: text('site_id').notNull(),
    chargerId: text('charger_id').notNull(),
    outletNo: integer('outlet_no').notNull(),
    state: text('state', {
      enum: ['starting', 'charging', 'start_failed', 'completed', 'quarantined', 'closed'],
    }).notNull(),
    limit: text('limit', { mode: 'json' }).$type<ChargingLimit>().notNull(),
    tariff: text('tariff', { mode: 'json' }).$type<TariffSnapshot>().notNull(),
    holdFen: integer('hold_fen').notNull(),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    endedAt: integer('ended_at'),
    endReason: text('end_reason'),
    energyWh: integer('energy_wh'),
    totalFen: integer('total_fen'),
    /** Why an operator has to look at this order; null while all is well. */
    attention: text('attention'),
  },
  (t) => [
    index('charging_orders_rider').on(t.riderId, t.id),
    index('charging_orders_site').on(t.siteId, t.id),
  ],
);

export const bills = sqliteTable(
  'bills',
  {
    orderId: text('order_id').primaryKey(),
    totalFen: integer('total_fen').notNull(),
    electricityFen: integer('electricity_fen').notNull(),
    serviceFen: integer('service_fen').notNull(),
    idleFen: integer('idle_fen').notNull(),
    discountFen: integer('discount_fen').notNull(),
    waivedFen: integer('waived_fen').notNull(),
    energyWh: integer('energy_wh').notNull(),
    durationMs: integer('duration_ms').notNull(),
    lines: text('lines', { mode: 'json' }).$type<BillLine[]>().notNull(),
    curve: text('curve', { mode: 'json' }).$type<CurvePoint[]>().notNull(),
    refundedElectricityFen: integer('refunded_electricity_fen').notNull().default(0),
    /** Refunds of the service part, which the idle fee belongs to. */
    refundedServiceFen: integer('refunded_service_fen').notNull().default(0),
    issuedAt: integer('issued_at').notNull(),
  },
  (t) => [
    // A refund beyond the bill aborts the batch that tries it.
    check('electricity_refund_within_bill', sql`${t.refundedElectricityFen} <= ${t.electricityFen}`),
    check('service_refund_within_bill', sql`${t.refundedServiceFen} <= ${t.serviceFen} + ${t.idleFen}`),
  ],
);

/** A transaction a device reported that no live order stands behind; an operator closes it with evidence. */
export const quarantinedSessions = sqliteTable(
  'quarantined_sessions',
  {
    id: text('id').primaryKey(),
    chargerId: text('charger_id').notNull(),
    siteId: text('site_id').notNull(),
    outletNo: integer('outlet_no').notNull(),
    idTag: text('id_tag').notNull(),
    orderId: text('order_id'),
    startedAt: integer('started_at').notNull(),
    endedAt: integer('ended_at').notNull(),
    energyWh: integer('energy_wh').notNull(),
    reason: text('reason').notNull(),
    evidence: text('evidence', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    state: text('state', { enum: ['open', 'closed'] })
      .notNull()
      .default('open'),
    resolution: text('resolution'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('quarantined_sessions_state').on(t.state, t.id)],
);

/** A queue message that could not be applied; it waits here for an operator to replay it. */
export const incidents = sqliteTable(
  'incidents',
  {
    id: text('id').primaryKey(),
    queue: text('queue').notNull(),
    message: text('message', { mode: 'json' }).notNull(),
    error: text('error').notNull(),
    state: text('state', { enum: ['open', 'replayed', 'dismissed'] })
      .notNull()
      .default('open'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('incidents_state').on(t.state, t.id)],
);

export type ChargingOrderRow = typeof chargingOrders.$inferSelect;
export type BillRow = typeof bills.$inferSelect;
