import { describe, expect, it } from 'vitest';
import { flatEnergyTariff, hourlyTariff, tierTariff } from '../pricing/sample-tariffs.test-support.ts';
import { epochMs, fen, HOUR, MINUTE, SECOND, wh } from '../units.ts';
import { liveView } from './live-view.ts';
import { MORNING, Pile } from './pile.test-support.ts';

describe('a charge, from the scan to the bill', () => {
  it('starts, is watched, is stopped by its rider and goes to settlement once', () => {
    const pile = Pile.online();
    expect(pile.wants('A')).toEqual({ ok: true });
    expect(pile.commands).toEqual([
      { type: 'remoteStart', commandId: expect.any(String), outletNo: 1, idTag: 'TAG-A' },
    ]);
    pile.answers('accepted');
    expect(liveView(pile.state, 'A', pile.now)).toMatchObject({ state: 'starting', totalFen: 0 });

    pile.after(4 * SECOND);
    expect(pile.begins()).toEqual({ transactionId: 1, accepted: true });
    pile.says(1, 'Charging');
    expect(pile.told('charging.started')).toEqual([
      { type: 'charging.started', orderId: 'A', at: MORNING + 4 * SECOND },
    ]);

    const register = pile.draws(600, 60, 50_000);
    expect(liveView(pile.state, 'A', pile.now)).toMatchObject({
      state: 'charging',
      energyWh: 600,
      powerW: 600,
      electricityFen: 36,
      serviceFen: 24,
      totalFen: 60,
      online: true,
    });

    expect(pile.stops('A')).toEqual({ ok: true });
    expect(pile.lastCommand).toMatchObject({ type: 'remoteStop', transactionId: 1 });
    pile.answers('accepted');
    pile.after(2 * SECOND);
    pile.ends(register + 1, { reason: 'Remote' });
    pile.says(1, 'Available');

    expect(pile.ended).toMatchObject({
      orderId: 'A',
      reason: 'rider',
      startedAt: MORNING + 4 * SECOND,
      endedAt: pile.now,
      meterStartWh: 50_000,
      meterStopWh: 50_601,
      transactionId: 1,
      late: false,
      usage: { energyWh: 601 },
    });
    expect(pile.ended.curve).toHaveLength(61);
    expect(pile.bill()).toMatchObject({ electricityFen: 36, serviceFen: 24, totalFen: 60 });
    expect(pile.attention).toEqual([]);
    expect(liveView(pile.state, 'A', pile.now)).toBeNull();
    pile.after(3 * HOUR);
    expect(pile.told('charging.ended')).toHaveLength(1);
  });

  it('serves two riders at two outlets without mixing their readings', () => {
    const pile = Pile.charging();
    pile.wants('B', { outletNo: 2 });
    pile.begins({ outletNo: 2, idTag: 'TAG-B', meterStartWh: 7_000 });
    pile.after(MINUTE);
    pile.meters({ energyWh: 50_010, powerW: 600 });
    pile.meters({ energyWh: 7_005, powerW: 300 }, { outletNo: 2, transactionId: 2 });
    pile.ends(7_005, { transactionId: 2, idTag: 'TAG-B' });
    pile.ends(50_010);
    expect(pile.told('charging.ended').map((end) => [end.orderId, end.usage.energyWh])).toEqual([
      ['B', 5],
      ['A', 10],
    ]);
  });

  it('asks a second rider to take another outlet, and the same order twice is one start', () => {
    const pile = Pile.online();
    pile.wants('A');
    expect(pile.wants('A')).toEqual({ ok: true });
    expect(pile.wants('B')).toEqual({
      ok: false,
      error: { code: 'outlet_occupied' },
    });
    expect(pile.commands).toHaveLength(1);
    pile.begins();
    expect(pile.wants('A')).toEqual({ ok: true });
    pile.ends(50_000);
    expect(pile.wants('A')).toEqual({
      ok: false,
      error: { code: 'order_not_live' },
    });
    expect(pile.sent('remoteStart')).toHaveLength(1);
  });
});

