import { z } from '@hono/zod-openapi';
import type { Bill, PriceOptions } from '../../domain/pricing/bill.ts';
import { priceUsage } from '../../domain/pricing/bill.ts';
import { type PriceSlot, priceSlots } from '../../domain/pricing/price-slots.ts';
import type { HypotheticalSession } from '../../domain/pricing/quote.ts';
import type { TariffRules } from '../../domain/pricing/tariff.ts';
import { addReading, startUsage, type Usage } from '../../domain/pricing/usage.ts';
import { epochMs, wh } from '../../domain/units.ts';

const Fen = z.int().openapi({ description: 'Fen' });
const CentiFen = z.int().openapi({ description: '1/100 fen per kWh, per hour or per order, as `unit` says' });
const Unit = z.enum(['Wh', 'ms', 'order']);

const PreviewLine = z.object({
  kind: z.string(),
  part: z.enum(['electricity', 'service', 'idle']),
  label: z.string(),
  quantity: z.int(),
  unit: Unit,
  rateCentiFen: CentiFen,
  amountFen: Fen,
});

const PreviewPeriod = z.object({
  label: z.string(),
  fromMinute: z.int().nullable(),
  toMinute: z.int().nullable(),
  uptoWatt: z.int().nullable(),
  unit: Unit,
  electricityCentiFen: CentiFen,
  serviceCentiFen: CentiFen,
  energyWh: z.int(),
  durationMs: z.int(),
  electricityFen: Fen,
  serviceFen: Fen,
});

export const TariffPreviewView = z
  .object({
    totalFen: Fen,
    electricityFen: Fen,
    serviceFen: Fen,
    idleFen: Fen,
    residentialCutFen: Fen,
    discountFen: Fen,
    minimumTopUpFen: Fen,
    cappedFen: Fen,
    waivedFen: Fen,
    energyWh: z.int(),
    durationMs: z.int(),
    free: z.boolean(),
    lines: z.array(PreviewLine),
    periods: z.array(PreviewPeriod).openapi({
      description:
        'Every row of the tariff with what falls into it, before discount, minimum, cap and waiver',
    }),
  })
  .openapi('TariffPreview');

export const PREVIEW_EXAMPLE: z.infer<typeof TariffPreviewView> = {
  totalFen: 150,
  electricityFen: 65,
  serviceFen: 85,
  idleFen: 0,
  residentialCutFen: 0,
  discountFen: 0,
  minimumTopUpFen: 0,
  cappedFen: 0,
  waivedFen: 0,
  energyWh: 1000,
  durationMs: 7_200_000,
  free: false,
  lines: [
    {
      kind: 'electricity',
      part: 'electricity',
      label: 'flat',
      quantity: 1000,
      unit: 'Wh',
      rateCentiFen: 6500,
      amountFen: 65,
    },
    {
      kind: 'service',
      part: 'service',
      label: 'flat',
      quantity: 1000,
      unit: 'Wh',
      rateCentiFen: 8500,
      amountFen: 85,
    },
  ],
  periods: [
    {
      label: 'flat',
      fromMinute: 0,
      toMinute: 1440,
      uptoWatt: null,
      unit: 'Wh',
      electricityCentiFen: 6500,
      serviceCentiFen: 8500,
      energyWh: 1000,
      durationMs: 7_200_000,
      electricityFen: 65,
      serviceFen: 85,
    },
  ],
};

/** The bill of a session that has not happened, at constant power, with what falls into each row of the tariff. */
export function previewBill(
  rules: TariffRules,
  session: HypotheticalSession,
  options: PriceOptions,
): z.infer<typeof TariffPreviewView> {
  const end = { at: epochMs(session.startAt + session.durationMs), registerWh: session.energyWh };
  const usage = addReading(startUsage(session.startAt, wh(0)), end, rules);
  const { idleMs: _none, lines, ...bill } = priceUsage(usage, rules, options);
  return { ...bill, lines: [...lines], periods: periodsOf(rules, usage, lines) };
}

function periodsOf(rules: TariffRules, usage: Usage, lines: Bill['lines']) {
  // The bill has a pair of metered lines for each row that was used, in the order of the rows.
  const metered = lines.filter(({ kind }) => kind === 'electricity' || kind === 'service').values();
  const nextAmount = () => metered.next().value?.amountFen ?? 0;
  return priceSlots(rules).map((slot) => {
    const used = isUsed(slot, usage);
    return {
      label: slot.label,
      fromMinute: slot.window?.fromMinute ?? null,
      toMinute: slot.window?.toMinute ?? null,
      uptoWatt: slot.uptoWatt,
      unit: slot.unit,
      electricityCentiFen: slot.electricityCentiFen,
      serviceCentiFen: slot.serviceCentiFen,
      energyWh: usage.wh[slot.index] ?? 0,
      durationMs: usage.ms[slot.index] ?? 0,
      electricityFen: used ? nextAmount() : 0,
      serviceFen: used ? nextAmount() : 0,
    };
  });
}

function isUsed(slot: PriceSlot, usage: Usage): boolean {
  if (slot.unit === 'order') return true;
  return ((slot.unit === 'Wh' ? usage.wh : usage.ms)[slot.index] ?? 0) > 0;
}
