import { describe, expect, it } from 'vitest';
import { DAY, epochMs, HOUR, MINUTE, SECOND } from '../units.ts';
import { LIMITS } from './charger-state.ts';
import { liveView } from './live-view.ts';
import { MORNING, Pile } from './pile.test-support.ts';

describe('a message that is repeated under a new id changes nothing', () => {
  it('the start gets the same transaction again, running or ended', () => {
    const pile = Pile.online();
    pile.wants('A');
    const start = { at: epochMs(pile.now + SECOND) };
    const first = pile.begins(start);
    pile.after(MINUTE);
    expect(pile.begins(start)).toEqual(first);
    pile.ends(50_010);
    expect(pile.begins(start)).toEqual(first);
    expect(pile.told('charging.started')).toHaveLength(1);
    expect(pile.state.nextTransactionId).toBe(2);
  });

  it('so does a start dated anew by a device that has set its clock in between', () => {
    const pile = Pile.charging();
    pile.after(30 * SECOND);
    expect(pile.begins()).toEqual({ transactionId: 1, accepted: true });
    expect(pile.sent('remoteStop')).toEqual([]);
  });

  it('the stop ends the order once, whether it names the transaction or −1', () => {
    const pile = Pile.charging();
    pile.after(MINUTE);
    const stop = { transactionId: -1, at: pile.now };
    pile.ends(50_010, stop);
    pile.ends(50_010, stop);
    pile.ends(50_010, { at: pile.now });
    expect(pile.told('charging.ended')).toHaveLength(1);
    expect(pile.told('charging.quarantined')).toEqual([]);
  });
});

describe('an idTag is the same in any case (OCPP 1.6 §7.28)', () => {
  it('at the start, in a late start and at an offline end', () => {
    const pile = Pile.online();
    pile.wants('a', { idTag: 'abc123' });
    expect(pile.begins({ idTag: 'ABC123' })).toMatchObject({ accepted: true });
    pile.ends(50_010, { transactionId: -1, idTag: 'Abc123' });
    expect(pile.ended.orderId).toBe('a');

    pile.wants('b', { idTag: 'def456' });
    pile.after(2 * MINUTE);
    pile.begins({ idTag: 'DEF456', at: epochMs(pile.now - MINUTE) });
    expect(pile.state.sessions[1]).toMatchObject({ late: true, order: { orderId: 'b' } });
  });
});

describe('a charge that was made without network is replayed', () => {
  it.each([-1, 0])(
    'with transactionId %i throughout, and is billed by its own timestamps',
    (transactionId) => {
      const pile = Pile.online();
      pile.wants('A');
      pile.answers('accepted');
      const began = epochMs(pile.now + 10 * SECOND);
      pile.loses(2 * HOUR);
      pile.returns();
      pile.begins({ at: began });
      for (let minute = 1; minute <= 60; minute += 1) {
        pile.meters(
          { at: epochMs(began + minute * MINUTE), energyWh: 50_000 + 10 * minute, powerW: 600 },
          { transactionId },
        );
      }
      expect(liveView(pile.state, 'A', pile.now)).toMatchObject({ energyWh: 600, powerW: 600 });
      pile.ends(50_605, { transactionId, reason: 'EVDisconnected', at: epochMs(began + 61 * MINUTE) });
      expect(pile.ended).toMatchObject({
        orderId: 'A',
        reason: 'unplugged',
        late: true,
        startedAt: began,
        endedAt: began + 61 * MINUTE,
        usage: { energyWh: 605 },
      });
      expect(pile.attention).toEqual([]);
    },
  );

  it('for a card of the days before us: it is accepted, never billed, and shown to an operator', () => {
    const pile = Pile.online();
    pile.loses(3 * HOUR);
    pile.returns();
    const began = epochMs(MORNING + MINUTE);
    expect(pile.begins({ idTag: 'WHITE-CARD', at: began })).toEqual({ transactionId: 1, accepted: true });
    pile.meters({ at: epochMs(began + HOUR), energyWh: 50_300 }, { transactionId: -1 });
    const ended = epochMs(began + 2 * HOUR);
    pile.ends(50_400, { transactionId: -1, idTag: 'white-card', at: ended });
    expect(pile.told('charging.quarantined')).toEqual([
      {
        type: 'charging.quarantined',
        reason: 'unknown-tag',
        id: '1',
        outletNo: 1,
        idTag: 'WHITE-CARD',
        orderId: null,
        startedAt: began,
        endedAt: ended,
        energyWh: 400,
        evidence: { meterStartWh: 50_000, meterStopWh: 50_400, reason: null },
      },
    ]);
    expect(pile.sent('remoteStop')).toEqual([]);
    expect(pile.state.strays).toEqual([]);
  });

  it('and a stop of something nobody saw begin is kept as evidence, once', () => {
    const pile = Pile.online();
    const stop = { transactionId: 4711, idTag: undefined, at: pile.now };
    pile.ends(123, stop);
    pile.ends(123, stop);
    expect(pile.told('charging.quarantined')).toMatchObject([
      { reason: 'unknown-transaction', evidence: { transactionId: 4711, meterStopWh: 123 } },
    ]);
  });
});

