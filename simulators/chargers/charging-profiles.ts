import type { Payload } from './call-channel.ts';
import { integer, object, objects, optionalInteger, optionalText, text, time } from './payload-readers.ts';

const NOMINAL_V = 220;
const UNLIMITED = Number.POSITIVE_INFINITY;

interface Period {
  readonly startPeriod: number;
  readonly limitW: number;
}

interface Profile {
  readonly connectorId: number;
  readonly id: number;
  readonly stackLevel: number;
  readonly purpose: string;
  readonly transactionId: number | undefined;
  readonly relative: boolean;
  /** Length of the cycle in ms for a recurring profile. */
  readonly recurrenceMs: number | undefined;
  readonly validFrom: number;
  readonly validTo: number;
  readonly startAt: number;
  readonly durationMs: number;
  readonly periods: readonly Period[];
}

/** What the limits are asked for: a connector, and the transaction that runs on it. */
export interface LimitQuestion {
  readonly connectorId: number;
  readonly transactionId: number | undefined;
  readonly transactionStartedAt: number;
}

/** Reads a ChargingProfile (OCPP 1.6, 7.8); `now` is when a schedule without a start begins. */
function readProfile(connectorId: number, given: Payload, now: number): Profile {
  const schedule = object(given, 'chargingSchedule');
  const wattsOf = text(schedule, 'chargingRateUnit') === 'A' ? NOMINAL_V : 1;
  const kind = text(given, 'chargingProfileKind');
  const week = optionalText(given, 'recurrencyKind') === 'Weekly' ? 7 : 1;
  const duration = optionalInteger(schedule, 'duration');
  return {
    connectorId,
    id: integer(given, 'chargingProfileId'),
    stackLevel: integer(given, 'stackLevel'),
    purpose: text(given, 'chargingProfilePurpose'),
    transactionId: optionalInteger(given, 'transactionId'),
    relative: kind === 'Relative',
    recurrenceMs: kind === 'Recurring' ? week * 86_400_000 : undefined,
    validFrom: given.validFrom === undefined ? -UNLIMITED : time(given, 'validFrom'),
    validTo: given.validTo === undefined ? UNLIMITED : time(given, 'validTo'),
    startAt: schedule.startSchedule === undefined ? now : time(schedule, 'startSchedule'),
    durationMs: duration === undefined ? UNLIMITED : duration * 1000,
    periods: objects(schedule, 'chargingSchedulePeriod').map((period) => ({
      startPeriod: integer(period, 'startPeriod'),
      limitW: typeof period.limit === 'number' ? period.limit * wattsOf : UNLIMITED,
    })),
  };
}

/** The charging profiles installed in one pile (OCPP 1.6, 3.13). */
export class ChargingProfiles {
  #profiles: Profile[] = [];

  get empty(): boolean {
    return this.#profiles.length === 0;
  }

