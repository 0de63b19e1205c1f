import { isDeepStrictEqual } from 'node:util';
import { epochMs, MINUTE } from '../units.ts';
import { type ChargerState, EMPTY_CHARGER } from './charger-state.ts';
import type { ChargerEvent } from './charging-event.ts';
import { billOf } from './metering.ts';
import { type Aim, momentAt, readingAt, type Step, type Wish } from './mischief.test-support.ts';
import { type Command, type EventOf, MORNING, orderFor, PILE } from './pile.test-support.ts';
import { type ChargerInput, type CommandAnswer, nextDeadline, reduceCharger } from './reduce-charger.ts';
import { type ChargingOrder, isRunning } from './session.ts';

/** The nth from the end, round and round: what is recent is meant most often. */
const pick = <T>(list: readonly T[], nth: number): T | undefined =>
  list.at(-1 - (nth % Math.max(1, list.length)));

function must(holds: boolean, what: string, ...facts: unknown[]): void {
  if (!holds) throw new Error(`${what} ${facts.map((fact) => JSON.stringify(fact)).join(' ')}`);
}

/** A pile to which anything happens. After each step it looks whether a state has come about that must not be. */
export class MischiefRun {
  state: ChargerState = EMPTY_CHARGER;
  now = MORNING;
  wakeUps = 0;
  largest = 0;
  readonly events: ChargerEvent[] = [];
  readonly accepted = new Map<string, ChargingOrder>();
  readonly abandoned = new Set<string>();
  readonly #orders: ChargingOrder[] = [];
  readonly #commands: Command[] = [];
  readonly #heard: ChargerInput[] = [];
  readonly #given: number[] = [];
  #committed: ChargerState = EMPTY_CHARGER;
  #inputs = 0;

  constructor(outlets: number) {
    this.input({ type: 'profile', profile: { ...PILE, outlets } });
    this.input({ type: 'connected' });
    this.input({ type: 'booted', firmware: '1' });
    for (let outletNo = 1; outletNo <= outlets; outletNo += 1) this.#status(outletNo, 'Available');
  }

  step(step: Step): void {
    switch (step.do) {
      case 'wait':
        this.wait(step.ms);
        break;
      case 'input':
        this.input(step.input);
        break;
      case 'status':
        this.#status(step.outletNo, step.status);
        break;
      case 'order':
        if (step.ready) this.#makeReady(step.wish.outletNo);
        this.#order(step.wish);
        break;
      case 'again':
        this.#again(step.nth);
        break;
      case 'ask':
        this.#ask(step.what, step.nth);
        break;
      case 'answer':
        this.#answer(step.nth, step.answer);
        break;
      case 'begin':
        this.#begin(step);
        break;
      case 'end':
        this.#end(step);
        break;
      case 'meter':
        this.#meter(step);
        break;
      case 'redeliver':
        this.#redeliver(step.nth);
        break;
      case 'crash':
        this.state = this.#committed;
    }
  }

  /** Time passes and the alarm rings whenever it was set to; a deadline that is met must not be met again. */
  wait(ms: number): void {
    const until = epochMs(this.now + ms);
    for (;;) {
      const wake = nextDeadline(this.state, this.now);
      if (wake === null || wake > until) break;
      this.now = wake;
      this.wakeUps += 1;
      this.input({ type: 'tick' });
      const next = nextDeadline(this.state, this.now);
      must(
        next === null || next > this.now,
        'the alarm would ring for ever',
        this.state.sessions,
        this.state.strays,
      );
    }
    this.now = until;
  }

  input(input: ChargerInput): void {
    this.#inputs += 1;
    const before = this.state;
    const outcome = reduceCharger(before, input, `c${this.#inputs}`, this.now);
    must(
      outcome.durable || outcome.effects.length === 0,
      'an effect that a crash could undo',
      input,
      outcome.effects,
    );
    this.state = outcome.state;
    if (outcome.durable) this.#committed = outcome.state;
    for (const effect of outcome.effects) {
      if (effect.type === 'emit') this.#look(effect.event);
      else this.#commands.push(effect);
    }
    if (input.type === 'start' && (outcome.reply as { ok: boolean }).ok) {
      this.accepted.set(input.order.orderId, input.order);
    }
    if (input.type === 'transaction-start') {
      this.#given.push((outcome.reply as { transactionId: number }).transactionId);
    }
    const fromDevice = ['status', 'transaction-start', 'transaction-stop', 'readings', 'answer'].includes(
      input.type,
    );
    if (fromDevice) this.#heard.push(input);
    this.#checkState();
    this.#checkSafety(input);
  }