describe('a charge ends at its limit', () => {
  it('of energy', () => {
    const pile = Pile.charging({ limit: { kind: 'energy', wh: wh(100) } });
    pile.draws(600, 10, 50_000);
    expect(pile.sent('remoteStop')).toHaveLength(1);
    pile.ends(50_101, { reason: 'Remote' });
    expect(pile.ended).toMatchObject({ reason: 'energy-limit', usage: { energyWh: 101 } });
  });

  it('of money, and never bills more than was held', () => {
    const changes = { limit: { kind: 'money', fen: fen(50) }, holdFen: fen(50) } as const;
    const pile = Pile.charging(changes);
    pile.draws(600, 50, 50_000);
    expect(pile.sent('remoteStop')).toHaveLength(1);
    pile.after(40 * SECOND);
    pile.ends(50_520, { reason: 'Remote' });
    expect(pile.ended.reason).toBe('money-limit');
    expect(pile.bill(changes)).toMatchObject({ totalFen: 50, waivedFen: 2 });
  });

  it('of minutes, to the second, whether or not the meter speaks', () => {
    const pile = Pile.charging({ limit: { kind: 'minutes', minutes: 100 } });
    pile.after(100 * MINUTE - 1);
    expect(pile.sent('remoteStop')).toHaveLength(0);
    // The hour of silence that was told meanwhile must not hide the deadline that comes after it.
    expect(pile.attention).toEqual(['no-readings']);
    pile.after(1);
    expect(pile.sent('remoteStop')).toHaveLength(1);
    pile.ends(51_000, { reason: 'Remote' });
    expect(pile.ended).toMatchObject({ reason: 'time-limit', usage: { energyWh: 1000 } });
  });

  it('of the hold, when the rider wants it full and it takes longer than foreseen', () => {
    const pile = Pile.charging({ rules: hourlyTariff(), holdFen: fen(300) });
    pile.draws(600, 120, 50_000);
    pile.ends(51_200, { reason: 'Remote' });
    expect(pile.ended.reason).toBe('money-limit');
  });
});

describe('a battery is full', () => {
  it('and the charge ends after some minutes of trickle where standing costs nothing', () => {
    const pile = Pile.charging();
    const register = pile.draws(600, 30, 50_000);
    pile.draws(8, 3, register);
    expect(pile.sent('remoteStop')).toHaveLength(0);
    pile.draws(8, 1, register);
    expect(pile.sent('remoteStop')).toHaveLength(1);
    pile.ends(register, { reason: 'Remote' });
    expect(pile.ended.reason).toBe('full');
  });

  const idle = {
    rules: flatEnergyTariff(6000, 4000, {
      idleFee: { graceMinutes: 15, fenPerHour: fen(100), capFen: null },
    }),
  };

  it('and stays on with the fee for idling running, until the rider unplugs', () => {
    const pile = Pile.charging(idle);
    const register = pile.draws(600, 60, 50_000);
    pile.draws(4, 64, register);
    expect(pile.sent('remoteStop')).toHaveLength(0);
    expect(liveView(pile.state, 'A', pile.now)).toMatchObject({ full: true });
    pile.after(14 * MINUTE);
    pile.ends(register + 4, { reason: 'EVDisconnected' });
    expect(pile.ended.reason).toBe('full');
    // 78 minutes after the last charging one, 4 until it was known to be full, 15 of grace: 59 minutes are billed.
    expect(pile.ended.usage.idleMs).toBe(74 * MINUTE);
    expect(pile.bill(idle)).toMatchObject({ idleFen: 98, electricityFen: 36 });
  });

  it('a pause is not the end: when power comes back, the fee stops running', () => {
    const pile = Pile.charging(idle);
    let register = pile.draws(600, 20, 50_000);
    register = pile.draws(3, 10, register);
    expect(pile.state.sessions[1]).toMatchObject({ metering: { usage: { fullAt: expect.any(Number) } } });
    register = pile.draws(600, 120, register);
    pile.ends(register, { reason: 'EVDisconnected' });
    expect(pile.ended.reason).toBe('unplugged');
    expect(pile.ended.usage.idleMs).toBeLessThan(10 * MINUTE);
    expect(pile.bill(idle).idleFen).toBe(0);
  });

  it('one reading of nothing is no proof, though the next comes five minutes later', () => {
    const pile = Pile.charging();
    pile.after(10 * SECOND);
    pile.meters({ powerW: 0, energyWh: 50_000 });
    pile.after(5 * MINUTE);
    pile.meters({ powerW: 500, energyWh: 50_040 });
    pile.after(5 * MINUTE);
    expect(pile.sent('remoteStop')).toHaveLength(0);
  });

  it('when the device falls silent over it, that is believed in the end', () => {
    const pile = Pile.charging();
    const register = pile.draws(600, 30, 50_000);
    pile.draws(5, 1, register);
    pile.says(1, 'SuspendedEV');
    pile.after(15 * MINUTE);
    expect(pile.sent('remoteStop')).toHaveLength(1);
    pile.ends(register, { reason: 'Remote' });
    expect(pile.ended.reason).toBe('full');
  });

  it('readings that a reconnected pile replays do not look like a full battery', () => {
    const pile = Pile.charging();
    pile.after(MINUTE);
    const before = pile.now;
    pile.loses(30 * MINUTE);
    pile.returns();
    pile.meters({ at: epochMs(before + MINUTE), powerW: 0, energyWh: 50_000 });
    pile.meters({ at: epochMs(before + 2 * MINUTE), powerW: 500, energyWh: 50_008 });
    expect(pile.sent('remoteStop')).toHaveLength(0);
  });
});

