import type { EpochMs, Watt, Wh } from '../../domain/units.ts';

/** Why a value was measured (OCPP 1.6 §7.35; the 2.x list is the same). */
export type ReadingContext =
  | 'Interruption.Begin'
  | 'Interruption.End'
  | 'Other'
  | 'Sample.Clock'
  | 'Sample.Periodic'
  | 'Transaction.Begin'
  | 'Transaction.End'
  | 'Trigger';

/** What a meter said at one moment, in integers, whatever protocol version it came by. */
export interface Reading {
  readonly at: EpochMs;
  /** The cumulative import register: it grows over the meter's life and may be reset by a repair. */
  readonly energyWh?: Wh;
  /** Power drawn by the vehicle, over all phases. */
  readonly powerW?: Watt;
  /** Current drawn by the vehicle, over all phases, in mA. */
  readonly currentMilliA?: number;
  /** Phase to neutral, in 0.1 V. */
  readonly voltageDeciV?: number;
  /** The hottest of the reported places, in 0.1 °C. */
  readonly temperatureDeciC?: number;
  /** 0 to 100. */
  readonly socPercent?: number;
  readonly context: ReadingContext;
}

export interface NormalisedReadings {
  /** By time, oldest first; readings of the same moment keep the order they came in. */
  readonly readings: readonly Reading[];
  /** How many sampled values were dropped as unreadable or absurd. */
  readonly rejected: number;
}
