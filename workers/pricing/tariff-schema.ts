import { z } from '@hono/zod-openapi';
import { MAX_PERIODS, MAX_TIERS, PERIOD_LABELS } from '../../domain/pricing/validate-tariff.ts';

/**
 * The shape of a tariff, for documents and the first look. Ranges are documented here but judged by
 * `validateTariff`, which names every wrong field at once in `tariff_invalid`; hence plain numbers with hints.
 */
const integer = (description: string, bounds: { minimum?: number; maximum: number; example?: number }) =>
  z.number().openapi({ type: 'integer', minimum: 0, description, ...bounds });

/** Far more rows than any tariff may have; beyond it nobody gets a list of problems. */
const ROWS_READ = 100;

const money = (description: string) => integer(description, { maximum: 1_000_000 });
/** A hint of type hides that null is allowed, so it has to say that too. */
const optionalCap = (description: string, maximum: number) =>
  integer(description, { minimum: 1, maximum })
    .nullable()
    .openapi({ type: ['integer', 'null'] });
const rate = (description: string) =>
  integer(`${description}, in 1/100 fen (10⁻⁴ yuan): 6500 is ¥0.65`, { maximum: 10_000_000, example: 6500 });
const minutes = (description: string) => integer(description, { maximum: 1440 });

const common = {
  v: z.literal(1).openapi({ description: 'Version of this format' }),
  minimumFen: money('The least a session costs, idle fee apart, in fen'),
  capFen: optionalCap('The most a session costs, idle fee apart, in fen', 1_000_000),
  residentialCap: z
    .strictObject({ electricityCentiFenPerKwh: rate('Highest price of electricity per kWh') })
    .nullable()
    .openapi({ description: 'Regulated ceiling on the electricity price (居民电价)' }),
  freeMinutes: minutes('A session that ends within this many minutes costs nothing; 0 switches it off'),
  idleFee: z
    .strictObject({
      graceMinutes: minutes('Free minutes after the battery is full'),
      fenPerHour: money('Fen per hour after that'),
      capFen: optionalCap('The most it adds up to, in fen', 1_000_000),
    })
    .nullable()
    .openapi({ description: 'For standing at the outlet with a full battery' }),
  memberDiscountable: z.enum(['none', 'service', 'all']).openapi({
    description: 'What a member’s discount reduces; never the idle fee or the minimum',
  }),
};

const window = {
  label: z.enum(PERIOD_LABELS),
  fromMinute: integer('Minute of the Shanghai day it begins at', { maximum: 1439 }),
  toMinute: minutes('Minute it ends before; below `fromMinute` it wraps midnight'),
};

const perHour = {
  electricityCentiFenPerHour: rate('Electricity per hour'),
  serviceCentiFenPerHour: rate('Service per hour'),
};

const periods = <Period extends z.ZodType>(period: Period) =>
  z
    .array(period)
    .max(ROWS_READ)
    .readonly()
    .openapi({ minItems: 1, maxItems: MAX_PERIODS, description: 'Cover the Shanghai day exactly once' });

const EnergyTariff = z
  .strictObject({
    ...common,
    kind: z.literal('energy'),
    periods: periods(
      z.strictObject({
        ...window,
        electricityCentiFenPerKwh: rate('Electricity per kWh'),
        serviceCentiFenPerKwh: rate('Service per kWh'),
      }),
    ),
  })
  .openapi('EnergyTariff', { description: 'Per kWh, by time of use' });

const TimeTariff = z
  .strictObject({
    ...common,
    kind: z.literal('time'),
    periods: periods(z.strictObject({ ...window, ...perHour })),
  })
  .openapi('TimeTariff', { description: 'Per hour of charging, by time of use' });

const PowerTierTariff = z
  .strictObject({
    ...common,
    kind: z.literal('power-tier'),
    tiers: z
      .array(
        z.strictObject({
          uptoWatt: optionalCap('Up to and including this power; null on the last tier', 100_000),
          ...perHour,
        }),
      )
      .max(ROWS_READ)
      .readonly()
      .openapi({ minItems: 1, maxItems: MAX_TIERS, description: 'Power rises; no price falls with it' }),
  })
  .openapi('PowerTierTariff', { description: 'Per hour of charging, by the power drawn (功率分档)' });

const SessionTariff = z
  .strictObject({
    ...common,
    kind: z.literal('session'),
    electricityFen: money('Electricity, in fen an order'),
    serviceFen: money('Service, in fen an order'),
  })
  .openapi('SessionTariff', { description: 'Flat per order' });

/** The rules of a tariff as they travel; `validateTariff` has the last word on what goes in. */
export const TariffRulesSchema = z
  .discriminatedUnion('kind', [EnergyTariff, TimeTariff, PowerTierTariff, SessionTariff])
  .openapi('TariffRules', {
    description:
      'How a charge is priced. Money in fen, rates in 1/100 fen, times in minutes of the Shanghai day.',
  });

/** Day and night, with the idle fee: what the documents show. */
export const RULES_EXAMPLE: z.infer<typeof TariffRulesSchema> = {
  v: 1,
  kind: 'energy',
  minimumFen: 0,
  capFen: null,
  residentialCap: null,
  freeMinutes: 2,
  idleFee: { graceMinutes: 30, fenPerHour: 100, capFen: 500 },
  memberDiscountable: 'service',
  periods: [
    {
      label: 'flat',
      fromMinute: 360,
      toMinute: 1320,
      electricityCentiFenPerKwh: 6500,
      serviceCentiFenPerKwh: 8500,
    },
    {
      label: 'valley',
      fromMinute: 1320,
      toMinute: 360,
      electricityCentiFenPerKwh: 3200,
      serviceCentiFenPerKwh: 6000,
    },
  ],
};

const Id = z.string().openapi({ example: '01JD0000000000000000000000' });
const Moment = z.int().openapi({ description: 'Epoch ms', example: 1767225600000 });

export const TariffVersionView = z
  .object({ id: Id, effectiveFrom: Moment, rules: TariffRulesSchema, createdBy: Id, createdAt: Moment })
  .openapi('TariffVersion');

export const TariffView = z
  .object({
    id: Id,
    name: z.string(),
    agentId: z.string().nullable().openapi({ description: 'Whose it is; null is the platform’s' }),
    createdAt: Moment,
    inForce: z
      .object({ id: Id, rules: TariffRulesSchema })
      .nullable()
      .openapi({ description: 'The version in force now; null while the first is still ahead' }),
  })
  .openapi('Tariff');

export const TariffDetailView = TariffView.extend({
  versions: z.array(TariffVersionView),
  nextCursor: z.string().nullable().openapi({ description: 'Of the versions' }),
}).openapi('TariffDetail');

export const TARIFF_EXAMPLE: z.infer<typeof TariffView> = {
  id: '01JD0000000000000000000000',
  name: '科技园峰谷电价',
  agentId: null,
  createdAt: 1767225600000,
  inForce: { id: '01JD0000000000000000000001', rules: RULES_EXAMPLE },
};

export const VERSION_EXAMPLE: z.infer<typeof TariffVersionView> = {
  id: '01JD0000000000000000000001',
  effectiveFrom: 1767225600000,
  rules: RULES_EXAMPLE,
  createdBy: '01JD0000000000000000000002',
  createdAt: 1767225600000,
};