describe('who ends a charge names the reason on the receipt', () => {
  it.each([
    ['EVDisconnected', 'unplugged'],
    ['Local', 'device'],
    ['EmergencyStop', 'device-fault'],
    ['PowerLoss', 'power-loss'],
    ['Remote', 'operator'],
    ['SomethingNew', 'device'],
    [undefined, 'device'],
  ])('the device, with %s', (reason, told) => {
    const pile = Pile.charging();
    pile.draws(500, 5, 50_000);
    pile.ends(50_041, { reason });
    expect(pile.ended.reason).toBe(told);
  });

  it('the operator; a rider who then presses stop as well changes nothing', () => {
    const pile = Pile.charging();
    pile.stops('A', 'operator');
    expect(pile.stops('A')).toEqual({ ok: true });
    expect(pile.sent('remoteStop')).toHaveLength(1);
    pile.ends(50_000, { reason: 'Remote' });
    expect(pile.ended.reason).toBe('operator');
    expect(pile.stops('A')).toEqual({ ok: false, error: { code: 'order_not_live' } });
  });

  it('the rider who had unplugged long before somebody pressed stop for a pile without network', () => {
    const pile = Pile.charging();
    const register = pile.draws(500, 10, 50_000);
    const unplugged = epochMs(pile.now + MINUTE);
    pile.loses(2 * HOUR);
    pile.stops('A', 'operator');
    pile.after(MINUTE);
    pile.returns();
    pile.ends(register + 8, { reason: 'EVDisconnected', at: unplugged });
    expect(pile.ended).toMatchObject({ reason: 'unplugged', endedAt: unplugged });
  });
});

describe('a tariff by power', () => {
  const tiers = { rules: tierTariff() };

  it('is decided by minutes, not by the steps of a register read every ten seconds', () => {
    const pile = Pile.charging(tiers);
    // 180 W is half a Wh each ten seconds: single steps look like 0 W and 360 W in turn.
    for (let step = 1; step <= 180; step += 1) {
      pile.after(10 * SECOND);
      pile.meters({ powerW: 180, energyWh: 50_000 + Math.floor(step / 2) });
    }
    expect(liveView(pile.state, 'A', pile.now)?.energyWh).toBe(90);
    pile.ends(50_090, { reason: 'EVDisconnected' });
    expect(pile.ended.usage.ms).toEqual([30 * MINUTE, 0, 0]);
  });

  it('nor by the fine readings a StopTransaction brings along', () => {
    const pile = Pile.charging(tiers);
    pile.after(10 * MINUTE);
    const readings = Array.from({ length: 60 }, (_, step) => ({
      at: epochMs(pile.now - 10 * MINUTE + (step + 1) * 10 * SECOND),
      energyWh: 50_000 + Math.floor((step + 1) / 2),
    }));
    pile.ends(50_030, { reason: 'EVDisconnected', readings });
    expect(pile.ended.usage).toMatchObject({ ms: [10 * MINUTE, 0, 0], energyWh: 30 });
  });

  it('takes the last minutes in when the device loses the transaction', () => {
    const pile = Pile.charging(tiers);
    pile.draws(600, 8, 50_000);
    pile.says(1, 'Available');
    pile.after(5 * MINUTE);
    expect(pile.ended).toMatchObject({
      reason: 'lost',
      meterStopWh: 50_080,
      usage: { energyWh: 80, ms: [0, 0, 8 * MINUTE] },
    });
  });
});
