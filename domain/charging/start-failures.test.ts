import { describe, expect, it } from 'vitest';
import { epochMs, HOUR, MINUTE, SECOND } from '../units.ts';
import { LIMITS } from './charger-state.ts';
import { orderFor, PILE, Pile, START_DEADLINE } from './pile.test-support.ts';
import type { ChargerInput, CommandAnswer } from './reduce-charger.ts';

const requested = (): Pile => {
  const pile = Pile.online();
  pile.wants('A');
  return pile;
};

const refusal = (pile: Pile, changes: Parameters<typeof orderFor>[1] = {}) => pile.wants('A', changes);

describe('a start is refused before anything is asked of the device', () => {
  it.each([0, -1, 3, 99])('for outlet %i, which this pile does not have', (outletNo) => {
    const pile = Pile.online();
    expect(refusal(pile, { outletNo })).toEqual({ ok: false, error: { code: 'outlet_not_found' } });
  });

  const offline = { ok: false, error: { code: 'device_offline' } };

  it('while the pile is offline, or has not booted yet', () => {
    const pile = Pile.online();
    pile.does({ type: 'disconnected' });
    expect(refusal(pile)).toEqual(offline);
    const fresh = new Pile();
    fresh.does({ type: 'profile', profile: PILE });
    fresh.does({ type: 'connected' });
    expect(refusal(fresh)).toEqual(offline);
    expect([...pile.commands, ...fresh.commands]).toEqual([]);
  });

  const said = (status: Extract<ChargerInput, { type: 'status' }>['status'], outletNo = 1) => {
    const pile = Pile.online();
    pile.says(outletNo, status);
    return refusal(pile);
  };

  it('while the outlet is faulted, out of service or already gives power; a plug that waits is fine', () => {
    for (const status of ['Faulted', 'Unavailable', 'Reserved'] as const) {
      expect(said(status)).toMatchObject({ ok: false, error: { code: 'outlet_unavailable' } });
    }
    for (const status of ['Charging', 'SuspendedEV', 'SuspendedEVSE'] as const) {
      expect(said(status)).toMatchObject({ ok: false, error: { code: 'outlet_occupied' } });
    }
    expect(said('Preparing')).toEqual({ ok: true });
    expect(said('Unavailable', 0)).toMatchObject({ ok: false, error: { code: 'outlet_unavailable' } });
    expect(said('Faulted', 2)).toEqual({ ok: true });
  });

  it('for ever, once settlement has asked after an order that never reached us', () => {
    const pile = Pile.online();
    expect(pile.does({ type: 'reconcile', orderId: 'A' })).toBe('fenced');
    expect(pile.does({ type: 'reconcile', orderId: 'A' })).toBe('fenced');
    expect(refusal(pile)).toEqual({ ok: false, error: { code: 'order_not_live' } });
    expect(pile.begins()).toMatchObject({ accepted: false });
    expect(pile.told('charging.started')).toEqual([]);
  });

  it('once it is so old that its money has been given back', () => {
    const pile = Pile.online();
    expect(pile.wants('A', { createdAt: epochMs(pile.now - LIMITS.startWithin - 1) })).toEqual({
      ok: false,
      error: { code: 'order_not_live' },
    });
    expect(pile.wants('A', { createdAt: epochMs(pile.now - LIMITS.startWithin) })).toEqual({ ok: true });
  });

  it('but settlement is told that an order lives, or has ended', () => {
    const pile = requested();
    expect(pile.does({ type: 'reconcile', orderId: 'A' })).toBe('live');
    pile.begins();
    expect(pile.does({ type: 'reconcile', orderId: 'A' })).toBe('live');
    pile.ends(50_000);
    expect(pile.does({ type: 'reconcile', orderId: 'A' })).toBe('ended');
  });
});

describe('a start that comes to nothing is told once, and the outlet is free again', () => {
  const ways: [string, (pile: Pile) => void, string][] = [
    ...(['offline', 'rejected', 'error', 'timeout'] as const).map(
      (answer: CommandAnswer): [string, (pile: Pile) => void, string] => [
        `the device answers: ${answer}`,
        (pile) => pile.does({ type: 'answer', commandId: pile.lastCommand.commandId, answer }),
        `device-${answer}`,
      ],
    ),
    ['nobody answers', () => {}, 'device-timeout'],
    ['it is accepted and nothing follows', (pile) => pile.answers('accepted'), 'no-start'],
    [
      'the outlet turns out to be faulted',
      (pile) => pile.says(1, 'Faulted', 'GroundFailure'),
      'outlet-faulted',
    ],
    ['the rider changes their mind', (pile) => pile.stops('A'), 'cancelled'],
    ['the connection is lost', (pile) => pile.does({ type: 'disconnected' }), 'device-timeout'],
  ];

  it.each(ways)('%s', (_way, happens, reason) => {
    const pile = requested();
    const { commandId } = pile.lastCommand;
    happens(pile);
    pile.after(START_DEADLINE);
    expect(pile.failures).toEqual([`A ${reason}`]);
    expect(pile.state.sessions).toEqual({});

    // Whatever comes too late about it changes nothing any more, and it is not tried again.
    for (const answer of ['accepted', 'rejected', 'timeout'] as const)
      pile.does({ type: 'answer', commandId, answer });
    pile.stops('A');
    pile.after(HOUR);
    expect(pile.failures).toHaveLength(1);
    expect(pile.sent('remoteStart')).toHaveLength(1);
    expect(refusal(pile)).toMatchObject({ ok: false });

    pile.returns();
    pile.says(1, 'Available');
    expect(pile.wants('B')).toEqual({ ok: true });
  });
});

