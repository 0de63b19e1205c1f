import fc from 'fast-check';
import type { BasisPoints, EpochMs, Wh } from '../units.ts';
import { basisPoints, centiFen, DAY, epochMs, fen, HOUR, MINUTE, SECOND, wh } from '../units.ts';
import type { PriceOptions } from './bill.ts';
import type { EnergyRules, PowerTierRules, SessionRules, TariffRules, TimeRules } from './tariff.ts';
import type { MeterReading, Usage } from './usage.ts';
import { addReading, markFull, startUsage } from './usage.ts';
import { PERIOD_LABELS } from './validate-tariff.ts';

const rate = fc.integer({ min: 0, max: 30_000 }).map(centiFen);

const commonRules = fc
  .record({
    minimumFen: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 600 })),
    capAbove: fc.option(fc.integer({ min: 0, max: 3000 })),
    residentialCap: fc.option(fc.record({ electricityCentiFenPerKwh: rate })),
    freeMinutes: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 15 })),
    idleFee: fc.option(
      fc.record({
        graceMinutes: fc.integer({ min: 0, max: 60 }),
        fenPerHour: fc.integer({ min: 0, max: 500 }).map(fen),
        capFen: fc.option(fc.integer({ min: 1, max: 2000 }).map(fen)),
      }),
    ),
    memberDiscountable: fc.constantFrom('none', 'service', 'all'),
  })
  .map(({ capAbove, minimumFen, ...rest }) => ({
    v: 1 as const,
    ...rest,
    minimumFen: fen(minimumFen),
    capFen: capAbove === null ? null : fen(Math.max(1, minimumFen + capAbove)),
  }));

/** Periods that cover the day once, in any order, usually with one that wraps midnight. */
const dayWindows = fc
  .uniqueArray(fc.integer({ min: 0, max: 1439 }), { minLength: 1, maxLength: 8 })
  .chain((cuts) => {
    const starts = cuts.toSorted((a, b) => a - b);
    const windows = starts.map((fromMinute, index) => ({
      fromMinute,
      toMinute: starts[index + 1] ?? starts[0] ?? 0,
    }));
    const day = starts.length === 1 ? [{ fromMinute: 0, toMinute: 1440 }] : windows;
    return fc.shuffledSubarray(day, { minLength: day.length, maxLength: day.length });
  });

export const energyTariff: fc.Arbitrary<EnergyRules> = fc
  .tuple(commonRules, dayWindows, fc.infiniteStream(fc.tuple(fc.constantFrom(...PERIOD_LABELS), rate, rate)))
  .map(([common, windows, prices]) => ({
    ...common,
    kind: 'energy',
    periods: windows.map((window) => {
      const [label, electricity, service] = prices.next().value;
      return {
        ...window,
        label,
        electricityCentiFenPerKwh: electricity,
        serviceCentiFenPerKwh: service,
      };
    }),
  }));

export const timeTariff: fc.Arbitrary<TimeRules> = energyTariff.map((tariff) => ({
  ...tariff,
  kind: 'time',
  periods: tariff.periods.map((period) => ({
    fromMinute: period.fromMinute,
    toMinute: period.toMinute,
    label: period.label,
    electricityCentiFenPerHour: period.electricityCentiFenPerKwh,
    serviceCentiFenPerHour: period.serviceCentiFenPerKwh,
  })),
}));

export const powerTierTariff: fc.Arbitrary<PowerTierRules> = fc
  .record({
    common: commonRules,
    upto: fc.uniqueArray(fc.integer({ min: 1, max: 2000 }), { minLength: 0, maxLength: 5 }),
    electricity: fc.array(rate, { minLength: 6, maxLength: 6 }),
    service: fc.array(rate, { minLength: 6, maxLength: 6 }),
  })
  .map(({ common, upto, electricity, service }) => {
    const electricityRising = electricity.toSorted((a, b) => a - b);
    const serviceRising = service.toSorted((a, b) => a - b);
    const ends: (number | null)[] = [...upto.toSorted((a, b) => a - b), null];
    return {
      ...common,
      kind: 'power-tier',
      tiers: ends.map((uptoWatt, index) => ({
        uptoWatt,
        electricityCentiFenPerHour: electricityRising[index] ?? centiFen(0),
        serviceCentiFenPerHour: serviceRising[index] ?? centiFen(0),
      })),
    };
  });

