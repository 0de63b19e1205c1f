import type { EpochMs } from '../units.ts';
import { centiFen, epochMs, fen, wh } from '../units.ts';
import type { EnergyRules, PowerTierRules, SessionRules, TariffRules, TimeRules } from './tariff.ts';
import type { Usage } from './usage.ts';
import { addReading, startUsage } from './usage.ts';

const plain = {
  v: 1,
  minimumFen: fen(0),
  capFen: null,
  residentialCap: null,
  freeMinutes: 0,
  idleFee: null,
  memberDiscountable: 'none',
} as const;

const perKwh = (electricity: number, service: number) => ({
  electricityCentiFenPerKwh: centiFen(electricity),
  serviceCentiFenPerKwh: centiFen(service),
});

const perHour = (electricity: number, service: number) => ({
  electricityCentiFenPerHour: centiFen(electricity),
  serviceCentiFenPerHour: centiFen(service),
});

/** Time of use: valley 22–06 wraps midnight, peaks 08–11 and 18–22, flat between. */
export function touTariff(changes: Partial<Omit<EnergyRules, 'kind'>> = {}): EnergyRules {
  return {
    ...plain,
    kind: 'energy',
    periods: [
      { fromMinute: 1320, toMinute: 360, label: 'valley', ...perKwh(3000, 2000) },
      { fromMinute: 360, toMinute: 480, label: 'flat', ...perKwh(6000, 3000) },
      { fromMinute: 480, toMinute: 660, label: 'peak', ...perKwh(10_000, 4000) },
      { fromMinute: 660, toMinute: 1080, label: 'flat', ...perKwh(6000, 3000) },
      { fromMinute: 1080, toMinute: 1320, label: 'peak', ...perKwh(10_000, 4000) },
    ],
    ...changes,
  };
}

/** One price per kWh, all day. */
export function flatEnergyTariff(
  electricity: number,
  service: number,
  changes: Partial<Omit<EnergyRules, 'kind' | 'periods'>> = {},
): EnergyRules {
  const periods = [
    { fromMinute: 0, toMinute: 1440, label: 'flat', ...perKwh(electricity, service) } as const,
  ];
  return { ...plain, kind: 'energy', periods, ...changes };
}

/** By the hour: day 06–22 at 0.50 + 1.00 yuan, night at 0.30 + 0.50 yuan. */
export function hourlyTariff(changes: Partial<Omit<TimeRules, 'kind'>> = {}): TimeRules {
  return {
    ...plain,
    kind: 'time',
    periods: [
      { fromMinute: 360, toMinute: 1320, label: 'flat', ...perHour(5000, 10_000) },
      { fromMinute: 1320, toMinute: 360, label: 'valley', ...perHour(3000, 5000) },
    ],
    ...changes,
  };
}

/** By power: up to 200 W, up to 400 W, above. */
export function tierTariff(changes: Partial<Omit<PowerTierRules, 'kind'>> = {}): PowerTierRules {
  return {
    ...plain,
    kind: 'power-tier',
    tiers: [
      { uptoWatt: 200, ...perHour(2000, 3000) },
      { uptoWatt: 400, ...perHour(3000, 6000) },
      { uptoWatt: null, ...perHour(5000, 10_000) },
    ],
    ...changes,
  };
}

/** 1.00 + 1.50 yuan a session. */
export function sessionTariff(changes: Partial<Omit<SessionRules, 'kind'>> = {}): SessionRules {
  return { ...plain, kind: 'session', electricityFen: fen(100), serviceFen: fen(150), ...changes };
}

/** A Shanghai wall-clock time as a moment, such as `shanghai('2026-03-01 21:30')`. */
export function shanghai(wallClock: string): EpochMs {
  return epochMs(Date.parse(`${wallClock.replace(' ', 'T')}+08:00`));
}

/** A session metered at these wall-clock times of Shanghai, with the Wh drawn since the time before. */
export function metered(
  tariff: TariffRules,
  start: string,
  ...steps: [until: string, energyWh: number][]
): Usage {
  return steps.reduce(
    (usage, [until, energyWh]) =>
      addReading(usage, { at: shanghai(until), registerWh: wh(usage.lastRegisterWh + energyWh) }, tariff),
    startUsage(shanghai(start), wh(88_000)),
  );
}
