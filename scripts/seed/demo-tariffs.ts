import type { tariffs, tariffVersions } from '../../database/schema/pricing.ts';
import type { DayWindow, PeriodLabel, TariffRules } from '../../domain/pricing/tariff.ts';
import { validateTariff } from '../../domain/pricing/validate-tariff.ts';
import { centiFen, DAY, fen } from '../../domain/units.ts';
import { DEMO_AGENT_ID } from './demo-names.ts';

export interface DemoTariffs {
  readonly tariffs: (typeof tariffs.$inferInsert)[];
  readonly versions: (typeof tariffVersions.$inferInsert)[];
}

/** The tariff of the agent's own sites. */
export const AGENT_TARIFF_ID = 'TARIFF-AGENT';

/** What the other sites use; the time-of-use tariff stands twice because most do. */
export const SITE_TARIFF_IDS = [
  'TARIFF-TOU',
  'TARIFF-TOU',
  'TARIFF-RESIDENTIAL',
  'TARIFF-FLAT',
  'TARIFF-HOUR',
  'TARIFF-POWER',
  'TARIFF-SESSION',
] as const;

/** One price a kWh and nothing else: what a first try with a device from outside is easiest checked against. */
export const PLAIN_TARIFF_ID = 'TARIFF-PLAIN';

const plain = {
  v: 1,
  minimumFen: fen(0),
  capFen: null,
  residentialCap: null,
  freeMinutes: 0,
  idleFee: null,
  memberDiscountable: 'none',
} as const;

const hours = (from: number, to: number): DayWindow => ({ fromMinute: from * 60, toMinute: to * 60 });

/** Prices in yuan a kWh. */
const energy = (label: PeriodLabel, window: DayWindow, electricity: number, service: number) => ({
  label,
  ...window,
  electricityCentiFenPerKwh: centiFen(Math.round(electricity * 10_000)),
  serviceCentiFenPerKwh: centiFen(Math.round(service * 10_000)),
});

/** Prices in yuan an hour. */
const hourly = (electricity: number, service: number) => ({
  electricityCentiFenPerHour: centiFen(Math.round(electricity * 10_000)),
  serviceCentiFenPerHour: centiFen(Math.round(service * 10_000)),
});

/** Valley 23–07 wraps midnight; peaks 10–12 and 14–19, with the hour before noon the sharpest. */
const timeOfUse = (service: number) => [
  energy('valley', hours(23, 7), 0.27, service - 0.1),
  energy('flat', hours(7, 10), 0.62, service),
  energy('peak', hours(10, 11), 1.05, service),
  energy('sharp', hours(11, 12), 1.28, service),
  energy('flat', hours(12, 14), 0.62, service),
  energy('peak', hours(14, 19), 1.05, service),
  energy('flat', hours(19, 23), 0.62, service),
];

const flat = (electricity: number, service: number) => [energy('flat', hours(0, 24), electricity, service)];

interface DemoTariff {
  readonly id: string;
  readonly name: string;
  readonly agentId?: string;
  readonly rules: TariffRules;
  /** In force 30 days after the seeding. */
  readonly next?: TariffRules;
}

const DEMO_TARIFFS: readonly DemoTariff[] = [
  {
    id: 'TARIFF-TOU',
    name: '峰谷分时电价',
    rules: {
      ...plain,
      kind: 'energy',
      periods: timeOfUse(0.45),
      capFen: fen(2000),
      idleFee: { graceMinutes: 30, fenPerHour: fen(50), capFen: fen(500) },
      memberDiscountable: 'service',
    },
  },
  {
    id: 'TARIFF-RESIDENTIAL',
    name: '居民电价小区',
    rules: {
      ...plain,
      kind: 'energy',
      periods: timeOfUse(0.35),
      minimumFen: fen(20),
      residentialCap: { electricityCentiFenPerKwh: centiFen(6800) },
    },
  },
  {
    id: PLAIN_TARIFF_ID,
    name: '单一电价',
    rules: { ...plain, kind: 'energy', periods: flat(0.8, 0.4) },
  },
  {
    id: 'TARIFF-FLAT',
    name: '统一电价（前 3 分钟免费）',
    rules: { ...plain, kind: 'energy', periods: flat(0.7, 0.5), freeMinutes: 3, memberDiscountable: 'all' },
    next: { ...plain, kind: 'energy', periods: flat(0.72, 0.48), freeMinutes: 5, memberDiscountable: 'all' },
  },
  {
    id: 'TARIFF-HOUR',
    name: '按时计费（夜间优惠）',
    rules: {
      ...plain,
      kind: 'time',
      periods: [
        { label: 'flat', ...hours(6, 22), ...hourly(0.2, 0.3) },
        { label: 'valley', ...hours(22, 6), ...hourly(0.1, 0.2) },
      ],
      minimumFen: fen(50),
      capFen: fen(500),
    },
  },
  {
    id: 'TARIFF-POWER',
    name: '功率分档计费',
    rules: {
      ...plain,
      kind: 'power-tier',
      tiers: [
        { uptoWatt: 200, ...hourly(0.12, 0.18) },
        { uptoWatt: 400, ...hourly(0.22, 0.28) },
        { uptoWatt: 600, ...hourly(0.35, 0.4) },
        { uptoWatt: null, ...hourly(0.6, 0.6) },
      ],
      minimumFen: fen(30),
      idleFee: { graceMinutes: 60, fenPerHour: fen(100), capFen: null },
    },
  },
  {
    id: 'TARIFF-SESSION',
    name: '按次计费',
    rules: {
      ...plain,
      kind: 'session',
      electricityFen: fen(90),
      serviceFen: fen(110),
      freeMinutes: 2,
      memberDiscountable: 'service',
    },
  },
  {
    id: AGENT_TARIFF_ID,
    name: '加盟站点分时电价',
    agentId: DEMO_AGENT_ID,
    rules: {
      ...plain,
      kind: 'energy',
      periods: timeOfUse(0.55),
      minimumFen: fen(50),
      capFen: fen(1500),
      idleFee: { graceMinutes: 20, fenPerHour: fen(60), capFen: fen(600) },
      memberDiscountable: 'service',
    },
  },
];

/** Every kind of tariff and every option, one of them with a version still to come. */
export function demoTariffs(now: number): DemoTariffs {
  const createdAt = now - 90 * DAY;
  const version = (tariffId: string, number: number, effectiveFrom: number, rules: TariffRules) => {
    const judged = validateTariff(rules);
    if (!judged.ok) throw new Error(`${tariffId}: ${JSON.stringify(judged.error.details)}`);
    return {
      id: `${tariffId}-${number}`,
      tariffId,
      effectiveFrom,
      rules,
      createdBy: 'STAFF-SYSTEM',
      createdAt,
    };
  };
  return {
    tariffs: DEMO_TARIFFS.map(({ id, name, agentId }) => ({ id, name, agentId: agentId ?? null, createdAt })),
    versions: DEMO_TARIFFS.flatMap(({ id, rules, next }) => [
      version(id, 1, createdAt, rules),
      ...(next === undefined ? [] : [version(id, 2, now + 30 * DAY, next)]),
    ]),
  };
}
