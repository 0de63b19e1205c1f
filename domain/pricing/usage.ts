import type { DurationMs, EpochMs, Wh } from '../units.ts';
import { durationMs, epochMs, MINUTE, wh } from '../units.ts';
import { divideAmongSlots } from './price-slots.ts';
import type { TariffRules } from './tariff.ts';

/**
 * What a charging session has used so far: a small JSON value folded from cumulative meter readings, enough to
 * price the session at any moment. Charging time and idle time (after full) are apart: no minute costs twice.
 */
export interface Usage {
  readonly startAt: EpochMs;
  /** The last reading that counted. */
  readonly lastAt: EpochMs;
  readonly lastRegisterWh: Wh;
  /** All energy so far; the sum of `wh`. */
  readonly energyWh: Wh;
  /** Energy and charging time by slot of the tariff; empty until the first stretch. */
  readonly wh: readonly Wh[];
  readonly ms: readonly DurationMs[];
  readonly fullAt: EpochMs | null;
  readonly idleMs: DurationMs;
  /** The register before it dropped, until it has climbed past that again. */
  readonly droppedFromWh: Wh | null;
  /** Readings that were late or told nothing new. */
  readonly ignored: number;
  /** Times the register dropped; not 0 means the energy is a lower bound. */
  readonly resets: number;
}

/** A cumulative meter register at a moment. */
export interface MeterReading {
  readonly at: EpochMs;
  readonly registerWh: Wh;
}

/** The neutral element of `mergeUsage`: it ends before it starts, and the first reading added starts it. */
export const NO_USAGE: Usage = {
  startAt: epochMs(0),
  lastAt: epochMs(-1),
  lastRegisterWh: wh(0),
  energyWh: wh(0),
  wh: [],
  ms: [],
  fullAt: null,
  idleMs: durationMs(0),
  droppedFromWh: null,
  ignored: 0,
  resets: 0,
};

/** A session with nothing used yet, from the register it starts at. */
export function startUsage(at: EpochMs, registerWh: Wh): Usage {
  return { ...NO_USAGE, startAt: at, lastAt: at, lastRegisterWh: registerWh };
}

/**
 * Counts the stretch since the last reading. Never loses or invents a Wh or a ms, and never counts backwards:
 * an older reading is ignored, a repeated one adds nothing, at the same moment only a higher register counts,
 * and a register that drops later on is a reset whose new value becomes the base.
 */
export function addReading(usage: Usage, reading: MeterReading, tariff: TariffRules): Usage {
  if (isUnstarted(usage)) return startUsage(reading.at, reading.registerWh);
  const late = reading.at < usage.lastAt;
  const tellsNothing = reading.at === usage.lastAt && reading.registerWh <= usage.lastRegisterWh;
  if (late || tellsNothing) return { ...usage, ignored: usage.ignored + 1 };

  const fullAt = usage.fullAt === null ? reading.at : Math.max(usage.lastAt, usage.fullAt);
  const chargedUntil = epochMs(Math.min(fullAt, reading.at));
  const energyWh = energySince(usage, reading.registerWh);
  const charged = divideAmongSlots(tariff, { from: usage.lastAt, to: chargedUntil, energyWh });
  // What still trickles in after full is metered in the periods it is drawn in, but takes no charging time.
  const trickled =
    usage.lastAt === chargedUntil
      ? divideAmongSlots(tariff, { from: usage.lastAt, to: reading.at, energyWh })
      : charged;
  const dropped = reading.registerWh < usage.lastRegisterWh;
  return {
    ...usage,
    lastAt: reading.at,
    lastRegisterWh: reading.registerWh,
    energyWh: wh(usage.energyWh + energyWh),
    wh: addSlots(usage.wh, trickled.wh).map(wh),
    ms: addSlots(usage.ms, charged.ms).map(durationMs),
    idleMs: durationMs(usage.idleMs + reading.at - chargedUntil),
    droppedFromWh: highestBeforeDrop(usage, reading.registerWh),
    resets: usage.resets + (dropped ? 1 : 0),
  };
}

/**
 * The battery is full: from this moment on time is idle time instead of charging time. Time that readings have
 * already counted stays charging time; of several reports the earliest holds.
 */