  /** Installs a profile; false when it does not fit its connector, its transaction or the pile's memory. */
  set(connectorId: number, given: Payload, runningTransaction: number | undefined, now: number): boolean {
    const profile = readProfile(connectorId, given, now);
    if (profile.stackLevel < 0 || profile.stackLevel > 10 || profile.periods.length === 0) return false;
    if (profile.periods[0]?.startPeriod !== 0 || profile.periods.length > 24) return false;
    if (profile.purpose === 'ChargePointMaxProfile' && connectorId !== 0) return false;
    if (profile.purpose === 'TxProfile') {
      if (connectorId === 0 || runningTransaction === undefined) return false;
      if (profile.transactionId !== undefined && profile.transactionId !== runningTransaction) return false;
    }
    return this.#install({
      ...profile,
      transactionId: profile.purpose === 'TxProfile' ? runningTransaction : undefined,
    });
  }

  /** Installs the profile that came with a remote start, for the transaction that is about to begin. */
  setForNext(connectorId: number, given: Payload, now: number): boolean {
    const profile = readProfile(connectorId, given, now);
    return this.#install({ ...profile, purpose: 'TxProfile', transactionId: undefined });
  }

  #install(profile: Profile): boolean {
    const others = this.#profiles.filter(
      (other) =>
        other.id !== profile.id &&
        !(
          other.connectorId === profile.connectorId &&
          other.purpose === profile.purpose &&
          other.stackLevel === profile.stackLevel
        ),
    );
    if (others.length >= 40) return false;
    this.#profiles = [...others, profile];
    return true;
  }

  /** Removes what matches every field given; false when nothing did. */
  clear(given: Payload): boolean {
    const id = optionalInteger(given, 'id');
    const connectorId = optionalInteger(given, 'connectorId');
    const purpose = optionalText(given, 'chargingProfilePurpose');
    const stackLevel = optionalInteger(given, 'stackLevel');
    const kept = this.#profiles.filter(
      (profile) =>
        !(
          (id === undefined || id === profile.id) &&
          (connectorId === undefined || connectorId === profile.connectorId) &&
          (purpose === undefined || purpose === profile.purpose) &&
          (stackLevel === undefined || stackLevel === profile.stackLevel)
        ),
    );
    const found = kept.length < this.#profiles.length;
    this.#profiles = kept;
    return found;
  }

  /** A TxProfile ends with its transaction. */
  endTransaction(connectorId: number): void {
    this.#profiles = this.#profiles.filter(
      (profile) => profile.connectorId !== connectorId || profile.purpose !== 'TxProfile',
    );
  }

  /** The lowest limit in force at `at`, in W; infinite when there is none. */
  limitW(asked: LimitQuestion, at: number): number {
    const pile = this.#strongest('ChargePointMaxProfile', asked, at);
    if (asked.connectorId === 0) return pile ?? UNLIMITED;
    const own = this.#strongest('TxProfile', asked, at) ?? this.#strongest('TxDefaultProfile', asked, at);
    return Math.min(pile ?? UNLIMITED, own ?? UNLIMITED);
  }

  /** The periods of the next `seconds` that have a limit, for GetCompositeSchedule (5.7). */
  composite(asked: LimitQuestion, seconds: number, unit: 'W' | 'A', now: number): object[] {
    const end = now + seconds * 1000;
    const edges = new Set([now]);
    for (const profile of this.#profiles) {
      for (const edge of edgesBetween(profile, asked, now, end)) edges.add(edge);
    }
    const periods: { startPeriod: number; limit: number }[] = [];
    for (const at of [...edges].sort((a, b) => a - b)) {
      const watts = this.limitW(asked, at);
      const limit =
        watts === UNLIMITED ? UNLIMITED : Number((watts / (unit === 'A' ? NOMINAL_V : 1)).toFixed(1));
      if (periods.at(-1)?.limit === limit) continue;
      periods.push({ startPeriod: Math.round((at - now) / 1000), limit });
    }
    return periods.filter((period) => period.limit !== UNLIMITED);
  }

  #strongest(purpose: string, asked: LimitQuestion, at: number): number | undefined {
    let best: { level: number; limitW: number } | undefined;
    for (const profile of this.#profiles) {
      if (profile.purpose !== purpose) continue;
      if (profile.connectorId !== 0 && profile.connectorId !== asked.connectorId) continue;
      const { transactionId } = profile;
      if (transactionId !== undefined && transactionId !== asked.transactionId) continue;
      const limitW = limitAt(profile, asked, at);
      if (limitW === undefined) continue;
      if (!best || profile.stackLevel > best.level) best = { level: profile.stackLevel, limitW };
    }
    return best?.limitW;
  }
}

function cycleStart(profile: Profile, asked: LimitQuestion, at: number): number {
  if (profile.relative) return asked.transactionStartedAt;
  if (!profile.recurrenceMs) return profile.startAt;
  return profile.startAt + Math.floor((at - profile.startAt) / profile.recurrenceMs) * profile.recurrenceMs;
}

function limitAt(profile: Profile, asked: LimitQuestion, at: number): number | undefined {
  if (at < profile.validFrom || at >= profile.validTo) return undefined;
  const into = at - cycleStart(profile, asked, at);
  if (into < 0 || into >= profile.durationMs) return undefined;
  return profile.periods.findLast((period) => period.startPeriod * 1000 <= into)?.limitW;
}

function edgesBetween(profile: Profile, asked: LimitQuestion, from: number, to: number): number[] {
  const starts = [cycleStart(profile, asked, from)];
  const { recurrenceMs } = profile;
  if (recurrenceMs) {
    for (let start = (starts[0] ?? from) + recurrenceMs; start < to; start += recurrenceMs)
      starts.push(start);
  }
  const edges = starts.flatMap((start) => [
    ...profile.periods.map((period) => start + period.startPeriod * 1000),
    start + profile.durationMs,
  ]);
  return [...edges, profile.validFrom, profile.validTo].filter((edge) => edge > from && edge < to);
}
