import { between, pick, seededRandom } from './random.ts';

export interface BatteryModel {
  readonly name: string;
  readonly nominalVoltageV: number;
  readonly capacityAh: number;
  /** What its charger gives while the current is constant. */
  readonly chargeCurrentA: number;
}

/** The packs seen at the kerb in a Chinese city. */
export const batteryModels: readonly [BatteryModel, ...BatteryModel[]] = [
  { name: '48V12Ah', nominalVoltageV: 48, capacityAh: 12, chargeCurrentA: 2 },
  { name: '48V20Ah', nominalVoltageV: 48, capacityAh: 20, chargeCurrentA: 3 },
  { name: '60V20Ah', nominalVoltageV: 60, capacityAh: 20, chargeCurrentA: 3 },
  { name: '60V32Ah', nominalVoltageV: 60, capacityAh: 32, chargeCurrentA: 5 },
  { name: '72V20Ah', nominalVoltageV: 72, capacityAh: 20, chargeCurrentA: 3.5 },
  { name: '72V32Ah', nominalVoltageV: 72, capacityAh: 32, chargeCurrentA: 5 },
];

/** A battery with its own charger, as the outlet sees it. Plain data; the functions here give the next one. */
export interface Battery {
  readonly model: BatteryModel;
  /** State of charge, 0 to 1. */
  readonly soc: number;
  readonly temperatureC: number;
  readonly ambientC: number;
  /** SOC at which the charger turns from constant current to constant voltage. */
  readonly cvFromSoc: number;
  /** The charger ends when the current has fallen to this part of the constant one. */
  readonly cutoffRatio: number;
  /** Power into the battery divided by power from the outlet. */
  readonly efficiency: number;
  /** What the charger still draws when the battery is full. */
  readonly standbyW: number;
}

export type ChargePhase = 'constant-current' | 'constant-voltage' | 'full';

/** The same battery for the same seed; `model`, `soc` and `ambientC` may be told. Unknown models throw. */
export function createBattery(
  seed: string | number,
  given: { readonly model?: string; readonly soc?: number; readonly ambientC?: number } = {},
): Battery {
  const random = seededRandom(seed);
  const drawn = pick(random, batteryModels);
  const model = given.model === undefined ? drawn : batteryModels.find(({ name }) => name === given.model);
  if (!model) throw new RangeError(`unknown battery model ${given.model}`);
  const ambientC = given.ambientC ?? between(random, 18, 28);
  return {
    model: { ...model, chargeCurrentA: model.chargeCurrentA * between(random, 0.95, 1.05) },
    soc: Math.min(1, Math.max(0, given.soc ?? between(random, 0.08, 0.6))),
    temperatureC: ambientC + between(random, 0, 4),
    ambientC,
    cvFromSoc: between(random, 0.8, 0.85),
    cutoffRatio: 0.05,
    efficiency: between(random, 0.86, 0.92),
    standbyW: between(random, 1, 2.5),
  };
}

export function chargePhase(battery: Battery): ChargePhase {
  if (battery.soc >= 1) return 'full';
  return battery.soc < battery.cvFromSoc ? 'constant-current' : 'constant-voltage';
}

/** Power drawn from the outlet now, in W. */
export function drawnPowerW(battery: Battery): number {
  if (battery.soc >= 1) return battery.standbyW;
  return (packVoltageV(battery, battery.soc) * chargeCurrentA(battery)) / battery.efficiency;
}

/** Seconds until this battery is full, left alone at the outlet. */
export function secondsToFull(battery: Battery): number {
  if (battery.soc >= 1) return 0;
  const { chargeCurrentA: full } = battery.model;
  const toCv = Math.max(0, ((battery.cvFromSoc - battery.soc) * capacityAs(battery)) / full);
  const currentA = chargeCurrentA({ ...battery, soc: Math.max(battery.soc, battery.cvFromSoc) });
  return toCv + decaySeconds(battery) * Math.log(currentA / (full * battery.cutoffRatio));
}

