import type { Faults } from './faults.ts';
import type { Outlet } from './outlet.ts';
import type { Random } from './random.ts';

export type ReadingContext =
  | 'Sample.Periodic'
  | 'Sample.Clock'
  | 'Trigger'
  | 'Transaction.Begin'
  | 'Transaction.End';

/** What one look at an outlet's meter says, as OCPP 1.6 SampledValues (7.43). */
export function sampledValues(
  outlet: Outlet,
  measurands: readonly string[],
  context: ReadingContext,
  faults: Faults,
  random: Random,
  backwardsWh: number,
): object[] {
  const powerW = outlet.powerW;
  const voltageV = 220 + 4 * (random() - 0.5);
  return measurands.flatMap((measurand) => {
    const value = (text: string, unit: string, more: object = {}) => [
      { value: text, context, measurand, unit, ...more },
    ];
    switch (measurand) {
      case 'Energy.Active.Import.Register': {
        const wh = Math.max(0, outlet.meterWh - backwardsWh);
        const outletMeter = { location: 'Outlet' };
        return faults.kWhUnits
          ? value((wh / 1000).toFixed(3), 'kWh', outletMeter)
          : value(String(wh), 'Wh', outletMeter);
      }
      case 'Power.Active.Import':
        return faults.kWhUnits ? value((powerW / 1000).toFixed(4), 'kW') : value(powerW.toFixed(1), 'W');
      case 'Current.Import':
        return value((powerW / voltageV / 0.97).toFixed(2), 'A');
      case 'Voltage':
        return value(voltageV.toFixed(1), 'V');
      case 'Temperature':
        return value(outletTemperatureC(outlet, faults).toFixed(1), 'Celsius', { location: 'Body' });
      default:
        return [];
    }
  });
}

/** The socket's own sensor: warm from the air and from the power that passes. */
export function outletTemperatureC(outlet: Outlet, faults: Faults): number {
  if (faults.overTemperature) return 86;
  const ambient = outlet.battery?.ambientC ?? 24;
  const fromBattery = outlet.battery ? (outlet.battery.temperatureC - ambient) * 0.4 : 0;
  return ambient + fromBattery + (12 * outlet.powerW) / outlet.ratedPowerW;
}
