import { describe, expect, it } from 'vitest';
import { DAY, epochMs, HOUR, MINUTE, SECOND } from '../units.ts';
import { Pile } from './pile.test-support.ts';

describe('danger cuts the power first and asks afterwards', () => {
  it('over-power', () => {
    const pile = Pile.charging();
    pile.after(MINUTE);
    pile.meters({ powerW: 1150, energyWh: 50_019 });
    expect(pile.sent('remoteStop')).toHaveLength(0);
    pile.meters({ powerW: 1151, energyWh: 50_019 });
    expect(pile.sent('remoteStop')).toHaveLength(1);
    expect(pile.told('charger.alarm')).toMatchObject([
      { kind: 'over-power', severity: 'critical', outletNo: 1, detail: { orderId: 'A', powerW: 1151 } },
    ]);
    pile.ends(50_020, { reason: 'Remote' });
    expect(pile.ended.reason).toBe('over-power');
    expect(pile.attention).toEqual(['safety-stop']);
  });

  it('over-temperature', () => {
    const pile = Pile.charging();
    pile.after(MINUTE);
    pile.meters({ powerW: 500, temperatureDeciC: 699 });
    expect(pile.commands).toHaveLength(1);
    pile.meters({ temperatureDeciC: 700 }, { transactionId: undefined });
    expect(pile.alarms).toEqual(['over-temperature']);
    pile.ends(50_010, { reason: 'Remote' });
    expect(pile.ended.reason).toBe('over-temperature');
  });

  it('over-time, though the pile has said nothing for hours', () => {
    const pile = Pile.charging();
    pile.after(12 * HOUR);
    expect(pile.sent('remoteStop')).toHaveLength(1);
    expect(pile.told('charger.alarm')).toMatchObject([{ kind: 'over-time', severity: 'major' }]);
    pile.ends(52_000, { reason: 'Remote' });
    expect(pile.ended).toMatchObject({ reason: 'over-time', usage: { energyWh: 2000 } });
  });

  it('a peak between two quiet values of one message is seen', () => {
    const pile = Pile.charging();
    pile.after(MINUTE);
    const readings = [500, 4000, 500].map((powerW, index) => ({
      at: epochMs(pile.now - 30 * SECOND + index * 10 * SECOND),
      powerW,
    }));
    pile.does({ type: 'readings', report: { outletNo: 1, transactionId: 1, readings } });
    expect(pile.alarms).toEqual(['over-power']);
  });

  it('which arises while the pile ignores an ordinary stop raises its own alarm and is asked for at once', () => {
    const pile = Pile.charging();
    pile.after(MINUTE);
    const pressed = pile.now;
    pile.stops('A');
    pile.after(10 * SECOND);
    pile.meters({ powerW: 600, energyWh: 50_012, temperatureDeciC: 900 });
    pile.meters({ powerW: 600, energyWh: 50_013, temperatureDeciC: 910 });
    expect(pile.alarms).toEqual(['over-temperature']);
    expect(pile.sent('remoteStop')).toHaveLength(2);
    // The rider's money is not held any longer for it.
    expect(pile.state.sessions[1]).toMatchObject({ reason: 'over-temperature', decidedAt: pressed });
    pile.ends(50_014, { reason: 'Remote' });
    expect(pile.ended.reason).toBe('over-temperature');
  });

  it('a register that steps by ten Wh is no danger, nor are two values a moment apart', () => {
    const pile = Pile.charging();
    for (let step = 1; step <= 90; step += 1) {
      pile.after(10 * SECOND);
      pile.meters({ energyWh: 50_000 + Math.floor(step / 6) * 10 });
      pile.after(300);
      pile.meters({ energyWh: 50_000 + Math.floor((step + 1) / 6) * 10 });
    }
    expect(pile.alarms).toEqual([]);
    expect(pile.sent('remoteStop')).toHaveLength(0);
  });
});

