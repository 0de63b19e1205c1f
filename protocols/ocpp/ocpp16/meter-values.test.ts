import fc from 'fast-check';
import type { OCPP16 } from 'typed-ocpp';
import { describe, expect, it } from 'vitest';
import { normaliseMeterValues } from './meter-values.ts';
import { validateRequest } from './validate.ts';

const timestamp = '2026-03-01T08:30:00Z';
const at = Date.UTC(2026, 2, 1, 8, 30);

function one(...sampledValue: OCPP16.SampledValue[]): ReturnType<typeof normaliseMeterValues> {
  return normaliseMeterValues([{ timestamp, sampledValue }]);
}

describe('what stations in the field send', () => {
  it('a bare value is the import register in Wh, sampled periodically', () => {
    expect(one({ value: '12345' })).toEqual({
      readings: [{ at, energyWh: 12345, context: 'Sample.Periodic' }],
      rejected: 0,
    });
  });

  it('a single-phase scooter socket with everything', () => {
    const meterValue: OCPP16.MeterValue[] = [
      {
        timestamp: '2026-03-01T16:30:00+08:00',
        sampledValue: [
          {
            value: '12.3456',
            unit: 'kWh',
            measurand: 'Energy.Active.Import.Register',
            context: 'Sample.Clock',
          },
          { value: '0.2485', unit: 'kW', measurand: 'Power.Active.Import', context: 'Sample.Clock' },
          { value: '1.134', unit: 'A', measurand: 'Current.Import', context: 'Sample.Clock', phase: 'L1' },
          { value: '219.46', unit: 'V', measurand: 'Voltage', context: 'Sample.Clock', phase: 'L1-N' },
          {
            value: '31.25',
            unit: 'Celcius',
            measurand: 'Temperature',
            context: 'Sample.Clock',
            location: 'Body',
          },
          { value: '80', unit: 'Percent', measurand: 'SoC', context: 'Sample.Clock', location: 'EV' },
          { value: '50.01', measurand: 'Frequency', context: 'Sample.Clock' },
        ],
      },
    ];
    expect(validateRequest('MeterValues', { connectorId: 1, transactionId: 5, meterValue }).ok).toBe(true);
    expect(normaliseMeterValues(meterValue)).toEqual({
      readings: [
        {
          at,
          energyWh: 12346,
          powerW: 249,
          currentMilliA: 1134,
          voltageDeciV: 2195,
          temperatureDeciC: 313,
          socPercent: 80,
          context: 'Sample.Clock',
        },
      ],
      rejected: 0,
    });
  });

  it('a three-phase meter without totals', () => {
    const { readings, rejected } = one(
      { value: '1000', measurand: 'Power.Active.Import', phase: 'L1' },
      { value: '1.1', measurand: 'Power.Active.Import', phase: 'L2', unit: 'kW' },
      { value: '900.4', measurand: 'Power.Active.Import', phase: 'L3' },
      { value: '5', measurand: 'Current.Import', phase: 'L1' },
      { value: '5.5', measurand: 'Current.Import', phase: 'L2' },
      { value: '4.5', measurand: 'Current.Import', phase: 'L3' },
      { value: '0.2', measurand: 'Current.Import', phase: 'N' },
      { value: '220', measurand: 'Voltage', phase: 'L1-N' },
      { value: '221', measurand: 'Voltage', phase: 'L2-N' },
      { value: '225', measurand: 'Voltage', phase: 'L3-N' },
      { value: '380', measurand: 'Voltage', phase: 'L1-L2' },
      { value: '10', measurand: 'Energy.Active.Import.Register', phase: 'L1', unit: 'kWh' },
      { value: '20', measurand: 'Energy.Active.Import.Register', phase: 'L2', unit: 'kWh' },
      { value: '30', measurand: 'Energy.Active.Import.Register', phase: 'L3', unit: 'kWh' },
    );
    expect(rejected).toBe(0);
    expect(readings).toEqual([
      {
        at,
        energyWh: 60_000,
        powerW: 3000,
        currentMilliA: 15_000,
        voltageDeciV: 2220,
        context: 'Sample.Periodic',
      },
    ]);
  });

  it('the total wins over the phases, whatever the order', () => {
    const phases: OCPP16.SampledValue[] = [
      { value: '10', phase: 'L1' },
      { value: '10', phase: 'L2' },
    ];
    expect(one(...phases, { value: '25' }).readings[0]?.energyWh).toBe(25);
    expect(one({ value: '25' }, ...phases).readings[0]?.energyWh).toBe(25);
  });

  it('a sum with a hole in it is no sum', () => {
    const { readings, rejected } = one({ value: '10', phase: 'L1' }, { value: 'NaN', phase: 'L2' });
    expect(readings).toEqual([]);
    expect(rejected).toBe(1);
  });

  it('the outlet counts before the inlet; the hottest place counts for temperature', () => {
    const { readings } = one(
      { value: '900', location: 'Inlet' },
      { value: '500', location: 'Outlet' },
      { value: '30', measurand: 'Temperature', location: 'Outlet' },
      { value: '71', measurand: 'Temperature', location: 'Cable' },
    );
    expect(readings).toEqual([{ at, energyWh: 500, temperatureDeciC: 710, context: 'Sample.Periodic' }]);
    expect(one({ value: '900', location: 'Inlet' }).readings[0]?.energyWh).toBe(900);
  });

  it('one meter value for every measurand, same time: one reading', () => {
    const { readings } = normaliseMeterValues([
      { timestamp, sampledValue: [{ value: '100' }] },
      { timestamp, sampledValue: [{ value: '50', measurand: 'Power.Active.Import' }] },
      { timestamp, sampledValue: [{ value: '110' }] },
    ]);
    expect(readings).toEqual([
      { at, energyWh: 100, powerW: 50, context: 'Sample.Periodic' },
      { at, energyWh: 110, context: 'Sample.Periodic' },
    ]);
  });

  it('begin and end of a transaction together, out of order', () => {
    const { readings } = normaliseMeterValues([
      { timestamp: '2026-03-01T09:30:00Z', sampledValue: [{ value: '2000', context: 'Transaction.End' }] },
      { timestamp, sampledValue: [{ value: '1000', context: 'Transaction.Begin' }, { value: '1000' }] },
    ]);
    expect(readings).toEqual([
      { at, energyWh: 1000, context: 'Transaction.Begin' },
      { at, energyWh: 1000, context: 'Sample.Periodic' },
      { at: at + 3_600_000, energyWh: 2000, context: 'Transaction.End' },
    ]);
  });

  it('an interval, an export or an offer is not the register', () => {
    const { readings, rejected } = one(
      { value: '5', measurand: 'Energy.Active.Import.Interval' },
      { value: '6', measurand: 'Energy.Active.Export.Register' },
      { value: '7', measurand: 'Energy.Reactive.Import.Register', unit: 'varh' },
      { value: '8', measurand: 'Power.Offered' },
      { value: '9', measurand: 'Current.Offered' },
    );
    expect({ readings, rejected }).toEqual({ readings: [], rejected: 0 });
  });

  it('a signed value stands beside its raw one', () => {
    expect(
      one({ value: 'OCMF|{"FV":"1.0"}|…', format: 'SignedData' }, { value: '77', format: 'Raw' }),
    ).toEqual({
      readings: [{ at, energyWh: 77, context: 'Sample.Periodic' }],
      rejected: 0,
    });
  });

  it.each([
    ['86', 'Fahrenheit', 300],
    ['303.15', 'K', 300],
    ['30', 'Celsius', 300],
    ['30', undefined, 300],
    ['-12.5', 'Celsius', -125],
    ['-0.01', 'Celsius', 0],
    ['0', 'K', undefined],
  ] as const)('%s %s', (value, unit, expected) => {
    const { readings } = one({ value, measurand: 'Temperature', ...(unit !== undefined && { unit }) });
    expect(readings[0]?.temperatureDeciC).toBe(expected);
    expect(Object.is(readings[0]?.temperatureDeciC, -0)).toBe(false);
  });
});

