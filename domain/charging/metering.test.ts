import { describe, expect, it } from 'vitest';
import { hourlyTariff, touTariff } from '../pricing/sample-tariffs.test-support.ts';
import { epochMs, HOUR, MINUTE, SECOND } from '../units.ts';
import { LIMITS } from './charger-state.ts';
import { liveView } from './live-view.ts';
import { MORNING, Pile } from './pile.test-support.ts';
import { reduceCharger } from './reduce-charger.ts';
import { isRunning } from './session.ts';

const metering = (pile: Pile) => {
  const session = pile.state.sessions[1];
  if (!isRunning(session)) throw new Error('nothing is charging');
  return session.metering;
};

describe('a meter that cannot be trusted', () => {
  it('reset by a power cut: what was counted stays, what follows is added, and an operator is told once', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.after(MINUTE);
    pile.meters({ energyWh: 2, powerW: 600 });
    pile.draws(600, 10, 2);
    pile.after(MINUTE);
    pile.meters({ energyWh: 1, powerW: 600 });
    expect(pile.attention).toEqual(['meter-reset']);
    pile.ends(5);
    expect(pile.ended.usage).toMatchObject({ energyWh: 204, resets: 2 });
  });

  it('reset just at the end is told as well', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.after(SECOND);
    pile.ends(0);
    expect(pile.ended).toMatchObject({ meterStopWh: 0, usage: { energyWh: 100, resets: 1 } });
    expect(pile.attention).toEqual(['meter-reset']);
  });

  it('out of order: an older value changes nothing', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    const before = metering(pile);
    pile.meters({ at: epochMs(pile.now - 5 * MINUTE), energyWh: 50_049, powerW: 300, temperatureDeciC: 250 });
    expect(metering(pile)).toEqual({
      ...before,
      usage: { ...before.usage, ignored: before.usage.ignored + 1 },
    });
  });

  it('that jumps once is not believed', () => {
    const pile = Pile.charging();
    const register = pile.draws(600, 10, 50_000);
    pile.after(MINUTE);
    pile.meters({ energyWh: 9_999_999, powerW: 600 });
    expect(pile.attention).toEqual(['meter-jump']);
    expect(liveView(pile.state, 'A', pile.now)).toMatchObject({ energyWh: 100, powerW: 600 });
    expect(pile.sent('remoteStop')).toEqual([]);
    pile.draws(600, 10, register + 10);
    pile.after(MINUTE);
    pile.meters({ energyWh: 8_000_000, powerW: 600 });
    pile.ends(50_215);
    expect(pile.ended.usage).toMatchObject({ energyWh: 215, resets: 0 });
    expect(pile.attention).toEqual(['meter-jump']);
  });

  it('nor at the end, where the register is kept for the operator and the jump is not billed', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.ends(7_000_000);
    expect(pile.ended).toMatchObject({ meterStopWh: 7_000_000, usage: { energyWh: 100 } });
    expect(pile.attention).toEqual(['meter-jump']);
  });

  it('that jumps and stays there is believed at the third reading in a row', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    const billed = [1, 2, 3].map((reading) => {
      pile.after(MINUTE);
      pile.meters({ energyWh: 80_000 + 10 * reading, powerW: 600 });
      return metering(pile).usage.energyWh;
    });
    expect(billed).toEqual([100, 100, 30_030]);
  });

  it('three wild values, or one repeated three times, are no agreement', () => {
    const wild = Pile.charging();
    for (const register of [900_000, 500_000, 950_000, 400_000]) {
      wild.after(MINUTE);
      wild.meters({ energyWh: register, powerW: 600 });
    }
    expect(metering(wild).usage.energyWh).toBe(0);

    const repeated = Pile.charging();
    repeated.after(MINUTE);
    for (let time = 0; time < 4; time += 1) repeated.meters({ energyWh: 900_000, powerW: 600 });
    expect(metering(repeated).usage.energyWh).toBe(0);
  });

  it('but a long silence explains much energy', () => {
    const pile = Pile.charging();
    pile.after(3 * HOUR);
    pile.meters({ energyWh: 52_700, powerW: 900 });
    expect(pile.attention).toEqual(['no-readings']);
    expect(metering(pile).usage.energyWh).toBe(2700);
  });
});

