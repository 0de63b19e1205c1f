import type { Battery } from './battery.ts';
import { createBattery } from './battery.ts';
import type { Payload } from './call-channel.ts';
import type { ChargingProfiles } from './charging-profiles.ts';
import type { Configuration } from './configuration.ts';
import type { Faults } from './faults.ts';
import { type ReadingContext, sampledValues } from './meter-values.ts';
import { Outlet, type StopReason, type Transaction } from './outlet.ts';
import { between, type Random } from './random.ts';
import type { Timers } from './timers.ts';
import type { TransactionMessage } from './transaction-queue.ts';

/** What a pile does when the battery takes no more: end the transaction by itself, under which reason, or wait. */
export type WhenFull = 'stop-other' | 'stop-ev-disconnected' | 'stay-suspended';

export interface ChargingOptions {
  readonly seed: string;
  readonly outlets: number;
  readonly ratedPowerW: number;
  /** Seconds of battery time in one real second; clocks and intervals of the protocol stay real. */
  readonly speed: number;
  readonly tickMs: number;
  readonly whenFull: WhenFull;
  /** Somebody plugs a battery in after a remote start and comes back for it. */
  readonly automaticRider: boolean;
  readonly random: Random;
  readonly timers: Timers;
  readonly configuration: Configuration;
  readonly profiles: ChargingProfiles;
  readonly faults: () => Faults;
  /** The device's clock, with its skew. */
  readonly now: () => number;
  readonly isOnline: () => boolean;
  readonly enqueue: (message: TransactionMessage) => void;
  readonly notify: (action: string, payload: object) => void;
}

const FULL_HOLD_S = 120;

/** The outlets of one pile: plugs, relays, meters and the transactions on them. */
export class Charging {
  readonly outlets: readonly Outlet[];
  readonly #options: ChargingOptions;
  readonly #nextSample = new Map<Outlet, number>();
  #advancedAt = performance.now();
  #backwardsWh = 0;
  #batteries = 0;
  #cancelTick: (() => void) | undefined;

  constructor(options: ChargingOptions) {
    this.#options = options;
    this.outlets = Array.from({ length: options.outlets }, (_, index) => {
      const meterWh = Math.floor(between(options.random, 10_000, 900_000));
      return new Outlet(index + 1, options.ratedPowerW, meterWh);
    });
  }

  outlet(id: number): Outlet | undefined {
    return this.outlets[id - 1];
  }

  byTransaction(transactionId: number): Outlet | undefined {
    return this.outlets.find((outlet) => outlet.transaction?.transactionId === transactionId);
  }

  /** Puts a battery on the outlet; false when one is there already. */
  plug(outlet: Outlet, battery: Battery): boolean {
    if (outlet.battery) return false;
    this.advance();
    outlet.battery = battery;
    outlet.finished = false;
    const { awaited } = outlet;
    if (awaited) this.begin(outlet, awaited.idTag);
    else this.show(outlet);
    return true;
  }

  /** Takes the battery away; a running transaction ends as EVDisconnected (or is suspended, if so configured). */
  unplug(outlet: Outlet): boolean {
    if (!outlet.battery) return false;
    this.advance();
    if (outlet.transaction && this.#options.configuration.flag('StopTransactionOnEVSideDisconnect')) {
      this.stop(outlet, 'EVDisconnected');
    }
    outlet.battery = undefined;
    outlet.finished = false;
    this.show(outlet);
    return true;
  }

