import { z } from '@hono/zod-openapi';
import type { BillRow, ChargingOrderRow } from '../../database/schema/charging.ts';
import { type ChargingLimit, END_REASONS, START_FAILURES } from '../../domain/charging/session.ts';
import { fen, wh } from '../../domain/units.ts';
import { outletIdOf } from './outlets.ts';

/** What a rider may ask for, in fen, Wh and minutes; bounds keep a slip of the finger from costing a fortune. */
export const LimitBody = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('full') }),
    z.strictObject({ kind: z.literal('money'), fen: z.number().int().min(100).max(20_000) }),
    z.strictObject({ kind: z.literal('energy'), wh: z.number().int().min(10).max(20_000) }),
    z.strictObject({ kind: z.literal('minutes'), minutes: z.number().int().min(1).max(1440) }),
  ])
  .openapi('ChargingLimit', { example: { kind: 'money', fen: 500 } });

export function toLimit(body: z.infer<typeof LimitBody>): ChargingLimit {
  switch (body.kind) {
    case 'money':
      return { kind: 'money', fen: fen(body.fen) };
    case 'energy':
      return { kind: 'energy', wh: wh(body.wh) };
    default:
      return body;
  }
}

export const BillLineView = z.object({
  kind: z.string(),
  part: z.enum(['electricity', 'service', 'idle']),
  label: z.string(),
  quantity: z.number().int(),
  unit: z.enum(['Wh', 'ms', 'order']),
  rateCentiFen: z.number().int(),
  amountFen: z.number().int(),
});

export const BillView = z
  .object({
    totalFen: z.number().int(),
    electricityFen: z.number().int(),
    serviceFen: z.number().int(),
    idleFen: z.number().int(),
    discountFen: z.number().int(),
    waivedFen: z.number().int(),
    refundedFen: z.number().int(),
    energyWh: z.number().int(),
    durationMs: z.number().int(),
    lines: z.array(BillLineView),
    issuedAt: z.number().int(),
  })
  .openapi('Bill');

export const OrderView = z
  .object({
    id: z.string(),
    state: z.enum(['starting', 'charging', 'start_failed', 'completed', 'quarantined', 'closed']),
    siteId: z.string(),
    siteName: z.string().nullable(),
    chargerId: z.string(),
    outletNo: z.number().int(),
    outletId: z.string(),
    limit: LimitBody,
    tariffVersionId: z.string(),
    holdFen: z.number().int(),
    createdAt: z.number().int(),
    startedAt: z.number().int().nullable(),
    endedAt: z.number().int().nullable(),
    endReason: z.enum([...END_REASONS, ...START_FAILURES]).nullable(),
    energyWh: z.number().int().nullable(),
    totalFen: z.number().int().nullable(),
    bill: BillView.nullable(),
  })
  .openapi('ChargingOrder');

export type OrderViewBody = z.infer<typeof OrderView>;

export const ORDER_EXAMPLE: OrderViewBody = {
  id: '01JD3Y8Q3G5W1V7T9R2X4Z6B8C',
  state: 'completed',
  siteId: 'SITE01',
  siteName: '南山科技园站',
  chargerId: 'CH30001',
  outletNo: 1,
  outletId: 'CH30001-1',
  limit: { kind: 'money', fen: 500 },
  tariffVersionId: 'TV01',
  holdFen: 500,
  createdAt: 1767225600000,
  startedAt: 1767225605000,
  endedAt: 1767232805000,
  endReason: 'full',
  energyWh: 620,
  totalFen: 93,
  bill: {
    totalFen: 93,
    electricityFen: 40,
    serviceFen: 53,
    idleFen: 0,
    discountFen: 0,
    waivedFen: 0,
    refundedFen: 0,
    energyWh: 620,
    durationMs: 7_200_000,
    lines: [
      {
        kind: 'electricity',
        part: 'electricity',
        label: 'flat',
        quantity: 620,
        unit: 'Wh',
        rateCentiFen: 6500,
        amountFen: 40,
      },
      {
        kind: 'service',
        part: 'service',
        label: 'flat',
        quantity: 620,
        unit: 'Wh',
        rateCentiFen: 8500,
        amountFen: 53,
      },
    ],
    issuedAt: 1767232806000,
  },
};

export function billView(bill: BillRow): z.infer<typeof BillView> {
  const { orderId: _order, curve: _curve, refundedElectricityFen, refundedServiceFen, ...rest } = bill;
  return {
    ...rest,
    refundedFen: refundedElectricityFen + refundedServiceFen,
    lines: [...bill.lines],
  };
}

export function orderView(
  order: ChargingOrderRow,
  bill: BillRow | null,
  siteName: string | null,
): OrderViewBody {
  return {
    id: order.id,
    state: order.state,
    siteId: order.siteId,
    siteName,
    chargerId: order.chargerId,
    outletNo: order.outletNo,
    outletId: outletIdOf(order.chargerId, order.outletNo),
    limit: order.limit,
    tariffVersionId: order.tariff.tariffVersionId,
    holdFen: order.holdFen,
    createdAt: order.createdAt,
    startedAt: order.startedAt,
    endedAt: order.endedAt,
    endReason: order.endReason as OrderViewBody['endReason'],
    energyWh: order.energyWh,
    totalFen: order.totalFen,
    bill: bill === null ? null : billView(bill),
  };
}