export function markFull(usage: Usage, at: EpochMs): Usage {
  const from = Math.max(at, usage.lastAt);
  return { ...usage, fullAt: epochMs(usage.fullAt === null ? from : Math.min(usage.fullAt, from)) };
}

/** It was a pause, not the end: time after the last reading is charging time again. Idle time so far stays. */
export function clearFull(usage: Usage): Usage {
  return { ...usage, fullAt: null };
}

/** Runs the clock on to the session's end without further energy. An end before the last reading changes nothing. */
export function endUsage(usage: Usage, at: EpochMs, tariff: TariffRules): Usage {
  if (isUnstarted(usage) || at <= usage.lastAt) return usage;
  return addReading(usage, { at, registerWh: usage.lastRegisterWh }, tariff);
}

/** An empty usage that goes on where another stands, so that the two can be merged later. */
export function continueUsage(usage: Usage): Usage {
  if (isUnstarted(usage)) return NO_USAGE;
  const { lastAt, lastRegisterWh, fullAt, droppedFromWh } = usage;
  return { ...startUsage(lastAt, lastRegisterWh), fullAt, droppedFromWh };
}

/**
 * The usage of `first` and then `second` (under the same tariff) as one. Associative, with `NO_USAGE` neutral;
 * folding on from `continueUsage(first)` and merging equals folding in one go. A gap between the two is not counted.
 */
export function mergeUsage(first: Usage, second: Usage): Usage {
  if (isUnstarted(first)) return second;
  if (isUnstarted(second)) return first;
  return {
    ...second,
    startAt: first.startAt,
    energyWh: wh(first.energyWh + second.energyWh),
    wh: addSlots(first.wh, second.wh).map(wh),
    ms: addSlots(first.ms, second.ms).map(durationMs),
    idleMs: durationMs(first.idleMs + second.idleMs),
    ignored: first.ignored + second.ignored,
    resets: first.resets + second.resets,
  };
}

/** Charging time counted so far, idle time apart, in ms. */
export function chargingTime(usage: Usage): DurationMs {
  return durationMs(sum(usage.ms));
}

/** Charging and idle time together, in ms. */
export function elapsedTime(usage: Usage): DurationMs {
  return durationMs(sum(usage.ms) + usage.idleMs);
}

const TIER_STRETCH = 5 * MINUTE;

/**
 * Whether a reading at this moment is worth folding in. A power tier is decided by the average power of the
 * stretch between two readings, and a register of whole Wh read every 10 s shows steps of 360 W; over five
 * minutes a step is 12 W. Other kinds take every reading, and the reading at full and at the end always counts.
 */
export function readingIsDue(usage: Usage, at: EpochMs, tariff: TariffRules): boolean {
  return tariff.kind !== 'power-tier' || isUnstarted(usage) || at - usage.lastAt >= TIER_STRETCH;
}

function isUnstarted(usage: Usage): boolean {
  return usage.lastAt < usage.startAt;
}

/**
 * The energy a register shows over the last one. A register that jumps back up past the value it dropped from
 * was disturbed, not reset: only what exceeds that value counts, or one bad frame would bill the meter's lifetime.
 */
function energySince(usage: Usage, registerWh: Wh): Wh {
  const dropped = usage.droppedFromWh;
  const base =
    dropped !== null && registerWh >= dropped
      ? Math.max(dropped, usage.lastRegisterWh)
      : usage.lastRegisterWh;
  return wh(Math.max(0, registerWh - base));
}

function highestBeforeDrop(usage: Usage, registerWh: Wh): Wh | null {
  const dropped = usage.droppedFromWh;
  if (registerWh < usage.lastRegisterWh)
    return wh(Math.max(dropped ?? usage.lastRegisterWh, usage.lastRegisterWh));
  return dropped !== null && registerWh >= dropped ? null : dropped;
}

function addSlots(left: readonly number[], right: readonly number[]): number[] {
  const length = Math.max(left.length, right.length);
  return Array.from({ length }, (_, slot) => (left[slot] ?? 0) + (right[slot] ?? 0));
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