  /** Starts now if a battery is plugged in, else waits for one until ConnectionTimeOut. */
  startOrAwait(outlet: Outlet, idTag: string): void {
    if (outlet.transaction || outlet.awaited) return;
    if (outlet.battery) {
      this.begin(outlet, idTag);
      return;
    }
    const { timers, configuration, random } = this.#options;
    const cancelTimeout = timers.after(configuration.integer('ConnectionTimeOut') * 1000, () => {
      outlet.awaited = undefined;
      this.show(outlet);
    });
    outlet.awaited = { idTag, cancelTimeout };
    this.show(outlet);
    if (!this.#options.automaticRider) return;
    timers.after(between(random, 1000, 4000), () => {
      if (outlet.awaited) this.plug(outlet, this.nextBattery());
    });
  }

  begin(outlet: Outlet, idTag: string): void {
    const { configuration, enqueue, isOnline, now, faults } = this.#options;
    this.advance();
    outlet.awaited?.cancelTimeout();
    outlet.awaited = undefined;
    outlet.finished = false;
    const reserved = outlet.reservation;
    outlet.reservation = undefined;
    const transaction: Transaction = {
      idTag,
      startedAt: now(),
      meterStartWh: outlet.meterWh,
      startedOffline: !isOnline(),
      transactionId: undefined,
      fullAt: undefined,
    };
    outlet.transaction = transaction;
    outlet.overloaded = faults().overPower;
    const payload = {
      connectorId: outlet.id,
      idTag,
      meterStart: outlet.meterWh,
      timestamp: iso(transaction.startedAt),
      ...(reserved ? { reservationId: reserved.reservationId } : {}),
    };
    enqueue({
      action: 'StartTransaction',
      payload: () => payload,
      delivered: (answer) => this.#started(outlet, transaction, answer),
    });
    this.#planSample(outlet, configuration.integer('MeterValueSampleInterval'));
    this.applyLimits();
    this.show(outlet);
    this.#planTick();
  }

  /** Ends the transaction on this outlet, if there is one; the battery stays plugged in. */
  stop(outlet: Outlet, reason: StopReason, idTag?: string): void {
    const { transaction } = outlet;
    if (!transaction) return;
    this.advance();
    const { configuration, enqueue, now, profiles } = this.#options;
    const transactionId = transactionIdOf(transaction);
    const transactionData = this.#stopData(outlet, transaction, configuration.list('StopTxnSampledData'));
    const rest = {
      meterStop: outlet.meterWh,
      timestamp: iso(now()),
      reason,
      ...(idTag === undefined ? {} : { idTag }),
      ...(transactionData.length > 0 ? { transactionData } : {}),
    };
    enqueue({ action: 'StopTransaction', payload: () => ({ transactionId: transactionId(), ...rest }) });
    outlet.transaction = undefined;
    outlet.overloaded = false;
    outlet.finished = outlet.battery !== undefined;
    this.#nextSample.delete(outlet);
    profiles.endTransaction(outlet.id);
    if (outlet.closingAfter) {
      outlet.closingAfter = false;
      outlet.operative = false;
    }
    this.show(outlet);
    this.#riderReturns(outlet, 1, 10);
  }

  stopAll(reason: StopReason): void {
    for (const outlet of this.outlets) this.stop(outlet, reason);
  }

  /** Sends a StatusNotification when what the outlet shows has changed, or in any case. */
  show(outlet: Outlet, always = false): void {
    const { status } = outlet;
    if (status === outlet.shownStatus && !always) return;
    outlet.shownStatus = status;
    this.#options.notify('StatusNotification', {
      connectorId: outlet.id,
      errorCode: outlet.errorCode,
      status,
      timestamp: iso(this.#options.now()),
    });
  }

