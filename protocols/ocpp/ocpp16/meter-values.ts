import type { OCPP16 } from 'typed-ocpp';
import type { EpochMs } from '../../../domain/units.ts';
import { watt, wh } from '../../../domain/units.ts';
import type { NormalisedReadings, Reading, ReadingContext } from '../reading.ts';
import { readTimestamp } from '../timestamp.ts';

type Quantity = Exclude<keyof Reading, 'at' | 'context'>;

interface QuantityRule {
  /** Multiplied with the value, gives the unit of the reading. */
  readonly factors: Readonly<Record<string, number>>;
  /** Taken when the value names no unit (OCPP 1.6 §7.43). */
  readonly defaultUnit: string;
  /** How values of single phases make up the overall value when the meter sends none. */
  readonly overPhases: 'sum' | 'mean';
  readonly smallest: number;
  readonly largest: number;
}

/** Beyond this no meter of a charging point counts; in Wh it is a terawatt-hour. */
const ABSURD = 2 ** 40;

const RULES: Readonly<Record<Quantity, QuantityRule>> = {
  energyWh: {
    factors: { Wh: 1, kWh: 1000 },
    defaultUnit: 'Wh',
    overPhases: 'sum',
    smallest: 0,
    largest: ABSURD,
  },
  powerW: { factors: { W: 1, kW: 1000 }, defaultUnit: 'W', overPhases: 'sum', smallest: 0, largest: ABSURD },
  currentMilliA: { factors: { A: 1000 }, defaultUnit: 'A', overPhases: 'sum', smallest: 0, largest: ABSURD },
  voltageDeciV: { factors: { V: 10 }, defaultUnit: 'V', overPhases: 'mean', smallest: 0, largest: ABSURD },
  // 'Celcius' is a slip of the original schema that stations copied.
  temperatureDeciC: {
    factors: { Celsius: 10, Celcius: 10, K: 10, Fahrenheit: 10 },
    defaultUnit: 'Celsius',
    overPhases: 'mean',
    smallest: -1_000,
    largest: 10_000,
  },
  socPercent: {
    factors: { Percent: 1 },
    defaultUnit: 'Percent',
    overPhases: 'mean',
    smallest: 0,
    largest: 100,
  },
};

/** Intervals, exports, offers and reactive values are other quantities and are left out. */
const QUANTITY_OF: Readonly<Partial<Record<OCPP16.Measurand, Quantity>>> = {
  'Energy.Active.Import.Register': 'energyWh',
  'Power.Active.Import': 'powerW',
  'Current.Import': 'currentMilliA',
  Voltage: 'voltageDeciV',
  Temperature: 'temperatureDeciC',
  SoC: 'socPercent',
};

/** The one conductor a phase value belongs to; values between two phases and of N belong to none. */
const CONDUCTOR_OF: Readonly<Partial<Record<OCPP16.Phase, 0 | 1 | 2>>> = {
  L1: 0,
  'L1-N': 0,
  L2: 1,
  'L2-N': 1,
  L3: 2,
  'L3-N': 2,
};

const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\s*$/;

/** The values one place (outlet, inlet, …) reported for one quantity at one moment. */
interface Samples {
  overall?: number;
  readonly phases: (number | undefined)[];
  /** A value of a phase was dropped, so that the sum of the others would lie. */
  incomplete: boolean;
}

const noSamples = (): Samples => ({ phases: [], incomplete: false });

type Sampled = Map<Quantity, Map<OCPP16.Location, Samples>>;

/**
 * Turns `meterValue` of MeterValues.req, or `transactionData` of StopTransaction.req, into readings in
 * integer units (OCPP 1.6 §7.31, §7.33, §7.43). Values that are no plain decimal number, negative
 * (temperature excepted), beyond 2^40 or in a unit foreign to their measurand are counted as rejected, as
 * are all values under a timestamp that cannot be read. Signed values are skipped: they repeat a raw one.
 */
export function normaliseMeterValues(meterValues: readonly OCPP16.MeterValue[]): NormalisedReadings {
  const readings: Reading[] = [];
  let rejected = 0;
  for (const { timestamp, sampledValue } of meterValues) {
    const at = readTimestamp(timestamp);
    if (at === null) {
      rejected += sampledValue.length;
      continue;
    }
    const byContext = new Map<ReadingContext, Sampled>();
    for (const sample of sampledValue) {
      if (!collect(byContext, sample)) rejected++;
    }
    for (const [context, sampled] of byContext) {
      const reading = readingOf(at, context, sampled);
      if (reading !== null) addOrMerge(readings, reading);
    }
  }
  readings.sort((left, right) => left.at - right.at);
  return { readings, rejected };
}

