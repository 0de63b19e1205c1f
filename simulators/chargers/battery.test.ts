import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Battery,
  batteryModels,
  charge,
  chargePhase,
  createBattery,
  drawnPowerW,
  secondsToFull,
} from './battery.ts';

const anyBattery = fc
  .record({
    seed: fc.integer(),
    model: fc.constantFrom(...batteryModels.map(({ name }) => name)),
    soc: fc.double({ min: 0, max: 0.99, noNaN: true }),
  })
  .map(({ seed, model, soc }) => createBattery(seed, { model, soc }));

test('the state of charge never falls, never passes full, and the phases follow each other once', () => {
  const order = ['constant-current', 'constant-voltage', 'full'];
  fc.assert(
    fc.property(anyBattery, fc.integer({ min: 1, max: 1800 }), (start, step) => {
      let battery = start;
      for (let i = 0; i < 60; i++) {
        const next = charge(battery, step).battery;
        expect(next.soc).toBeGreaterThanOrEqual(battery.soc);
        expect(next.soc).toBeLessThanOrEqual(1);
        expect(order.indexOf(chargePhase(next))).toBeGreaterThanOrEqual(order.indexOf(chargePhase(battery)));
        expect(next.temperatureC).toBeLessThan(next.ambientC + 19);
        battery = next;
      }
    }),
    { numRuns: 50 },
  );
});

test('the energy is the integral of the power, however the time is cut', () => {
  fc.assert(
    fc.property(anyBattery, fc.integer({ min: 60, max: 30_000 }), (start, seconds) => {
      const steps = 2000;
      let integral = 0;
      let stepped = 0;
      let battery = start;
      for (let i = 0; i < steps; i++) {
        const before = drawnPowerW(battery);
        const step = charge(battery, seconds / steps);
        battery = step.battery;
        stepped += step.energyWh;
        // The end of charge is a jump from the cut-off current to stand-by; every other step is smooth.
        integral += (((before + drawnPowerW(battery)) / 2) * seconds) / steps / 3600;
      }
      const atOnce = charge(start, seconds);
      expect(stepped).toBeCloseTo(atOnce.energyWh, 6);
      expect(Math.abs(integral - atOnce.energyWh)).toBeLessThan(0.001 * atOnce.energyWh + 0.1);
    }),
    { numRuns: 30 },
  );
});

test('48 V 20 Ah from 20 %: constant current up to the knee, then an exponential fall, then stand-by', () => {
  let battery: Battery = createBattery('story', { model: '48V20Ah', soc: 0.2, ambientC: 25 });
  const total = secondsToFull(battery);
  const current = battery.model.chargeCurrentA;
  const powers = {
    'constant-current': [] as number[],
    'constant-voltage': [] as number[],
    full: [] as number[],
  };
  let energyWh = 0;
  for (let t = 0; t < total + 600; t += 60) {
    powers[chargePhase(battery)].push(drawnPowerW(battery));
    const step = charge(battery, 60);
    battery = step.battery;
    energyWh += step.energyWh;
  }
  const cc = powers['constant-current'];
  const cv = powers['constant-voltage'];
  expect(total / 3600).toBeGreaterThan(5);
  expect(total / 3600).toBeLessThan(11);
  expect(cc.length).toBeGreaterThan(180);
  expect(cc.every((power) => power > 45 * current && power < 70 * current)).toBe(true);
  expect(cc.every((power, i) => i === 0 || power > (cc[i - 1] ?? 0))).toBe(true);
  const ratios = cv.slice(1).map((power, i) => power / (cv[i] ?? 1));
  expect(Math.max(...ratios) - Math.min(...ratios)).toBeLessThan(1e-6);
  expect(cv.at(-1)).toBeLessThan(0.07 * (cv[0] ?? 0));
  expect(Math.max(...powers.full)).toBeLessThan(3);
  // 80 % of 960 Wh, and what the charger loses.
  expect(energyWh).toBeGreaterThan(768);
  expect(energyWh).toBeLessThan(1050);
});

test('the same seed gives the same battery', () => {
  expect(createBattery('outlet-7')).toEqual(createBattery('outlet-7'));
  expect(createBattery('outlet-7')).not.toEqual(createBattery('outlet-8'));
  expect(() => createBattery(1, { model: '12V' })).toThrow(RangeError);
});
