/** Branded integers, so that money, energy and time cannot be mixed by accident. */
declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Money in fen (1/100 yuan). */
export type Fen = Unit<'fen'>;
/** Energy in watt-hours. */
export type Wh = Unit<'Wh'>;
/** Power in watts. */
export type Watt = Unit<'W'>;
/** A moment in milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Unit<'epochMs'>;
/** A length of time in milliseconds. */
export type DurationMs = Unit<'durationMs'>;
/** A ratio in basis points: 10,000 is the whole. */
export type BasisPoints = Unit<'bp'>;
/** A price in 1/100 fen (10⁻⁴ yuan), the precision Chinese electricity prices are published in. */
export type CentiFen = Unit<'centiFen'>;

function integer(value: number, name: string): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} must be a safe integer, got ${value}`);
  return value;
}

export const fen = (value: number): Fen => integer(value, 'fen') as Fen;
export const wh = (value: number): Wh => integer(value, 'Wh') as Wh;
export const watt = (value: number): Watt => integer(value, 'W') as Watt;
export const epochMs = (value: number): EpochMs => integer(value, 'epoch ms') as EpochMs;
export const durationMs = (value: number): DurationMs => integer(value, 'ms') as DurationMs;
export const basisPoints = (value: number): BasisPoints => integer(value, 'basis points') as BasisPoints;
export const centiFen = (value: number): CentiFen => integer(value, 'centi-fen') as CentiFen;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
