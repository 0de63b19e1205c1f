import type { CallOutcome, Payload } from './call-channel.ts';
import type { Timers } from './timers.ts';

export type TransactionAction = 'StartTransaction' | 'MeterValues' | 'StopTransaction';

export interface TransactionMessage {
  readonly action: TransactionAction;
  /** Built when it is sent, because the transaction id may only be known by then. */
  readonly payload: () => object;
  /** The answer, or undefined when the message was given up. */
  readonly delivered?: (answer: Payload | undefined) => void;
}

export interface TransactionQueueOptions {
  readonly timers: Timers;
  readonly isOnline: () => boolean;
  readonly send: (action: TransactionAction, payload: object) => Promise<CallOutcome>;
  /** TransactionMessageAttempts and TransactionMessageRetryInterval (OCPP 1.6, 9.1.32 and 9.1.33). */
  readonly attempts: () => number;
  readonly retryIntervalMs: () => number;
  /** Called when the last message has gone. */
  readonly onEmpty?: () => void;
}

const CAPACITY = 1000;

/**
 * The transaction messages of one pile in the order they happened. They survive every disconnection; a time-out
 * or an error is tried again (as a new call, so with a new message id) as often as configured, then given up.
 */
export class TransactionQueue {
  readonly #options: TransactionQueueOptions;
  readonly #messages: TransactionMessage[] = [];
  #attempts = 0;
  #busy = false;
  #cancelRetry: (() => void) | undefined;

  constructor(options: TransactionQueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#messages.length;
  }

  push(message: TransactionMessage): void {
    this.#messages.push(message);
    if (this.#messages.length > CAPACITY) this.#dropOneSample();
    this.pump();
  }

  /** Sends what can be sent now; called again when the link comes back. */
  pump(): void {
    const head = this.#messages[0];
    if (!head || this.#busy || this.#cancelRetry || !this.#options.isOnline()) return;
    this.#busy = true;
    void this.#options.send(head.action, head.payload()).then((outcome) => {
      this.#busy = false;
      this.#settle(head, outcome);
    });
  }

  /** Forgets the wait between two attempts, as a reboot or a reconnection does. */
  retryNow(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.pump();
  }

  #settle(head: TransactionMessage, outcome: CallOutcome): void {
    if (outcome.kind === 'closed') {
      this.pump();
      return;
    }
    if (outcome.kind !== 'result') this.#attempts += 1;
    if (outcome.kind === 'result' || this.#attempts >= this.#options.attempts()) {
      this.#finish(head, outcome.kind === 'result' ? outcome.payload : undefined);
      return;
    }
    const wait = this.#options.retryIntervalMs() * this.#attempts;
    this.#cancelRetry = this.#options.timers.after(wait, () => {
      this.#cancelRetry = undefined;
      this.pump();
    });
  }

  #finish(head: TransactionMessage, answer: Payload | undefined): void {
    this.#attempts = 0;
    const at = this.#messages.indexOf(head);
    if (at >= 0) this.#messages.splice(at, 1);
    head.delivered?.(answer);
    if (this.#messages.length === 0) this.#options.onEmpty?.();
    this.pump();
  }

  /** A full memory loses samples in between, never a start or a stop (OCPP 1.6, 4.7). */
  #dropOneSample(): void {
    const at = this.#messages.findIndex((message, i) => i > 0 && message.action === 'MeterValues');
    if (at > 0) this.#messages.splice(at, 1);
  }
}