  /** Reads the meter of one outlet and reports it, inside its transaction if one runs. */
  report(outlet: Outlet, context: ReadingContext): void {
    this.advance();
    const { configuration, enqueue, notify, now } = this.#options;
    const aligned = context === 'Sample.Clock';
    const measurands = configuration.list(aligned ? 'MeterValuesAlignedData' : 'MeterValuesSampledData');
    if (measurands.length === 0) return;
    const meterValue = [{ timestamp: iso(now()), sampledValue: this.#read(outlet, measurands, context) }];
    const { transaction } = outlet;
    if (!transaction) {
      notify('MeterValues', { connectorId: outlet.id, meterValue });
      return;
    }
    const transactionId = transactionIdOf(transaction);
    enqueue({
      action: 'MeterValues',
      payload: () => ({ connectorId: outlet.id, transactionId: transactionId(), meterValue }),
    });
  }

  /** Lets the batteries live up to now. */
  advance(): void {
    const at = performance.now();
    const seconds = ((at - this.#advancedAt) / 1000) * this.#options.speed;
    this.#advancedAt = at;
    for (const outlet of this.outlets) outlet.advance(seconds);
  }

  /** Brings the outlets in line with the switches. */
  applyFaults(): void {
    this.advance();
    const { faulted, faultCode, overPower, meterBackwards } = this.#options.faults();
    if (!meterBackwards) this.#backwardsWh = 0;
    for (const outlet of this.outlets) {
      const broken = typeof faulted === 'boolean' ? faulted : faulted.includes(outlet.id);
      const errorCode = broken ? faultCode : 'NoError';
      outlet.overloaded = overPower && outlet.transaction !== undefined;
      if (errorCode === outlet.errorCode) continue;
      if (broken) this.stop(outlet, 'Other');
      outlet.errorCode = errorCode;
      this.show(outlet, true);
    }
  }

  /** Applies the charging profiles; a limit below what a charger draws opens its relay. */
  applyLimits(): void {
    const { profiles, now } = this.#options;
    const at = now();
    const running = this.outlets.filter((outlet) => outlet.transaction);
    const pile = { connectorId: 0, transactionId: undefined, transactionStartedAt: at };
    const share = profiles.limitW(pile, at) / Math.max(1, running.length);
    for (const outlet of running) {
      const limit = profiles.limitW(this.limitQuestion(outlet), at);
      outlet.limitW = Math.min(limit, share);
      this.show(outlet);
    }
  }

  limitQuestion(outlet: Outlet) {
    const { transaction } = outlet;
    return {
      connectorId: outlet.id,
      transactionId: transaction?.transactionId,
      transactionStartedAt: transaction?.startedAt ?? this.#options.now(),
    };
  }

  nextBattery(): Battery {
    this.#batteries += 1;
    return createBattery(`${this.#options.seed}/battery-${this.#batteries}`);
  }

  #started(outlet: Outlet, transaction: Transaction, answer: Payload | undefined): void {
    if (!answer) return;
    if (typeof answer.transactionId === 'number') transaction.transactionId = answer.transactionId;
    const info = answer.idTagInfo;
    const status = typeof info === 'object' && info !== null && 'status' in info ? info.status : undefined;
    if (status === 'Accepted' || outlet.transaction !== transaction) return;
    if (this.#options.configuration.flag('StopTransactionOnInvalidId')) this.stop(outlet, 'DeAuthorized');
  }

  #planTick(): void {
    if (this.#cancelTick) return;
    this.#cancelTick = this.#options.timers.after(this.#options.tickMs, () => {
      this.#cancelTick = undefined;
      this.#tick();
      if (this.outlets.some((outlet) => outlet.transaction)) this.#planTick();
    });
  }

  #tick(): void {
    this.advance();
    if (!this.#options.profiles.empty) this.applyLimits();
    const at = performance.now();
    for (const outlet of this.outlets) {
      const { transaction } = outlet;
      if (!transaction) continue;
      if (outlet.battery && outlet.battery.soc >= 1 && transaction.fullAt === undefined) {
        transaction.fullAt = this.#options.now();
        this.#full(outlet, transaction);
      }
      if (at >= (this.#nextSample.get(outlet) ?? Number.POSITIVE_INFINITY)) {
        this.#planSample(outlet, this.#options.configuration.integer('MeterValueSampleInterval'));
        this.report(outlet, 'Sample.Periodic');
      }
    }
  }

  #full(outlet: Outlet, transaction: Transaction): void {
    this.show(outlet);
    const { whenFull, timers, speed } = this.#options;
    if (whenFull === 'stay-suspended') {
      this.#riderReturns(outlet, 10, 60);
      return;
    }
    timers.after((FULL_HOLD_S * 1000) / speed, () => {
      if (outlet.transaction !== transaction) return;
      this.stop(outlet, whenFull === 'stop-other' ? 'Other' : 'EVDisconnected');
    });
  }

  /** Between so many minutes of battery time, but never sooner than a person could. */
  #riderReturns(outlet: Outlet, fromMinutes: number, toMinutes: number): void {
    const { battery } = outlet;
    if (!this.#options.automaticRider || !battery) return;
    const wait = (between(this.#options.random, fromMinutes, toMinutes) * 60_000) / this.#options.speed;
    this.#options.timers.after(Math.max(2000, wait), () => {
      const restarted = outlet.transaction && outlet.transaction.fullAt === undefined;
      if (outlet.battery?.model === battery.model && !restarted) this.unplug(outlet);
    });
  }

  #planSample(outlet: Outlet, seconds: number): void {
    if (seconds > 0) this.#nextSample.set(outlet, performance.now() + seconds * 1000);
    else this.#nextSample.delete(outlet);
  }

  #read(outlet: Outlet, measurands: readonly string[], context: ReadingContext): object[] {
    const { faults, random } = this.#options;
    if (faults().meterBackwards) this.#backwardsWh += 40 + (outlet.transaction ? outlet.powerW / 60 : 0);
    return sampledValues(outlet, measurands, context, faults(), random, Math.floor(this.#backwardsWh));
  }

  #stopData(outlet: Outlet, transaction: Transaction, measurands: readonly string[]): object[] {
    if (measurands.length === 0) return [];
    const begin = { value: String(transaction.meterStartWh), context: 'Transaction.Begin', unit: 'Wh' };
    return [
      { timestamp: iso(transaction.startedAt), sampledValue: [begin] },
      {
        timestamp: iso(this.#options.now()),
        sampledValue: this.#read(outlet, measurands, 'Transaction.End'),
      },
    ];
  }
}

/** −1 for what is written down before the start of an offline transaction was ever answered. */
function transactionIdOf(transaction: Transaction): () => number {
  if (transaction.startedOffline && transaction.transactionId === undefined) return () => -1;
  return () => transaction.transactionId ?? -1;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