describe('a transaction that nobody ordered', () => {
  const tapped = () => {
    const pile = Pile.online();
    pile.after(MINUTE);
    expect(pile.begins({ idTag: 'WHITE-CARD' })).toEqual({ transactionId: 1, accepted: false });
    return pile;
  };

  it('is refused and stopped, and its end is kept as evidence', () => {
    const pile = tapped();
    expect(pile.lastCommand).toMatchObject({ type: 'remoteStop', transactionId: 1 });
    pile.ends(50_003, { idTag: 'WHITE-CARD', reason: 'DeAuthorized' });
    expect(pile.told('charging.quarantined')).toMatchObject([{ reason: 'unknown-tag', energyWh: 3 }]);
    pile.after(2 * DAY);
    expect(pile.sent('remoteStop')).toHaveLength(1);
    expect(pile.told('charging.quarantined')).toHaveLength(1);
  });

  it('and goes on giving power is asked to stop again, then the outlet is taken out of service', () => {
    const pile = tapped();
    pile.says(1, 'Charging');
    pile.after(10 * MINUTE);
    expect(pile.sent('remoteStop')).toHaveLength(3);
    expect(pile.sent('disableOutlet')).toMatchObject([{ outletNo: 1 }]);
    expect(pile.alarms).toEqual(['stop-unanswered']);
    pile.after(HOUR);
    expect(pile.commands).toHaveLength(4);
  });

  it('which the device never really began costs nobody the outlet', () => {
    const pile = tapped();
    pile.after(DAY);
    expect(pile.sent('disableOutlet')).toEqual([]);
    expect(pile.alarms).toEqual([]);
    expect(pile.wants('B')).toEqual({ ok: true });
  });

  it('never takes a rider’s own outlet, or the whole pile, out of service', () => {
    const pile = Pile.charging();
    pile.begins({ idTag: 'WHITE-CARD', at: MORNING });
    pile.says(0, 'Charging');
    pile.begins({ idTag: 'WHITE-CARD', outletNo: 0, meterStartWh: 1 });
    pile.begins({ idTag: 'WHITE-CARD', outletNo: 99, meterStartWh: 1 });
    pile.draws(500, 10, 50_000);
    expect(pile.sent('disableOutlet')).toEqual([]);
    expect(pile.told('charging.ended')).toEqual([]);
  });

  it('is cut like any other when it becomes dangerous', () => {
    const pile = Pile.online();
    pile.loses(HOUR);
    pile.returns();
    pile.begins({ idTag: 'WHITE-CARD', at: MORNING });
    pile.meters({ energyWh: 50_500, powerW: 300 });
    expect(pile.sent('remoteStop')).toEqual([]);
    pile.meters({ energyWh: 50_600, temperatureDeciC: 950 });
    pile.meters({ energyWh: 50_610, temperatureDeciC: 950 });
    expect(pile.sent('remoteStop')).toHaveLength(1);
    expect(pile.alarms).toEqual(['over-temperature']);
  });

  it('and whose end is never told is handed over with what its meter said last', () => {
    const pile = Pile.online();
    pile.loses(HOUR);
    pile.returns();
    pile.begins({ idTag: 'WHITE-CARD', at: MORNING });
    pile.meters({ energyWh: 50_500 });
    pile.after(12 * HOUR + DAY);
    expect(pile.told('charging.quarantined')).toMatchObject([{ idTag: 'WHITE-CARD', energyWh: 500 }]);
    expect(pile.state.strays).toEqual([]);
    pile.ends(50_700, { idTag: 'WHITE-CARD' });
    expect(pile.told('charging.quarantined')).toHaveLength(1);
  });

  it('is not forgotten however many there are', () => {
    const pile = Pile.online();
    const many = LIMITS.straysKept + 10;
    for (let card = 0; card < many; card += 1) pile.begins({ idTag: `CARD-${card}`, outletNo: 2 });
    expect(pile.state.strays).toHaveLength(LIMITS.straysKept);
    pile.after(2 * DAY);
    const tags = pile.told('charging.quarantined').map((event) => event.idTag);
    expect(new Set(tags).size).toBe(many);
    expect(tags).toHaveLength(many);
  });
});

describe('ids that another platform gave to this pile', () => {
  it('are not given again, so that the end of our own transaction is never taken for a repeat', () => {
    const pile = Pile.online();
    pile.ends(900, { transactionId: 3, idTag: 'OLD' });
    const ids = ['A', 'B', 'C'].map((orderId) => {
      pile.wants(orderId);
      const { transactionId } = pile.begins({ idTag: `TAG-${orderId}` });
      pile.ends(50_010, { transactionId, idTag: `TAG-${orderId}` });
      return transactionId;
    });
    expect(ids).toEqual([4, 5, 6]);
    expect(pile.told('charging.ended').map((end) => end.orderId)).toEqual(['A', 'B', 'C']);
  });

  it('however absurd: ours stay small', () => {
    const pile = Pile.online();
    pile.ends(900, { transactionId: 2 ** 31 - 1, idTag: 'OLD' });
    expect(pile.state.nextTransactionId).toBe(1);
  });
});

describe('what a device says of outlets it cannot have', () => {
  it('is not kept', () => {
    const pile = Pile.online();
    for (let outletNo = 3; outletNo < 5000; outletNo += 1) pile.says(outletNo, 'Available');
    pile.says(-1, 'Faulted');
    expect(Object.keys(pile.state.outlets).length).toBeLessThanOrEqual(LIMITS.highestOutletNo);
    expect(pile.alarms).toEqual([]);
  });
});