describe('what is dropped and counted', () => {
  it.each(['', ' ', 'NaN', 'Infinity', '-1', '0x10', '12,5', '12 Wh', '1e400', '1e13', '--5', '.', 'null'])(
    '%j',
    (value) => {
      expect(one({ value }, { value: '5', measurand: 'SoC' })).toEqual({
        readings: [{ at, socPercent: 5, context: 'Sample.Periodic' }],
        rejected: 1,
      });
    },
  );

  it.each(['0', '12', ' 12 ', '12.', '.5', '+3', '1e3', '0012', String(2 ** 40)])('but not %j', (value) => {
    expect(one({ value })).toMatchObject({ rejected: 0, readings: [{ at }] });
  });

  it('the limit counts after conversion', () => {
    expect(one({ value: String(2 ** 31), unit: 'kWh' }).rejected).toBe(1);
    expect(one({ value: '101', measurand: 'SoC' }).rejected).toBe(1);
  });

  it('a unit of another measurand', () => {
    expect(one({ value: '5', unit: 'kW' })).toEqual({ readings: [], rejected: 1 });
    expect(one({ value: '5', unit: 'VA', measurand: 'Power.Active.Import' }).rejected).toBe(1);
  });

  it('all values under a time that is none', () => {
    const broken = { timestamp: '2026-02-30T00:00:00Z', sampledValue: [{ value: '1' }, { value: '2' }] };
    expect(normaliseMeterValues([broken])).toEqual({ readings: [], rejected: 2 });
    expect(normaliseMeterValues([])).toEqual({ readings: [], rejected: 0 });
  });
});

describe('properties', () => {
  it('gives integers within range, in order of time', () => {
    const sample = fc.record(
      {
        value: fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String)),
        measurand: fc.constantFrom(
          'Energy.Active.Import.Register',
          'Power.Active.Import',
          'Current.Import',
          'Voltage',
          'Temperature',
          'SoC',
        ),
        unit: fc.constantFrom('Wh', 'kWh', 'W', 'kW', 'A', 'V', 'K', 'Celsius', 'Fahrenheit', 'Percent'),
        phase: fc.constantFrom('L1', 'L2', 'L3', 'N', 'L1-N', 'L1-L2'),
        location: fc.constantFrom('Outlet', 'Inlet', 'Body'),
        context: fc.constantFrom('Sample.Clock', 'Transaction.End'),
      },
      { requiredKeys: ['value'] },
    );
    const meterValue = fc.record({
      timestamp: fc.oneof(
        fc.string(),
        fc
          .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
          .map((date) => date.toISOString()),
      ),
      sampledValue: fc.array(sample, { maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(meterValue, { maxLength: 6 }), (meterValues) => {
        const { readings, rejected } = normaliseMeterValues(meterValues as OCPP16.MeterValue[]);
        expect(rejected).toBeLessThanOrEqual(meterValues.flatMap((value) => value.sampledValue).length);
        let previous = Number.NEGATIVE_INFINITY;
        for (const { context: _, at: moment, ...quantities } of readings) {
          expect(moment).toBeGreaterThanOrEqual(previous);
          previous = moment;
          expect(Object.keys(quantities)).not.toHaveLength(0);
          for (const value of Object.values(quantities)) expect(Number.isSafeInteger(value)).toBe(true);
        }
      }),
    );
  });
});