describe('a clock that cannot be trusted', () => {
  it.each([8, -8])('wrong by %i hours: times are corrected, and the operators told once', (hours) => {
    const pile = Pile.online();
    pile.clockAheadMs = hours * HOUR;
    pile.wants('A', { rules: hourlyTariff() });
    pile.begins();
    pile.draws(600, 60, 50_000);
    pile.ends(50_600, { reason: 'EVDisconnected' });
    expect(pile.ended).toMatchObject({
      startedAt: MORNING,
      endedAt: MORNING + HOUR,
      usage: { energyWh: 600 },
    });
    expect(pile.alarms).toEqual(['clock-skew']);
    pile.wants('B');
    pile.begins({ idTag: 'TAG-B' });
    expect(pile.alarms).toEqual(['clock-skew']);
  });

  it('some seconds off are nobody’s business', () => {
    const pile = Pile.online();
    pile.clockAheadMs = 110 * SECOND;
    pile.wants('A');
    pile.begins();
    expect(pile.alarms).toEqual([]);
    expect(pile.told('charging.started')).toMatchObject([{ at: MORNING }]);
  });

  it.each([
    ['set right in the middle of a charge', 8 * HOUR, 0],
    ['lost in the middle of a charge', 0, -MORNING],
  ])('%s: energy is still billed, and danger still seen', (_what, before, after) => {
    const pile = Pile.online();
    pile.clockAheadMs = before;
    pile.wants('A');
    pile.begins();
    const register = pile.draws(600, 30, 50_000);
    pile.clockAheadMs = after;
    pile.draws(600, 30, register);
    expect(liveView(pile.state, 'A', pile.now)).toMatchObject({ energyWh: 600 });
    pile.after(MINUTE);
    pile.meters({ energyWh: register + 340, powerW: 5000 });
    expect(pile.alarms.at(-1)).toBe('over-power');
    pile.ends(register + 341, { reason: 'Remote' });
    expect(pile.ended).toMatchObject({ endedAt: MORNING + 61 * MINUTE, usage: { energyWh: 641 } });
  });
});

describe('a clock that cannot be trusted does not blind us', () => {
  it('to heat that is reported without a register', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.meters({ at: epochMs(0), temperatureDeciC: 900 });
    expect(pile.told('charger.alarm')).toMatchObject([
      { kind: 'over-temperature', detail: { temperatureDeciC: 900, powerW: 600 } },
    ]);
    expect(pile.sent('remoteStop')).toHaveLength(1);
  });

  it('nor takes an earlier rider’s heat, replayed, for this one’s', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.meters({ at: epochMs(MORNING - HOUR), temperatureDeciC: 900 }, { transactionId: -1 });
    expect(pile.alarms).toEqual([]);
  });
});

describe('a meter that says little', () => {
  it('only a register: the power is what it gains over some minutes', () => {
    const pile = Pile.charging();
    for (let minute = 1; minute <= 12; minute += 1) {
      pile.after(MINUTE);
      pile.meters({ energyWh: 50_000 + 10 * Math.floor(minute / 2) });
    }
    expect(pile.sent('remoteStop')).toEqual([]);
    expect(metering(pile).powerW).toBeGreaterThan(200);
    expect(metering(pile).powerW).toBeLessThan(400);
  });

  it('only a register that stands still: full, after a while', () => {
    const pile = Pile.charging();
    for (let minute = 1; minute <= 18; minute += 1) {
      expect(pile.sent('remoteStop')).toEqual([]);
      pile.after(MINUTE);
      pile.meters({ energyWh: 50_000 });
    }
    expect(pile.sent('remoteStop')).toHaveLength(1);
    pile.ends(50_000);
    expect(pile.ended.reason).toBe('full');
  });

  it('a temperature by itself is no standstill', () => {
    const pile = Pile.charging();
    for (let minute = 1; minute <= 10; minute += 1) {
      pile.after(MINUTE);
      pile.meters({ powerW: 500, energyWh: 50_000 + 8 * minute });
      pile.after(SECOND);
      pile.meters({ temperatureDeciC: 300 + minute });
      expect(liveView(pile.state, 'A', pile.now)).toMatchObject({ powerW: 500, full: false });
    }
    expect(pile.sent('remoteStop')).toEqual([]);
  });

  it('nothing for an hour: an operator is told once', () => {
    const pile = Pile.charging();
    pile.after(HOUR - 1);
    expect(pile.attention).toEqual([]);
    pile.after(3 * HOUR);
    expect(pile.attention).toEqual(['no-readings']);
  });
});

describe('what is written down', () => {
  it('is little: a row each twenty-five minutes, at a price boundary, and for every decision', () => {
    const pile = Pile.charging({ rules: touTariff() });
    const rows: number[] = [];
    for (let minute = 1; minute <= 90; minute += 1) {
      pile.after(MINUTE);
      const report = {
        outletNo: 1,
        transactionId: 1,
        readings: [{ at: pile.now, energyWh: 50_000 + 10 * minute, powerW: 600 }],
      };
      const outcome = reduceCharger(pile.state, { type: 'readings', report }, `m${minute}`, pile.now);
      if (outcome.durable) rows.push(minute);
      pile.state = outcome.state;
    }
    // 11:00 is the end of the peak price.
    expect(rows).toEqual([25, 50, 60, 85]);
  });

  it('keeps the shape of a long charge in few points', () => {
    const pile = Pile.charging();
    pile.draws(300, 600, 50_000);
    const { curve } = metering(pile);
    expect(curve.length).toBeLessThanOrEqual(LIMITS.curvePoints);
    expect(curve.length).toBeGreaterThan(LIMITS.curvePoints / 3);
    expect(curve.at(-1)?.[2]).toBeGreaterThan(2900);
  });
});
