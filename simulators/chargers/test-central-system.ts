import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
// The package's root also compiles the schemas of 2.0 and 2.1, which takes seconds in every test file.
import { OCPP16 } from 'typed-ocpp/dist/ocpp16/index.js';
import { type WebSocket, WebSocketServer } from 'ws';

type Payload = Record<string, unknown>;

export interface ReceivedCall {
  readonly id: string;
  readonly action: string;
  readonly payload: Payload;
  readonly at: number;
  readonly socket: number;
}

/** How a test answers one call: a payload, silence, or a CALLERROR code. */
export type TestAnswer = Payload | 'silence' | { readonly errorCode: string };

/** A small central system for tests: every frame in either direction is held against the 1.6 schemas. */
export class TestCentralSystem {
  readonly received: ReceivedCall[] = [];
  readonly violations: string[] = [];
  readonly authorizations: string[] = [];
  /** Overrides the standard answer to an action. */
  readonly answers = new Map<string, (payload: Payload) => TestAnswer | undefined>();
  heartbeatInterval = 300;
  sockets: WebSocket[] = [];
  readonly #server: WebSocketServer;
  readonly #pending = new Map<string, { call: unknown; settle: (frame: unknown[]) => void }>();
  readonly #watchers = new Set<() => void>();
  #ids = 0;
  #inFlight = 0;
  #transactions = 100;

  private constructor(port: number) {
    this.#server = new WebSocketServer({ port, host: '127.0.0.1', handleProtocols: () => 'ocpp1.6' });
    this.#server.on('connection', (socket, request) => this.#connected(socket, request));
  }

  /** Listens; any free port unless one is told. */
  static async listen(port = 0): Promise<TestCentralSystem> {
    const system = new TestCentralSystem(port);
    await new Promise((resolve) => system.#server.once('listening', resolve));
    return system;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ocpp`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  calls(action: string): Payload[] {
    return this.received.filter((call) => call.action === action).map(({ payload }) => payload);
  }

  /** The shown status of a connector, in the order it was told. */
  statuses(connectorId: number): unknown[] {
    return this.calls('StatusNotification')
      .filter((payload) => payload.connectorId === connectorId)
      .map((payload) => payload.status);
  }

  /** Resolves with what `look` gives as soon as it gives something. */
  until<T>(what: string, look: () => T | undefined | false, timeoutMs = 5000): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found === undefined || found === false) return;
        end();
        resolve(found);
      };
      const end = () => {
        clearTimeout(timer);
        clearInterval(poll);
        this.#watchers.delete(check);
      };
      const timer = setTimeout(() => {
        end();
        reject(
          new Error(`never happened: ${what}; got ${this.received.map(({ action }) => action).join(' ')}`),
        );
      }, timeoutMs);
      const poll = setInterval(check, 20);
      this.#watchers.add(check);
      check();
    });
  }

  /** The first call of that action since a position in `received`. */
  nextCall(
    action: string,
    since = 0,
    fits: (payload: Payload) => boolean = () => true,
  ): Promise<ReceivedCall> {
    return this.until(action, () =>
      this.received.slice(since).find((call) => call.action === action && fits(call.payload)),
    );
  }

  /** Calls the pile and gives the payload of its answer, or the CALLERROR code. */
  async call(action: string, payload: Payload, timeoutMs = 2000): Promise<Payload | string> {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('nobody is connected');
    this.#ids += 1;
    const id = `csms-${this.#ids}`;
    const call = [2, id, action, payload];
    const frame = await new Promise<unknown[]>((settle, reject) => {
      const timer = setTimeout(() => reject(new Error(`${action} was not answered`)), timeoutMs);
      this.#pending.set(id, {
        call,
        settle: (answer) => {
          clearTimeout(timer);
          settle(answer);
        },
      });
      socket.send(JSON.stringify(call));
    });
    return frame[0] === 3 ? (frame[2] as Payload) : String(frame[2]);
  }

  #connected(socket: WebSocket, request: IncomingMessage): void {
    this.authorizations.push(
      Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString(),
    );
    const index = this.sockets.push(socket) - 1;
    this.#inFlight = 0;
    socket.on('message', (data) => {
      this.#received(socket, index, JSON.parse(String(data)) as unknown[]);
      for (const watcher of [...this.#watchers]) watcher();
    });
  }

  #received(socket: WebSocket, index: number, frame: unknown[]): void {
    const id = String(frame[1]);
    if (frame[0] !== 2) {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (!pending) this.violations.push(`answer to nothing: ${JSON.stringify(frame)}`);
      this.#check(pending?.call, frame);
      pending?.settle(frame);
      return;
    }
    if (!OCPP16.validateCall(frame)) this.#violated(frame, OCPP16.validateCall.errors);
    const repeated = this.received.some((call) => call.id === id);
    if (this.#inFlight > 0 && !repeated)
      this.violations.push(`a second call in flight: ${JSON.stringify(frame)}`);
    const [action, payload] = [String(frame[2]), frame[3] as Payload];
    this.received.push({ id, action, payload, at: Date.now(), socket: index });
    const answer = this.answers.get(action)?.(payload) ?? this.#standardAnswer(action);
    if (answer === 'silence') return;
    this.#inFlight += 1;
    // Answering a moment later shows whether the pile waits for it.
    setTimeout(() => {
      this.#inFlight = Math.max(0, this.#inFlight - 1);
      const error =
        'errorCode' in answer && typeof answer.errorCode === 'string' ? answer.errorCode : undefined;
      const reply = error ? [4, id, error, '', {}] : [3, id, answer];
      this.#check(frame, reply);
      socket.send(JSON.stringify(reply));
    }, 2);
  }

  #standardAnswer(action: string): Payload {
    const currentTime = new Date().toISOString();
    switch (action) {
      case 'BootNotification':
        return { status: 'Accepted', currentTime, interval: this.heartbeatInterval };
      case 'Heartbeat':
        return { currentTime };
      case 'Authorize':
        return { idTagInfo: { status: 'Accepted' } };
      case 'StartTransaction':
        this.#transactions += 1;
        return { transactionId: this.#transactions, idTagInfo: { status: 'Accepted' } };
      case 'SignCertificate':
        return { status: 'Accepted' };
      default:
        return {};
    }
  }

  #check(call: unknown, answer: unknown[]): void {
    if (answer[0] === 4) {
      if (!OCPP16.validateCallError(answer)) this.#violated(answer, OCPP16.validateCallError.errors);
      return;
    }
    if (!OCPP16.validate(answer)) {
      this.#violated(answer, OCPP16.validate.errors);
      return;
    }
    // Calls that no schema knows are sent on purpose; their answers are CALLERRORs.
    if (!OCPP16.validateCall(call) || !OCPP16.isCallResult(answer)) return;
    if (!OCPP16.checkCallResult(answer, call)) this.#violated(answer, OCPP16.checkCallResult.errors);
  }

  #violated(frame: unknown, errors: unknown): void {
    this.violations.push(`${JSON.stringify(frame)}: ${JSON.stringify(errors)}`);
  }
}