/**
 * Charges for that many seconds and says how much the outlet's meter moved. Energy is the exact integral of
 * `drawnPowerW` over the time; the temperature follows the current with a lag of about 20 minutes.
 */
export function charge(battery: Battery, seconds: number): { battery: Battery; energyWh: number } {
  const slice = Math.max(60, seconds / 200);
  let at = battery;
  let joules = 0;
  for (let left = seconds; left > 0; left -= slice) {
    const took = Math.min(slice, left);
    const heat = 14 * (at.soc >= 1 ? 0 : chargeCurrentA(at) / at.model.chargeCurrentA) ** 2;
    const step = chargeSlice(at, took);
    joules += step.joules;
    at = { ...at, soc: step.soc, temperatureC: warmed(at, at.ambientC + heat, took) };
  }
  return { battery: at, energyWh: joules / 3600 };
}

/** The same battery after resting at a dead outlet: only its temperature changes. */
export function rest(battery: Battery, seconds: number): Battery {
  return { ...battery, temperatureC: warmed(battery, battery.ambientC, seconds) };
}

const THERMAL_LAG_S = 1200;
const capacityAs = (battery: Battery) => battery.model.capacityAh * 3600;
const fullVoltageV = (battery: Battery) => battery.model.nominalVoltageV * 1.1375;

function packVoltageV(battery: Battery, soc: number): number {
  const empty = battery.model.nominalVoltageV * 0.92;
  const rising = Math.min(1, soc / battery.cvFromSoc);
  return empty + (fullVoltageV(battery) - empty) * rising;
}

/** Into the battery. At constant voltage it falls in line with the charge still missing, so exponentially in time. */
function chargeCurrentA(battery: Battery): number {
  const { chargeCurrentA: full } = battery.model;
  if (battery.soc < battery.cvFromSoc) return full;
  const done = (battery.soc - battery.cvFromSoc) / (1 - battery.cvFromSoc);
  return full * (1 - (1 - battery.cutoffRatio) * done);
}

/** The time constant at which exactly the missing charge flows until the cut-off current is reached. */
function decaySeconds(battery: Battery): number {
  const missingAs = (1 - battery.cvFromSoc) * capacityAs(battery);
  return missingAs / (battery.model.chargeCurrentA * (1 - battery.cutoffRatio));
}

function warmed(battery: Battery, target: number, seconds: number): number {
  return target + (battery.temperatureC - target) * Math.exp(-seconds / THERMAL_LAG_S);
}

/** One exact step through the phases: voltage is linear in charge at constant current, current exponential after. */
function chargeSlice(battery: Battery, seconds: number): { soc: number; joules: number } {
  let { soc } = battery;
  let left = seconds;
  let joules = 0;
  const capacity = capacityAs(battery);

  if (soc < battery.cvFromSoc) {
    const toCv = ((battery.cvFromSoc - soc) * capacity) / battery.model.chargeCurrentA;
    const took = Math.min(left, toCv);
    const next = took === toCv ? battery.cvFromSoc : soc + (took * battery.model.chargeCurrentA) / capacity;
    const meanVoltage = (packVoltageV(battery, soc) + packVoltageV(battery, next)) / 2;
    joules += (meanVoltage * (next - soc) * capacity) / battery.efficiency;
    soc = next;
    left -= took;
  }
  if (left > 0 && soc < 1) {
    const currentA = chargeCurrentA({ ...battery, soc });
    const decay = decaySeconds(battery);
    const toFull = decay * Math.log(currentA / (battery.model.chargeCurrentA * battery.cutoffRatio));
    const took = Math.min(left, toFull);
    const movedAs = currentA * decay * (1 - Math.exp(-took / decay));
    const next = took === toFull ? 1 : Math.min(1, soc + movedAs / capacity);
    joules += (fullVoltageV(battery) * (next - soc) * capacity) / battery.efficiency;
    soc = next;
    left -= took;
  }
  return { soc, joules: joules + (soc >= 1 ? left * battery.standbyW : 0) };
}