describe('a start that is told too late', () => {
  it('but was made in time gives the rider the charge, marked late because the hold is gone', () => {
    const pile = requested();
    const began = epochMs(pile.now + 20 * SECOND);
    pile.after(5 * SECOND).loses(10 * MINUTE);
    expect(pile.failures).toEqual(['A device-timeout']);
    pile.returns();
    expect(pile.begins({ at: began })).toEqual({ transactionId: 1, accepted: true });
    expect(pile.told('charging.started')).toEqual([{ type: 'charging.started', orderId: 'A', at: began }]);
    expect(pile.sent('remoteStop')).toEqual([]);
    expect(pile.does({ type: 'reconcile', orderId: 'A' })).toBe('live');
    pile.draws(600, 10, 50_100);
    pile.ends(50_200, { reason: 'EVDisconnected' });
    expect(pile.ended).toMatchObject({ late: true, startedAt: began, usage: { energyWh: 200 } });

    // The device tells it again, with another clock: the order has had its charge.
    expect(pile.begins({ at: epochMs(began + 7) })).toMatchObject({ transactionId: 2 });
    pile.ends(50_300, { transactionId: 2 });
    expect(pile.told('charging.started')).toHaveLength(1);
    expect(pile.told('charging.ended')).toHaveLength(1);
  });

  it('stays late, however many other starts fail before it ends', () => {
    const pile = requested();
    pile.after(START_DEADLINE);
    pile.begins({ at: epochMs(pile.now - SECOND) });
    for (let attempt = 0; attempt < 3 * LIMITS.abandonedKept; attempt += 1) {
      pile.wants(`other-${attempt}`, { outletNo: 2 });
      pile.stops(`other-${attempt}`);
    }
    pile.ends(50_050);
    expect(pile.ended).toMatchObject({ orderId: 'A', late: true });
  });

  it('and after the deadline is stopped, and what it drew is kept as evidence', () => {
    const pile = requested();
    pile.after(5 * MINUTE);
    expect(pile.begins()).toEqual({ transactionId: 1, accepted: false });
    expect(pile.lastCommand).toMatchObject({ type: 'remoteStop', transactionId: 1 });
    pile.after(3 * SECOND);
    pile.ends(50_002, { reason: 'DeAuthorized' });
    expect(pile.told('charging.quarantined')).toMatchObject([
      { orderId: 'A', reason: 'started-after-deadline', energyWh: 2, outletNo: 1 },
    ]);
    expect(pile.told('charging.started')).toEqual([]);
  });

  it('is not forced on a rider who has cancelled', () => {
    const pile = requested();
    pile.answers('accepted');
    pile.after(3 * SECOND);
    pile.stops('A');
    pile.after(SECOND);
    expect(pile.begins({ at: epochMs(pile.now - 2 * SECOND) })).toMatchObject({ accepted: false });
    expect(pile.sent('remoteStop')).toHaveLength(1);
    pile.ends(50_000, { reason: 'DeAuthorized' });
    expect(pile.failures).toEqual(['A cancelled']);
    expect(pile.told('charging.started')).toEqual([]);
    expect(pile.told('charging.quarantined')).toMatchObject([{ orderId: 'A', energyWh: 0 }]);
  });

  it('is not heard of again once an operator has closed the order by hand', () => {
    const pile = requested();
    pile.after(START_DEADLINE);
    pile.does({ type: 'abandon', orderId: 'A' });
    pile.begins({ at: epochMs(pile.now - SECOND) });
    expect(pile.told('charging.started')).toEqual([]);
  });

  it('takes the outlet from a rider whose own start is still under way, and tells them', () => {
    const pile = requested();
    const began = epochMs(pile.now + SECOND);
    pile.loses(2 * MINUTE);
    pile.returns();
    pile.wants('B');
    pile.begins({ at: began });
    expect(pile.failures).toEqual(['A device-timeout', 'B device-error']);
    expect(pile.state.sessions[1]).toMatchObject({ phase: 'charging', order: { orderId: 'A' } });
  });

  it('never displaces a rider who is charging by now', () => {
    const pile = requested();
    const began = epochMs(pile.now + SECOND);
    pile.loses(2 * MINUTE);
    pile.returns();
    pile.wants('B');
    pile.begins({ idTag: 'TAG-B', meterStartWh: 50_080 });
    expect(pile.begins({ at: began })).toEqual({ transactionId: 2, accepted: true });
    pile.ends(50_080, { transactionId: 2 });
    expect(pile.told('charging.quarantined')).toMatchObject([
      { orderId: 'A', reason: 'displaced', energyWh: 80 },
    ]);
    pile.ends(50_100, { idTag: 'TAG-B' });
    expect(pile.ended).toMatchObject({ orderId: 'B', late: false, usage: { energyWh: 20 } });
  });

  it('at another outlet is not this order, and takes nothing from whoever charges at the outlet it was for', () => {
    const pile = requested();
    pile.after(START_DEADLINE);
    pile.wants('B');
    pile.begins({ idTag: 'TAG-B' });
    expect(pile.begins({ outletNo: 2, meterStartWh: 9, at: epochMs(pile.now - MINUTE) })).toMatchObject({
      accepted: false,
    });
    expect(pile.state.sessions).toMatchObject({ 1: { phase: 'charging', order: { orderId: 'B' } } });
  });

  it('with a clock that is years behind costs no time from before the order', () => {
    const pile = requested();
    pile.loses(2 * MINUTE);
    pile.returns();
    pile.begins({ at: epochMs(0) });
    pile.after(10 * MINUTE);
    pile.ends(50_090, { at: epochMs(12 * MINUTE) });
    expect(pile.ended.startedAt).toBe(orderFor('A').createdAt);
    expect(pile.ended.usage.energyWh).toBe(90);
  });
});