export const sessionTariff: fc.Arbitrary<SessionRules> = fc
  .tuple(commonRules, fc.integer({ min: 0, max: 900 }).map(fen), fc.integer({ min: 0, max: 900 }).map(fen))
  .map(([common, electricityFen, serviceFen]) => ({
    ...common,
    kind: 'session',
    electricityFen,
    serviceFen,
  }));

/** Any tariff that `validateTariff` accepts. */
export const anyTariff: fc.Arbitrary<TariffRules> = fc.oneof(
  energyTariff,
  timeTariff,
  powerTierTariff,
  sessionTariff,
);

/** Something that happens in a session: a meter reading, or the report that the battery is full. */
export type SessionEvent =
  | ({ readonly kind: 'reading' } & MeterReading)
  | { readonly kind: 'full'; at: EpochMs };

export interface MeteredSession {
  readonly startAt: EpochMs;
  readonly registerWh: Wh;
  readonly events: readonly SessionEvent[];
}

const pause = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 10 * MINUTE }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 * 60 }).map((minutes) => minutes * MINUTE) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 * DAY }) },
);
/** In steps of ten minutes half of the time, so that readings fall on period boundaries too. */
const start = fc
  .tuple(fc.integer({ min: 0, max: 400 * 144 }), fc.constantFrom(0, 1, 7 * SECOND, 61 * SECOND + 13))
  .map(([steps, extra]) => epochMs(Date.UTC(2026, 0, 1) + steps * 10 * MINUTE + extra));

function session(registerSteps: fc.Arbitrary<number>): fc.Arbitrary<MeteredSession> {
  const step = fc.tuple(pause, registerSteps, fc.boolean(), fc.integer({ min: 0, max: HOUR }));
  return fc
    .record({
      startAt: start,
      registerWh: fc.integer({ min: 0, max: 5_000_000 }),
      steps: fc.array(step, { maxLength: 12 }),
      fullFrom: fc.option(fc.integer({ min: 0, max: 12 })),
    })
    .map(({ startAt, registerWh, steps, fullFrom }) => {
      const events: SessionEvent[] = [];
      let at = startAt;
      let register = registerWh;
      for (const [index, [wait, change, exactly, later]] of steps.entries()) {
        if (index === fullFrom) events.push({ kind: 'full', at: epochMs(exactly ? at : at + later) });
        at = epochMs(at + wait);
        register = Math.max(0, register + change);
        events.push({ kind: 'reading', at, registerWh: wh(register) });
      }
      return { startAt, registerWh: wh(registerWh), events };
    });
}

const energyStep = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 3000 }));

/** Readings in order, a register that never drops, perhaps full at some point. */
export const orderlySession: fc.Arbitrary<MeteredSession> = session(energyStep);

/** The same with a register that drops at times. */
export const disturbedSession: fc.Arbitrary<MeteredSession> = session(
  fc.oneof(
    { weight: 5, arbitrary: energyStep },
    { weight: 1, arbitrary: fc.integer({ min: -6_000_000, max: -1 }) },
  ),
);

const discount: fc.Arbitrary<BasisPoints> = fc.integer({ min: 0, max: 10_000 }).map(basisPoints);

/** A member or not, with a money limit or not. */
export const priceOptions: fc.Arbitrary<PriceOptions> = fc.record(
  { memberDiscountBp: discount, moneyLimitFen: fc.integer({ min: 0, max: 4000 }).map(fen) },
  { requiredKeys: [] },
);

export function foldEvents(usage: Usage, events: readonly SessionEvent[], tariff: TariffRules): Usage {
  return events.reduce(
    (so, event) => (event.kind === 'full' ? markFull(so, event.at) : addReading(so, event, tariff)),
    usage,
  );
}

export function foldSession(metered: MeteredSession, tariff: TariffRules): Usage {
  return foldEvents(startUsage(metered.startAt, metered.registerWh), metered.events, tariff);
}