describe('a stop that the device does not follow', () => {
  it('is asked for three times, then the outlet is taken out of service and an operator told', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.stops('A');
    pile.after(45 * SECOND);
    expect(pile.sent('remoteStop')).toHaveLength(2);
    pile.after(45 * SECOND);
    expect(pile.sent('remoteStop')).toHaveLength(3);
    expect(pile.attention).toEqual([]);
    pile.after(45 * SECOND);
    expect(pile.sent('remoteStop')).toHaveLength(3);
    expect(pile.sent('disableOutlet')).toMatchObject([{ outletNo: 1 }]);
    expect(pile.attention).toEqual(['stop-unanswered']);
    expect(pile.told('charger.alarm')).toMatchObject([
      { kind: 'stop-unanswered', severity: 'major', outletNo: 1 },
    ]);
    pile.after(HOUR);
    expect(pile.sent('disableOutlet')).toHaveLength(1);
    expect(pile.sent('remoteStop').length).toBeGreaterThan(4);
    expect(new Set(pile.commands.map((command) => command.commandId)).size).toBe(pile.commands.length);
    pile.ends(50_300, { reason: 'Remote' });
    expect(pile.ended.reason).toBe('rider');
  });

  it('because it has just ended by itself does not cost the outlet', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.stops('A');
    for (let second = 0; second < 15; second += 1) {
      pile.answers('rejected');
      pile.after(SECOND);
    }
    pile.ends(50_100, { reason: 'EVDisconnected' });
    expect(pile.sent('disableOutlet')).toEqual([]);
    expect(pile.sent('remoteStop')).toHaveLength(2);
    expect(pile.alarms).toEqual([]);
    expect(pile.told('charging.ended')).toHaveLength(1);
  });

  it('because the connection is gone is decided at once and asked for when the pile is back', () => {
    const pile = Pile.charging();
    pile.after(MINUTE);
    pile.loses(MINUTE);
    pile.stops('A');
    pile.after(3 * HOUR);
    expect(pile.sent('remoteStop')).toEqual([]);
    expect(pile.wakeUps).toBeLessThan(5);
    pile.returns();
    pile.after(5 * SECOND);
    expect(pile.sent('remoteStop')).toHaveLength(1);
    pile.ends(51_000, { reason: 'Remote' });
    expect(pile.ended.reason).toBe('rider');
  });

  it('and loses the connection over it is asked again soon after the pile returns', () => {
    const pile = Pile.charging();
    pile.stops('A');
    pile.after(SECOND);
    pile.loses(10 * MINUTE);
    pile.returns();
    pile.after(5 * SECOND);
    expect(pile.sent('remoteStop')).toHaveLength(2);
    pile.ends(50_300);
    pile.after(HOUR);
    expect(pile.sent('remoteStop')).toHaveLength(2);
    expect(pile.told('charging.ended')).toHaveLength(1);
  });
});

describe('no money is held for ever', () => {
  it.each(['on a line that stays mute', 'offline for good'])('when the device is %s after a stop', (how) => {
    const pile = Pile.charging();
    const register = pile.draws(600, 10, 50_000);
    const heard = pile.now;
    if (how === 'offline for good') pile.does({ type: 'disconnected' });
    pile.stops('A');
    pile.after(DAY - 1);
    expect(pile.told('charging.ended')).toEqual([]);
    pile.after(1);
    expect(pile.ended).toMatchObject({
      reason: 'lost',
      endedAt: heard,
      meterStopWh: register,
      usage: { energyWh: 100 },
    });
    expect(pile.attention).toContain('vanished');
    expect(pile.wakeUps).toBeLessThan(200);

    // Its StopTransaction after all: the order has been settled, and is not settled again.
    pile.returns();
    pile.ends(50_900, { reason: 'EVDisconnected' });
    expect(pile.told('charging.ended')).toHaveLength(1);
    expect(pile.told('charging.quarantined')).toEqual([]);
  });

  it('when the device disappears in the middle of a charge and nobody does anything', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.loses(12 * HOUR + DAY);
    expect(pile.ended).toMatchObject({ reason: 'lost', usage: { energyWh: 100 } });
    expect(pile.attention).toEqual(['no-readings', 'safety-stop', 'vanished']);
    expect(pile.wakeUps).toBeLessThan(10);
    expect(pile.state.sessions).toEqual({});
  });
});

