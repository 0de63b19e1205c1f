import { z } from '@hono/zod-openapi';
import type { Quote } from '../../domain/pricing/quote.ts';

const PriceRow = z.object({
  label: z.string(),
  fromMinute: z.number().int().nullable(),
  toMinute: z.number().int().nullable(),
  uptoWatt: z.number().int().nullable(),
  unit: z.enum(['Wh', 'ms', 'order']),
  electricityCentiFen: z.number().int(),
  serviceCentiFen: z.number().int(),
  current: z.boolean(),
});

export const PriceView = z
  .object({
    kind: z.enum(['energy', 'time', 'power-tier', 'session']),
    rows: z.array(PriceRow),
    pricesUntil: z.number().int().nullable(),
    minimumFen: z.number().int(),
    capFen: z.number().int().nullable(),
    freeMinutes: z.number().int(),
    idleFee: z
      .object({
        graceMinutes: z.number().int(),
        fenPerHour: z.number().int(),
        capFen: z.number().int().nullable(),
      })
      .nullable(),
    memberDiscountable: z.enum(['none', 'service', 'all']),
  })
  .openapi('Price', { description: 'Rates in 1/100 fen per kWh, per hour or per order, as `unit` says.' });

export const QuoteView = z
  .object({
    outletId: z.string(),
    siteId: z.string(),
    siteName: z.string(),
    chargerName: z.string(),
    outletNo: z.number().int(),
    availability: z.enum(['free', 'occupied', 'reserved', 'unavailable', 'faulted', 'offline']),
    tariffVersionId: z.string(),
    price: PriceView,
    walletFen: z.number().int(),
    suggestedHoldFen: z.number().int(),
  })
  .openapi('Quote');

export const QUOTE_EXAMPLE: z.infer<typeof QuoteView> = {
  outletId: 'CH30001-1',
  siteId: 'SITE01',
  siteName: '南山科技园站',
  chargerName: '1 号桩',
  outletNo: 1,
  availability: 'free',
  tariffVersionId: 'TV01',
  price: {
    kind: 'energy',
    rows: [
      {
        label: 'flat',
        fromMinute: 0,
        toMinute: 1440,
        uptoWatt: null,
        unit: 'Wh',
        electricityCentiFen: 6500,
        serviceCentiFen: 8500,
        current: true,
      },
    ],
    pricesUntil: null,
    minimumFen: 0,
    capFen: null,
    freeMinutes: 0,
    idleFee: null,
    memberDiscountable: 'service',
  },
  walletFen: 10_000,
  suggestedHoldFen: 2_000,
};

/** The domain's quote as the API shows it; absent bounds become null. */
export function quoteView(quote: Quote): z.infer<typeof PriceView> {
  return {
    kind: quote.kind,
    rows: quote.rows.map((row) => ({
      label: row.label,
      fromMinute: row.window?.fromMinute ?? null,
      toMinute: row.window?.toMinute ?? null,
      uptoWatt: row.uptoWatt,
      unit: row.unit,
      electricityCentiFen: row.electricityCentiFen,
      serviceCentiFen: row.serviceCentiFen,
      current: row.current,
    })),
    pricesUntil: quote.pricesUntil,
    minimumFen: quote.minimumFen,
    capFen: quote.capFen,
    freeMinutes: quote.freeMinutes,
    idleFee: quote.idleFee,
    memberDiscountable: quote.memberDiscountable,
  };
}
