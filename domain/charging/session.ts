import type { TariffRules } from '../pricing/tariff.ts';
import type { Usage } from '../pricing/usage.ts';
import type { EpochMs, Fen, Wh } from '../units.ts';

/** What the rider asked for: until full, for an amount, an energy or a time. The hold bounds every kind. */
export type ChargingLimit =
  | { readonly kind: 'full' }
  | { readonly kind: 'money'; readonly fen: Fen }
  | { readonly kind: 'energy'; readonly wh: Wh }
  | { readonly kind: 'minutes'; readonly minutes: number };

/** Why power stopped. The rider reads this on the receipt. */
export const END_REASONS = [
  'rider',
  'full',
  'money-limit',
  'energy-limit',
  'time-limit',
  'unplugged',
  'device',
  'device-fault',
  'power-loss',
  'operator',
  'over-power',
  'over-temperature',
  'over-time',
  'lost',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Reasons that cut the power because going on would be dangerous (D6). */
export const SAFETY_REASONS: readonly EndReason[] = ['over-power', 'over-temperature', 'over-time'];

/** Why a start came to nothing; the hold is released in every case. */
export const START_FAILURES = [
  'device-offline',
  'device-rejected',
  'device-timeout',
  'device-error',
  'no-start',
  'outlet-faulted',
  'cancelled',
] as const;
export type StartFailure = (typeof START_FAILURES)[number];

/** The order as the charger's object knows it: enough to price, limit and end it without D1 (D6). */
export interface ChargingOrder {
  readonly orderId: string;
  readonly riderId: string;
  readonly outletNo: number;
  /** The OCPP idTag (CiString20) minted for this order alone. */
  readonly idTag: string;
  readonly limit: ChargingLimit;
  readonly rules: TariffRules;
  readonly memberDiscountBp: number;
  readonly holdFen: Fen;
  readonly createdAt: EpochMs;
}

/** `[ms since the session began, W, Wh since the session began]`. */
export type CurvePoint = readonly [number, number, number];

/** The register at a moment. */
export interface RegisterPoint {
  readonly at: EpochMs;
  readonly registerWh: number;
}

/** A register beyond what the outlet can have delivered, and how many readings in a row have said so. */
export interface SuspectRegister extends RegisterPoint {
  readonly times: number;
}

/** What the meter has said so far. Rebuilt from the last commit plus later readings after a crash. */
export interface Metering {
  /** What is priced; a tariff by power takes only every few minutes' reading into it. */
  readonly usage: Usage;
  /** The newest register value, whether priced yet or not. */
  readonly registerWh: number;
  readonly curve: readonly CurvePoint[];
  readonly lastReadingAt: EpochMs;
  /** When we last heard a reading, by our clock: what "seconds fresh" counts from. */
  readonly heardAt: EpochMs;
  readonly powerW: number;
  /** Where the average power is measured from when the device reports none. */
  readonly powerFrom: RegisterPoint;
  readonly temperatureDeciC: number | null;
  /** Not billed until it has persisted. */
  readonly suspect: SuspectRegister | null;
  /** Since when the power has been a trickle; a while of it means full. */
  readonly trickleSince: EpochMs | null;
  /** Since when the device has said the outlet is free although we think it charges. */
  readonly vanishedSince: EpochMs | null;
}

interface Running {
  readonly order: ChargingOrder;
  readonly transactionId: number;
  /** Identifies the StartTransaction by content, for retries under a new message id. */
  readonly contentKey: string;
  readonly startedAt: EpochMs;
  readonly meterStartWh: number;
  readonly metering: Metering;
  /** Reasons already told to the operator, so that each is told once. */
  readonly attention: readonly string[];
  /** True when the start reached us only after the order had been given up and its hold released. */
  readonly late: boolean;
}

/** A RemoteStartTransaction is persisted and on its way; nothing flows yet. */
export interface StartingSession {
  readonly phase: 'starting';
  readonly order: ChargingOrder;
  readonly commandId: string;
  readonly requestedAt: EpochMs;
  readonly accepted: boolean;
  readonly deadlineAt: EpochMs;
}

/** The device has an open transaction for this order. */
export interface ActiveSession extends Running {
  readonly phase: 'charging';
}

/** We decided to end it and wait for the device's StopTransaction. */
export interface StoppingSession extends Running {
  readonly phase: 'stopping';
  readonly reason: EndReason;
  readonly decidedAt: EpochMs;
  readonly commandId: string | null;
  readonly attempts: number;
  readonly deadlineAt: EpochMs;
}

export type RunningSession = ActiveSession | StoppingSession;
export type Session = StartingSession | RunningSession;

/** OCPP 1.6 §7.28: an idTag is a CiString, equal whatever its case. */
export const sameIdTag = (left: string, right: string | undefined): boolean =>
  left.toLowerCase() === right?.toLowerCase();

export const isRunning = (session: Session | undefined): session is RunningSession =>
  session !== undefined && session.phase !== 'starting';