/** False when the sample has to be counted as rejected. */
function collect(byContext: Map<ReadingContext, Sampled>, sample: OCPP16.SampledValue): boolean {
  if (sample.format === 'SignedData') return true;
  const quantity = QUANTITY_OF[sample.measurand ?? 'Energy.Active.Import.Register'];
  if (quantity === undefined) return true;
  const conductor = sample.phase === undefined ? undefined : CONDUCTOR_OF[sample.phase];
  if (sample.phase !== undefined && conductor === undefined) return true;

  const sampled = entry(byContext, sample.context ?? 'Sample.Periodic', () => new Map());
  const places = entry(sampled, quantity, () => new Map<OCPP16.Location, Samples>());
  const samples = entry(places, sample.location ?? 'Outlet', noSamples);
  const value = scaledValue(quantity, sample.value, sample.unit);
  if (value === null) {
    if (conductor !== undefined) samples.incomplete = true;
    return false;
  }
  if (conductor === undefined) samples.overall ??= value;
  else samples.phases[conductor] ??= value;
  return true;
}

/** The value in the unit of the reading, not rounded yet; null when it must be dropped. */
function scaledValue(quantity: Quantity, text: string, unit: string | undefined): number | null {
  if (!DECIMAL.test(text)) return null;
  const rule = RULES[quantity];
  const factor = rule.factors[unit ?? rule.defaultUnit];
  if (factor === undefined) return null;
  let value = Number(text);
  if (unit === 'K') value -= 273.15;
  else if (unit === 'Fahrenheit') value = ((value - 32) * 5) / 9;
  value *= factor;
  return value >= rule.smallest && value <= rule.largest ? value : null;
}

function readingOf(at: EpochMs, context: ReadingContext, sampled: Sampled): Reading | null {
  const energyWh = preferred(sampled, 'energyWh');
  const powerW = preferred(sampled, 'powerW');
  const currentMilliA = preferred(sampled, 'currentMilliA');
  const voltageDeciV = preferred(sampled, 'voltageDeciV');
  const temperatureDeciC = hottest(sampled);
  const socPercent = preferred(sampled, 'socPercent');
  const reading: Reading = {
    at,
    ...(energyWh !== undefined && { energyWh: wh(energyWh) }),
    ...(powerW !== undefined && { powerW: watt(powerW) }),
    ...(currentMilliA !== undefined && { currentMilliA }),
    ...(voltageDeciV !== undefined && { voltageDeciV }),
    ...(temperatureDeciC !== undefined && { temperatureDeciC }),
    ...(socPercent !== undefined && { socPercent }),
    context,
  };
  return quantitiesOf(reading).length > 0 ? reading : null;
}

/** Prefers the connector's own meter, the standard's default place, to any other (OCPP 1.6 §7.30). */
function preferred(sampled: Sampled, quantity: Quantity): number | undefined {
  const places = sampled.get(quantity);
  if (places === undefined) return undefined;
  const outlet = places.get('Outlet');
  const atOutlet = outlet && overallOf(quantity, outlet);
  if (atOutlet !== undefined) return atOutlet;
  for (const samples of places.values()) {
    const value = overallOf(quantity, samples);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Temperature is watched for safety: of all the places the hottest one counts. */
function hottest(sampled: Sampled): number | undefined {
  let highest: number | undefined;
  for (const samples of sampled.get('temperatureDeciC')?.values() ?? []) {
    const value = overallOf('temperatureDeciC', samples);
    if (value !== undefined && (highest === undefined || value > highest)) highest = value;
  }
  return highest;
}

/** Without a phase a value is the overall one (OCPP 1.6 §7.43); failing that, the phases make it up. */
function overallOf(quantity: Quantity, samples: Samples): number | undefined {
  if (samples.overall !== undefined) return rounded(samples.overall);
  const phases = samples.phases.filter((value) => value !== undefined);
  const rule = RULES[quantity];
  if (phases.length === 0 || (samples.incomplete && rule.overPhases === 'sum')) return undefined;
  const sum = phases.reduce((total, value) => total + value, 0);
  return rounded(rule.overPhases === 'sum' ? sum : sum / phases.length);
}

/** `Math.round(-0.4)` is −0, which no JSON and no database keeps. */
function rounded(value: number): number {
  return Math.round(value) + 0;
}

/** Some stations send every measurand as a meter value of its own, all with the same timestamp. */
function addOrMerge(readings: Reading[], reading: Reading): void {
  const last = readings.at(-1);
  const joins =
    last !== undefined &&
    last.at === reading.at &&
    last.context === reading.context &&
    quantitiesOf(reading).every((quantity) => last[quantity] === undefined);
  if (joins) readings[readings.length - 1] = { ...last, ...reading };
  else readings.push(reading);
}

function quantitiesOf(reading: Reading): readonly Quantity[] {
  return (Object.keys(RULES) as Quantity[]).filter((quantity) => reading[quantity] !== undefined);
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const present = map.get(key);
  if (present !== undefined) return present;
  const created = create();
  map.set(key, created);
  return created;
}
