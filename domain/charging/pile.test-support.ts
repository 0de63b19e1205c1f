import { expect } from 'vitest';
import { flatEnergyTariff } from '../pricing/sample-tariffs.test-support.ts';
import { type EpochMs, epochMs, fen, MINUTE, SECOND } from '../units.ts';
import { type ChargerProfile, type ChargerState, type Effect, EMPTY_CHARGER } from './charger-state.ts';
import type { ChargerEvent } from './charging-event.ts';
import { billOf, type MeterReading } from './metering.ts';
import { type ChargerInput, type ChargerReply, nextDeadline, reduceCharger } from './reduce-charger.ts';
import type { ChargingOrder } from './session.ts';
import type { TransactionStartReply } from './start-charging.ts';

export type EventOf<Type extends ChargerEvent['type']> = Extract<ChargerEvent, { type: Type }>;
export type Command = Exclude<Effect, { type: 'emit' }>;

/** 2026-03-02 10:00 in Shanghai. */
export const MORNING = epochMs(Date.UTC(2026, 2, 2, 2));

/** A pile of the street corner: rated 1 kW an outlet, twelve hours at most. */
export const PILE: ChargerProfile = {
  chargerId: 'pile-1',
  siteId: 'site-1',
  outlets: 2,
  ratedPowerW: 1000,
  maxTemperatureDeciC: 700,
  maxSessionMinutes: 720,
};

/** An order for a full charge at ¥0.60 + ¥0.40 a kWh with ¥20 held. */
export function orderFor(orderId: string, changes: Partial<ChargingOrder> = {}): ChargingOrder {
  return {
    orderId,
    riderId: `rider-of-${orderId}`,
    outletNo: 1,
    idTag: `TAG-${orderId}`,
    limit: { kind: 'full' },
    rules: flatEnergyTariff(6000, 4000),
    memberDiscountBp: 0,
    holdFen: fen(2000),
    createdAt: MORNING,
    ...changes,
  };
}

/** A pile with its platform side: what happens to it is told in order, and it wakes at every deadline by itself. */
export class Pile {
  state: ChargerState = EMPTY_CHARGER;
  now: EpochMs = MORNING;
  /** What the device's own clock is ahead of ours. */
  clockAheadMs = 0;
  readonly events: ChargerEvent[] = [];
  readonly commands: Command[] = [];
  wakeUps = 0;
  #inputs = 0;

  static online(changes: Partial<ChargerProfile> = {}): Pile {
    const pile = new Pile();
    pile.does({ type: 'profile', profile: { ...PILE, ...changes } });
    pile.does({ type: 'connected' });
    pile.does({ type: 'booted', firmware: '1.0.3' });
    pile.says(1, 'Available');
    pile.says(2, 'Available');
    return pile;
  }

  /** With an order that has begun at register 50,000 Wh. */
  static charging(changes: Partial<ChargingOrder> = {}, profile: Partial<ChargerProfile> = {}): Pile {
    const pile = Pile.online(profile);
    pile.wants('A', changes);
    pile.answers('accepted');
    pile.begins();
    pile.says(1, 'Charging');
    return pile;
  }

  does(input: ChargerInput): ChargerReply {
    this.#inputs += 1;
    const outcome = reduceCharger(this.state, input, `c${this.#inputs}`, this.now);
    if (!outcome.durable) expect(outcome.effects).toEqual([]);
    this.state = outcome.state;
    for (const effect of outcome.effects) {
      if (effect.type === 'emit') this.events.push(effect.event);
      else this.commands.push(effect);
    }
    return outcome.reply;
  }

  /** A rider pays for an order just now. */
  wants(orderId: string, changes: Partial<ChargingOrder> = {}): ChargerReply {
    return this.does({ type: 'start', order: orderFor(orderId, { createdAt: this.now, ...changes }) });
  }

