/** Frames of the throughput rounds: what a pile sends all day, byte for byte the same to every server. */

let nextId = 1;

export const heartbeatFrame = (): string => `[2,"${(nextId++).toString(36)}","Heartbeat",{}]`;

export interface MeterSubject {
  readonly transactionId: number;
  readonly meterStartWh: number;
  readonly startedAt: number;
}

/** Steady, well below the rating, well above a trickle. */
export const POWER_W = 400;

/** A reading as charging piles send it: energy, power, voltage, current and temperature of one moment. */
export function meterFrame(subject: MeterSubject, at: number): string {
  return JSON.stringify([2, (nextId++).toString(36), 'MeterValues', meterPayload(subject, at)]);
}

export function meterPayload({ transactionId, meterStartWh, startedAt }: MeterSubject, at: number): object {
  const energyWh = meterStartWh + Math.floor((POWER_W * (at - startedAt)) / 3_600_000);
  const sample = (measurand: string, value: number, unit: string) => ({
    value: String(value),
    context: 'Sample.Periodic',
    measurand,
    unit,
  });
  return {
    connectorId: 1,
    transactionId,
    meterValue: [
      {
        timestamp: new Date(at).toISOString(),
        sampledValue: [
          sample('Energy.Active.Import.Register', energyWh, 'Wh'),
          sample('Power.Active.Import', POWER_W, 'W'),
          sample('Voltage', 221.4, 'V'),
          sample('Current.Import', 1.81, 'A'),
          sample('Temperature', 36.5, 'Celsius'),
        ],
      },
    ],
  };
}
