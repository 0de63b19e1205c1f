import fc from 'fast-check';
import { anyTariff } from '../pricing/arbitraries.test-support.ts';
import type { TariffRules } from '../pricing/tariff.ts';
import { DAY, type EpochMs, epochMs, fen, HOUR, MINUTE, SECOND, wh } from '../units.ts';
import type { OutletStatus } from './charger-state.ts';
import type { MeterReading } from './metering.ts';
import type { ChargerInput, CommandAnswer } from './reduce-charger.ts';
import type { ChargingLimit, ChargingOrder } from './session.ts';

/** How a device may mistake the time: not at all, by its network, by its clock, or completely. */
export type Moment =
  | { readonly kind: 'now'; readonly offsetMs: number }
  | { readonly kind: 'epoch'; readonly ms: number };

export interface RoughReading {
  readonly moment: Moment;
  readonly energyWh: number | undefined;
  readonly powerW: number | undefined;
  readonly temperatureDeciC: number | undefined;
}

/** Who a message is about: the nth that would be right, or something that is not. */
export type Aim = { readonly right: number } | { readonly wrong: number };

/** What a rider asks for; the order's names are given when it is made. */
export type Wish = Pick<ChargingOrder, 'outletNo' | 'limit' | 'rules' | 'memberDiscountBp' | 'holdFen'>;

/** One thing that happens; whom it concerns is settled when it does, from what is going on then. */
export type Step =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'input'; readonly input: ChargerInput }
  | { readonly do: 'status'; readonly outletNo: number; readonly status: OutletStatus }
  /** Ready: the pile is online and its outlet free, as a rider would find it. */
  | { readonly do: 'order'; readonly wish: Wish; readonly ready: boolean }
  | { readonly do: 'again'; readonly nth: number }
  | {
      readonly do: 'ask';
      readonly what: 'stop' | 'operator-stop' | 'reconcile' | 'abandon';
      readonly nth: number;
    }
  | { readonly do: 'answer'; readonly nth: number; readonly answer: CommandAnswer }
  | {
      readonly do: 'begin';
      readonly aim: Aim;
      readonly outletNo: number;
      readonly upperCase: boolean;
      readonly moment: Moment;
      readonly registerWh: number;
    }
  | {
      readonly do: 'end';
      readonly aim: Aim;
      readonly unnamed: boolean;
      readonly moment: Moment;
      readonly registerWh: number;
      readonly reason: string | undefined;
      readonly readings: readonly RoughReading[];
    }
  | {
      readonly do: 'meter';
      readonly aim: Aim;
      readonly naming: 'rightly' | 'not' | 'minus-one' | 'wrongly';
      readonly readings: readonly RoughReading[];
    }
  /** The same message again: a retry, a duplicate, or one that took long. */
  | { readonly do: 'redeliver'; readonly nth: number }
  | { readonly do: 'crash' };

const moment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ kind: 'now', offsetMs: 0 } as const) },
  {
    weight: 4,
    arbitrary: fc
      .oneof(
        fc.integer({ min: -10 * MINUTE, max: 10 * SECOND }),
        fc.integer({ min: -9 * HOUR, max: 9 * HOUR }),
      )
      .map((offsetMs) => ({ kind: 'now', offsetMs }) as const),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: DAY }).map((ms) => ({ kind: 'epoch', ms }) as const) },
);

const registerWh = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 50_000, max: 53_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 49_999, 2 ** 40) },
);

const reading: fc.Arbitrary<RoughReading> = fc.record({
  moment,
  energyWh: fc.option(registerWh, { nil: undefined }),
  powerW: fc.option(fc.constantFrom(0, 3, 3, 200, 200, 600, 600, 999, 1151, 2 ** 40), { nil: undefined }),
  temperatureDeciC: fc.option(fc.constantFrom(-200, 250, 250, 250, 300, 300, 300, 699, 699, 700, 9000), {
    nil: undefined,
  }),
});

const readings = fc.array(reading, { maxLength: 4 });
const nth = fc.nat({ max: 40 });
const aim: fc.Arbitrary<Aim> = fc.oneof(
  { weight: 5, arbitrary: nth.map((right) => ({ right })) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0, 1, 2, 3, 7, 4711, 2 ** 31 - 1).map((wrong) => ({ wrong })) },
);
const outletNo = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 99) },
);