describe('the device says the outlet is free although we think it charges', () => {
  it('and the charge ends with what the meter said last; its StopTransaction comes too late to matter', () => {
    const pile = Pile.charging();
    const register = pile.draws(600, 10, 50_000);
    const heard = pile.now;
    pile.after(SECOND);
    pile.says(1, 'Available');
    pile.after(5 * MINUTE - 1);
    expect(pile.told('charging.ended')).toEqual([]);
    pile.after(1);
    expect(pile.ended).toMatchObject({ reason: 'lost', endedAt: heard, meterStopWh: register });
    expect(pile.attention).toEqual(['vanished']);
    pile.ends(50_300, { reason: 'PowerLoss' });
    pile.ends(50_300, { reason: 'PowerLoss' });
    expect(pile.told('charging.ended')).toHaveLength(1);
    expect(pile.told('charging.quarantined')).toEqual([]);
    expect(pile.wants('B')).toEqual({ ok: true });
  });

  it('and its StopTransaction, still on the way, is waited for', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.says(1, 'Finishing');
    pile.after(4 * MINUTE);
    pile.ends(50_105, { reason: 'EVDisconnected' });
    expect(pile.ended).toMatchObject({ reason: 'unplugged', usage: { energyWh: 105 } });
  });

  it('as a pile does that lost power and still feels the plug', () => {
    const pile = Pile.charging();
    const register = pile.draws(600, 10, 50_000);
    pile.loses(2 * MINUTE);
    pile.returns();
    pile.says(1, 'Preparing');
    pile.after(5 * MINUTE);
    expect(pile.ended).toMatchObject({ reason: 'lost', meterStopWh: register });
  });

  it('but goes on metering: it was a slip', () => {
    const pile = Pile.charging();
    const register = pile.draws(600, 10, 50_000);
    pile.says(1, 'Available');
    pile.draws(600, 20, register);
    expect(pile.told('charging.ended')).toEqual([]);
  });

  it('and idle clock-aligned values without a transaction do not keep the charge alive', () => {
    const pile = Pile.charging();
    const register = pile.draws(600, 10, 50_000);
    pile.says(1, 'Available');
    for (let minute = 0; minute < 6; minute += 1) {
      pile.after(MINUTE);
      pile.meters({ energyWh: register }, { transactionId: undefined });
    }
    expect(pile.ended.reason).toBe('lost');
  });

  it('again and again, without ever having said Charging', () => {
    const pile = Pile.online();
    pile.wants('A');
    pile.begins();
    pile.says(1, 'Available');
    const register = pile.draws(600, 10, 50_000);
    pile.says(1, 'Available');
    expect(pile.state.sessions[1]).toMatchObject({ metering: { vanishedSince: null } });
    pile.loses(3 * MINUTE);
    pile.returns();
    pile.does({ type: 'booted', firmware: '1.0.3' });
    pile.says(1, 'Available');
    pile.after(5 * MINUTE);
    expect(pile.ended).toMatchObject({ reason: 'lost', meterStopWh: register });
  });

  it('by beginning another transaction there', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.after(MINUTE);
    pile.begins({ idTag: 'WHITE-CARD', meterStartWh: 50_110 });
    pile.after(5 * MINUTE);
    expect(pile.ended.reason).toBe('lost');
  });
});

describe('an operator closes an order by hand', () => {
  it('and nothing more is heard of it', () => {
    const pile = Pile.charging();
    pile.draws(600, 10, 50_000);
    pile.does({ type: 'abandon', orderId: 'A' });
    pile.ends(50_200);
    pile.after(2 * DAY);
    expect(pile.told('charging.ended')).toEqual([]);
    expect(pile.told('charging.quarantined')).toEqual([]);
    expect(pile.state.sessions).toEqual({});
  });
});