  /** Lets time pass; deadlines are met on the way as the object's alarm meets them. */
  after(ms: number): this {
    const until = epochMs(this.now + ms);
    for (;;) {
      const wake = nextDeadline(this.state, this.now);
      if (wake === null || wake > until) break;
      this.now = wake;
      this.wakeUps += 1;
      this.does({ type: 'tick' });
      const next = nextDeadline(this.state, this.now);
      expect(next === null || next > this.now, 'an alarm that changes nothing would ring for ever').toBe(
        true,
      );
    }
    this.now = until;
    return this;
  }

  get deviceTime(): EpochMs {
    return epochMs(this.now + this.clockAheadMs);
  }

  /** The device's answer to our last command. */
  answers(answer: 'accepted' | 'rejected' | 'error' | 'timeout' | 'offline'): void {
    this.does({ type: 'answer', commandId: this.lastCommand.commandId, answer });
  }

  says(
    outletNo: number,
    status: Extract<ChargerInput, { type: 'status' }>['status'],
    errorCode = 'NoError',
  ): void {
    this.does({ type: 'status', outletNo, status, errorCode, at: this.now });
  }

  begins(
    changes: { outletNo?: number; idTag?: string; meterStartWh?: number; at?: EpochMs } = {},
  ): TransactionStartReply {
    const start = { outletNo: 1, idTag: 'TAG-A', meterStartWh: 50_000, at: this.deviceTime, ...changes };
    return this.does({ type: 'transaction-start', start }) as TransactionStartReply;
  }

  ends(
    meterStopWh: number,
    changes: {
      transactionId?: number;
      idTag?: string | undefined;
      reason?: string | undefined;
      at?: EpochMs;
      readings?: readonly MeterReading[];
    } = {},
  ): void {
    const stop = {
      transactionId: 1,
      idTag: 'TAG-A',
      meterStopWh,
      at: this.deviceTime,
      reason: undefined,
      readings: [],
      ...changes,
    };
    this.does({ type: 'transaction-stop', stop });
  }

  meters(
    reading: Partial<MeterReading>,
    report: { outletNo?: number; transactionId?: number | undefined } = {},
  ): void {
    const readings = [{ at: this.deviceTime, ...reading }];
    this.does({ type: 'readings', report: { outletNo: 1, transactionId: 1, ...report, readings } });
  }

  /** Charges at a power for some minutes, read once a minute; returns the register. */
  draws(powerW: number, minutes: number, fromWh: number): number {
    for (let minute = 1; minute <= minutes; minute += 1) {
      this.after(MINUTE);
      this.meters({ powerW, energyWh: Math.floor(fromWh + (powerW * minute) / 60) });
    }
    return Math.floor(fromWh + (powerW * minutes) / 60);
  }

  stops(orderId: string, by: 'rider' | 'operator' = 'rider'): ChargerReply {
    return this.does({ type: 'stop', orderId, by });
  }

  loses(ms: number): void {
    this.does({ type: 'disconnected' });
    this.after(ms);
  }

  returns(): void {
    this.does({ type: 'connected' });
  }

  get lastCommand(): Command {
    const last = this.commands.at(-1);
    if (last === undefined) throw new Error('no command was sent');
    return last;
  }

  sent<Type extends Command['type']>(type: Type): Extract<Command, { type: Type }>[] {
    return this.commands.filter(
      (command): command is Extract<Command, { type: Type }> => command.type === type,
    );
  }

  told<Type extends ChargerEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** The only end there is. */
  get ended(): EventOf<'charging.ended'> {
    const [only, ...more] = this.told('charging.ended');
    if (only === undefined || more.length > 0) throw new Error(`ended ${more.length + (only ? 1 : 0)} times`);
    return only;
  }

  get failures(): string[] {
    return this.told('charging.start-failed').map((event) => `${event.orderId} ${event.reason}`);
  }

  get attention(): string[] {
    return this.told('charging.attention').map((event) => event.reason);
  }

  get alarms(): string[] {
    return this.told('charger.alarm').map((event) => event.kind);
  }

  /** What the rider of this order pays at its end. */
  bill(changes: Partial<ChargingOrder> = {}) {
    return billOf(orderFor('A', changes), this.ended.usage);
  }
}

/** Long enough for every start to have been decided. */
export const START_DEADLINE = 90 * SECOND;
