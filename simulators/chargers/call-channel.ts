import type { WebSocket } from 'ws';

export type Payload = Record<string, unknown>;

/** How a call of ours ended. It never throws: a silent or broken peer is an outcome like any other. */
export type CallOutcome =
  | { readonly kind: 'result'; readonly payload: Payload }
  | { readonly kind: 'error'; readonly code: string; readonly description: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'closed' };

/** Thrown by a handler to answer with a CALLERROR (OCPP-J 1.6, 4.2.3). */
export class CallRefusal extends Error {
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.code = code;
  }
}

/** An answer, and what the machine does once the answer is on the wire. */
export interface CallAnswer {
  readonly response: object;
  readonly after?: () => void;
}

export interface CallChannelOptions {
  readonly socket: WebSocket;
  readonly timeoutMs: number;
  readonly nextMessageId: () => string;
  /** undefined answers nothing at all. */
  readonly onCall: (action: string, payload: Payload) => CallAnswer | undefined;
  readonly onFrame: (direction: 'in' | 'out', text: string) => void;
}

interface WaitingCall {
  readonly action: string;
  readonly payload: object;
  readonly copies: number;
  readonly settle: (outcome: CallOutcome) => void;
}

interface CallInFlight extends WaitingCall {
  readonly id: string;
  readonly timer: NodeJS.Timeout;
}

/** OCPP-J frames over one socket, one call of ours in flight at a time (OCPP-J 1.6, 4.1.1). */
export class CallChannel {
  readonly #options: CallChannelOptions;
  readonly #waiting: WaitingCall[] = [];
  #inFlight: CallInFlight | undefined;
  #closed = false;

  constructor(options: CallChannelOptions) {
    this.#options = options;
    options.socket.on('message', (data) => this.#receive(String(data)));
  }

  /** `copies` above one sends the very same frame again, as confused modems do. */
  call(action: string, payload: object, copies = 1): Promise<CallOutcome> {
    if (this.#closed) return Promise.resolve({ kind: 'closed' });
    return new Promise((settle) => {
      this.#waiting.push({ action, payload, copies, settle });
      this.#sendNext();
    });
  }

  /** Ends every call that is waiting; the socket itself is the owner's to close. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const ended = this.#inFlight ? [this.#inFlight, ...this.#waiting] : [...this.#waiting];
    if (this.#inFlight) clearTimeout(this.#inFlight.timer);
    this.#inFlight = undefined;
    this.#waiting.length = 0;
    for (const call of ended) call.settle({ kind: 'closed' });
  }

  #sendNext(): void {
    if (this.#closed || this.#inFlight) return;
    const next = this.#waiting.shift();
    if (!next) return;
    const id = this.#options.nextMessageId();
    const timer = setTimeout(() => this.#settle(id, { kind: 'timeout' }), this.#options.timeoutMs);
    this.#inFlight = { ...next, id, timer };
    for (let copy = 0; copy < next.copies; copy++) this.#send([2, id, next.action, next.payload]);
  }

  #settle(id: string, outcome: CallOutcome): void {
    const call = this.#inFlight;
    if (call?.id !== id) return;
    clearTimeout(call.timer);
    this.#inFlight = undefined;
    call.settle(outcome);
    this.#sendNext();
  }

  #receive(text: string): void {
    if (this.#closed) return;
    this.#options.onFrame('in', text);
    const frame = readFrame(text);
    if (!frame) return;
    const [type, id, ...rest] = frame;
    if (typeof id !== 'string') return;
    if (type === 2) this.#answer(id, rest[0], rest[1]);
    if (type === 3) this.#settle(id, { kind: 'result', payload: asPayload(rest[0]) ?? {} });
    if (type === 4) {
      this.#settle(id, { kind: 'error', code: String(rest[0]), description: String(rest[1] ?? '') });
    }
  }

  #answer(id: string, action: unknown, payload: unknown): void {
    const sent = asPayload(payload);
    if (typeof action !== 'string' || !sent) {
      this.#send([4, id, 'FormationViolation', 'not a call', {}]);
      return;
    }
    let answer: CallAnswer | undefined;
    try {
      answer = this.#options.onCall(action, sent);
    } catch (error) {
      const code = error instanceof CallRefusal ? error.code : 'InternalError';
      this.#send([4, id, code, error instanceof Error ? error.message.slice(0, 255) : '', {}]);
      return;
    }
    if (!answer) return;
    this.#send([3, id, answer.response]);
    answer.after?.();
  }

  #send(frame: readonly unknown[]): void {
    const { socket } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    const text = JSON.stringify(frame);
    this.#options.onFrame('out', text);
    socket.send(text);
  }
}

function readFrame(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function asPayload(value: unknown): Payload | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