const limit: fc.Arbitrary<ChargingLimit> = fc.oneof(
  fc.constant({ kind: 'full' } as const),
  fc.integer({ min: 1, max: 900 }).map((most) => ({ kind: 'money', fen: fen(most) }) as const),
  fc.integer({ min: 1, max: 3000 }).map((most) => ({ kind: 'energy', wh: wh(most) }) as const),
  fc.integer({ min: 1, max: 900 }).map((minutes) => ({ kind: 'minutes', minutes }) as const),
);

const wish = (tariffs: fc.Arbitrary<TariffRules>): fc.Arbitrary<Wish> =>
  fc.record({
    outletNo,
    limit,
    rules: tariffs,
    memberDiscountBp: fc.integer({ min: 0, max: 10_000 }),
    holdFen: fc.integer({ min: 0, max: 3000 }).map(fen),
  });

const wait = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 90 * SECOND }) },
  { weight: 3, arbitrary: fc.integer({ min: MINUTE, max: 20 * MINUTE }) },
  { weight: 1, arbitrary: fc.integer({ min: HOUR, max: 14 * HOUR }) },
  { weight: 1, arbitrary: fc.constant(2 * DAY) },
);

const STATUSES: readonly OutletStatus[] = [
  'Available',
  'Available',
  'Available',
  'Available',
  'Available',
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEVSE',
  'SuspendedEV',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted',
];
const REASONS = ['EVDisconnected', 'Local', 'Remote', 'PowerLoss', 'Other', 'EmergencyStop', undefined];

const boot = fc.constant<Step>({ do: 'input', input: { type: 'booted', firmware: null } });
const connected = fc.constant<Step>({ do: 'input', input: { type: 'connected' } });
const disconnected = fc.constant<Step>({ do: 'input', input: { type: 'disconnected' } });

/** Anything that can happen to a pile: riders, operators, time, a lying device, a bad line, a dying process. */
export const anyStep = (tariffs: fc.Arbitrary<TariffRules> = anyTariff): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 6, arbitrary: wait.map((ms): Step => ({ do: 'wait', ms })) },
    { weight: 5, arbitrary: connected },
    { weight: 1, arbitrary: disconnected },
    { weight: 1, arbitrary: boot },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('status' as const),
        outletNo,
        status: fc.constantFrom(...STATUSES),
      }),
    },
    {
      weight: 10,
      arbitrary: fc.record({ do: fc.constant('order' as const), wish: wish(tariffs), ready: fc.boolean() }),
    },
    { weight: 1, arbitrary: nth.map((which): Step => ({ do: 'again', nth: which })) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('ask' as const),
        what: fc.constantFrom('stop', 'stop', 'operator-stop', 'reconcile', 'abandon'),
        nth,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('answer' as const),
        nth,
        answer: fc.constantFrom('accepted', 'accepted', 'rejected', 'error', 'timeout', 'offline'),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('begin' as const),
        aim,
        outletNo,
        upperCase: fc.boolean(),
        moment,
        registerWh,
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('end' as const),
        aim,
        unnamed: fc.boolean(),
        moment,
        registerWh,
        reason: fc.constantFrom(...REASONS),
        readings,
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('meter' as const),
        aim,
        naming: fc.constantFrom('rightly', 'rightly', 'not', 'minus-one', 'wrongly'),
        readings,
      }),
    },
    { weight: 4, arbitrary: nth.map((which): Step => ({ do: 'redeliver', nth: which })) },
    { weight: 2, arbitrary: fc.constant<Step>({ do: 'crash' }) },
  );

export const momentAt = (rough: Moment, now: EpochMs): EpochMs =>
  epochMs(rough.kind === 'now' ? now + rough.offsetMs : rough.ms);

export const readingAt = (rough: RoughReading, now: EpochMs): MeterReading => ({
  at: momentAt(rough.moment, now),
  ...(rough.energyWh !== undefined && { energyWh: rough.energyWh }),
  ...(rough.powerW !== undefined && { powerW: rough.powerW }),
  ...(rough.temperatureDeciC !== undefined && { temperatureDeciC: rough.temperatureDeciC }),
});