  told<Type extends ChargerEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** The life of an order as settlement hears of it, such as `failed started ended-late`. */
  life(orderId: string): string {
    const words: string[] = [];
    for (const event of this.events) {
      if (event.type === 'charger.alarm' || event.type === 'charging.quarantined') continue;
      if (event.orderId !== orderId) continue;
      if (event.type === 'charging.started') words.push('started');
      if (event.type === 'charging.start-failed') words.push('failed');
      if (event.type === 'charging.ended') words.push(event.late ? 'ended-late' : 'ended');
    }
    return words.join(' ');
  }

  /** Each order is asked of the device at most once, and no command id is used twice (D2). */
  checkCommands(): void {
    const starts = this.#commands
      .filter((command) => command.type === 'remoteStart')
      .map(({ idTag }) => idTag);
    must(new Set(starts).size === starts.length, 'an order was started twice', starts);
    const ids = this.#commands.map((command) => command.commandId);
    must(new Set(ids).size === ids.length, 'a command id was used twice', ids);
    const disabled = this.#commands.filter((command) => command.type === 'disableOutlet');
    for (const { outletNo } of disabled) must(outletNo >= 1 && outletNo <= 3, 'disabled', outletNo);
  }

  #checkState(): void {
    const { state } = this;
    const json = JSON.stringify(state);
    this.largest = Math.max(this.largest, json.length);
    must(isDeepStrictEqual(JSON.parse(json), state), 'an eviction would change the state', json);
    const sessions = Object.entries(state.sessions);
    for (const [key, session] of sessions) {
      must(
        session.order.outletNo === Number(key),
        'a session under a foreign outlet',
        key,
        session.order.outletNo,
      );
      must(this.accepted.has(session.order.orderId), 'a session nobody asked for', session.order.orderId);
    }
    const orders = sessions.map(([, session]) => session.order.orderId);
    must(new Set(orders).size === orders.length, 'two sessions of one order', orders);
    const running = sessions.map(([, session]) => session).filter(isRunning);
    const ids = [...running, ...state.strays].map(({ transactionId }) => transactionId);
    must(new Set(ids).size === ids.length, 'a transaction id given twice', ids);
    must(Math.max(0, ...ids) < state.nextTransactionId, 'an id still to be given is in use', ids);
    for (const { metering, order, startedAt } of running) {
      must(metering.lastReadingAt >= startedAt && metering.lastReadingAt <= this.now, 'metered at', metering);
      must(metering.usage.energyWh >= 0 && Number.isSafeInteger(metering.powerW), 'metered', metering);
      must(
        billOf(order, metering.usage).totalFen <= order.holdFen,
        'costs more than the hold',
        order.orderId,
      );
    }
  }

  /** D6: heat that is reported for a running transaction ends it, whatever else is wrong. */
  #checkSafety(input: ChargerInput): void {
    if (input.type !== 'readings') return;
    const session = this.state.sessions[input.report.outletNo];
    if (!isRunning(session) || session.transactionId !== input.report.transactionId) return;
    const hot = input.report.readings.some(
      ({ temperatureDeciC = 0 }) => temperatureDeciC >= PILE.maxTemperatureDeciC,
    );
    const cut =
      session.phase === 'stopping' &&
      ['over-temperature', 'over-power', 'over-time'].includes(session.reason);
    must(!hot || cut, 'heat was not noticed', input, session);
  }

  #look(event: ChargerEvent): void {
    this.events.push(event);
    if ('orderId' in event && event.type !== 'charging.quarantined') {
      must(!this.abandoned.has(event.orderId), 'news of an order closed by hand', event);
    }
    if (event.type !== 'charging.ended') return;
    const order = this.accepted.get(event.orderId);
    if (order === undefined) throw new Error(`ended without an order: ${event.orderId}`);
    const { usage } = event;
    const total = usage.wh.reduce((sum, part) => sum + part, 0);
    must(usage.energyWh >= 0 && total === usage.energyWh, 'energy', usage);
    must(billOf(order, usage).totalFen <= order.holdFen, 'billed more than the hold', usage);
    must(
      order.createdAt <= event.startedAt && event.startedAt <= event.endedAt,
      'times',
      order.createdAt,
      event,
    );
    must(event.endedAt <= this.now, 'ends in the future', event);
  }

  #status(outletNo: number, status: Extract<ChargerInput, { type: 'status' }>['status']): void {
    this.input({ type: 'status', outletNo, status, errorCode: 'NoError', at: this.now });
  }

  #makeReady(outletNo: number): void {
    if (this.state.disconnectedAt !== null) this.input({ type: 'connected' });
    this.#status(0, 'Available');
    if (this.state.sessions[outletNo] === undefined) this.#status(outletNo, 'Available');
  }

  /** As it comes out of D1: plain JSON. */
  #order(wish: Wish): void {
    const order = orderFor(`o${this.#orders.length}`, { ...wish, createdAt: this.now });
    this.#orders.push(JSON.parse(JSON.stringify(order)));
    this.#again(this.#orders.length - 1);
  }

  #answer(nth: number, answer: CommandAnswer): void {
    const command = pick(this.#commands, nth);
    if (command !== undefined) this.input({ type: 'answer', commandId: command.commandId, answer });
  }

  #redeliver(nth: number): void {
    const again = pick(this.#heard, nth);
    if (again !== undefined) this.input(again);
  }

  #again(nth: number): void {
    const order = pick(this.#orders, nth);
    if (order !== undefined) this.input({ type: 'start', order });
  }

  #ask(what: Extract<Step, { do: 'ask' }>['what'], nth: number): void {
    const orderId = pick(this.#orders, nth)?.orderId;
    if (orderId === undefined) return;
    if (what === 'abandon') this.abandoned.add(orderId);
    if (what === 'abandon' || what === 'reconcile') this.input({ type: what, orderId });
    else this.input({ type: 'stop', orderId, by: what === 'stop' ? 'rider' : 'operator' });
  }

  #begin(step: Extract<Step, { do: 'begin' }>): void {
    const order = 'right' in step.aim ? this.#wanted(step.aim.right) : undefined;
    const idTag = order?.idTag ?? 'WHITE-CARD';
    const start = {
      outletNo: order?.outletNo ?? step.outletNo,
      idTag: step.upperCase ? idTag.toUpperCase() : idTag,
      meterStartWh: step.registerWh,
      at: momentAt(step.moment, this.now),
    };
    this.input({ type: 'transaction-start', start });
  }

  /** Most starts are for an order that waits for one; some for an order that is long over. */
  #wanted(nth: number): ChargingOrder | undefined {
    const waiting = Object.values(this.state.sessions).filter((session) => session.phase === 'starting');
    return nth % 3 > 0 && waiting.length > 0 ? pick(waiting, nth)?.order : pick(this.#orders, nth);
  }

  #transaction(aim: Aim): { transactionId: number; outletNo: number; idTag: string } {
    const running = Object.values(this.state.sessions).filter(isRunning);
    const session = 'right' in aim ? pick(running, aim.right) : undefined;
    if (session !== undefined && 'right' in aim && aim.right % 4 > 0) {
      return {
        transactionId: session.transactionId,
        outletNo: session.order.outletNo,
        idTag: session.order.idTag.toUpperCase(),
      };
    }
    const nth = 'right' in aim ? aim.right : aim.wrong;
    const transactionId = 'right' in aim ? (pick(this.#given, nth) ?? 1) : aim.wrong;
    return { transactionId, outletNo: (Math.abs(nth) % 3) + 1, idTag: 'WHITE-CARD' };
  }

  #end(step: Extract<Step, { do: 'end' }>): void {
    const { transactionId, idTag } = this.#transaction(step.aim);
    const stop = {
      transactionId: step.unnamed && step.registerWh % 2 === 0 ? -1 : transactionId,
      idTag: step.unnamed && step.registerWh % 3 === 0 ? undefined : idTag,
      meterStopWh: step.registerWh,
      at: momentAt(step.moment, this.now),
      reason: step.reason,
      readings: step.readings.map((reading) => readingAt(reading, this.now)),
    };
    this.input({ type: 'transaction-stop', stop });
  }

  #meter(step: Extract<Step, { do: 'meter' }>): void {
    const { transactionId, outletNo } = this.#transaction(step.aim);
    const named = { rightly: transactionId, not: undefined, 'minus-one': -1, wrongly: transactionId + 1 };
    const readings = step.readings.map((reading) => readingAt(reading, this.now));
    this.input({ type: 'readings', report: { outletNo, transactionId: named[step.naming], readings } });
    if (step.naming === 'rightly') this.wait(MINUTE);
  }
}
