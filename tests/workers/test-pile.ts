import { exports } from 'cloudflare:workers';
import { DEVICE_KEY } from './city.ts';

type Frame = readonly unknown[];

/** A charge point of the tests, frame by frame: it says what a test tells it to, and remembers what it was told. */
export class TestPile {
  readonly socket: WebSocket;
  readonly received: Frame[] = [];
  closed: { code: number; reason: string } | null = null;
  #nextId = 1;
  #wake: (() => void)[] = [];
  /** How commands of the platform are answered; an action that is missing gets no answer. */
  answers: Record<string, object> = {
    RemoteStartTransaction: { status: 'Accepted' },
    RemoteStopTransaction: { status: 'Accepted' },
    ChangeAvailability: { status: 'Accepted' },
  };

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener('message', ({ data }) => this.#hear(JSON.parse(String(data)) as Frame));
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
      this.#wakeAll();
    });
    socket.accept();
  }

  /** Opens the door; throws with the status when it stays shut. */
  static async connect(
    dtuNumber: number,
    options: { key?: string; protocol?: string; boot?: boolean } = {},
  ): Promise<TestPile> {
    const response = await TestPile.knock(dtuNumber, options);
    if (response.webSocket === null) throw new Error(`handshake refused with ${response.status}`);
    const pile = new TestPile(response.webSocket);
    if (options.boot !== false) {
      await pile.call('BootNotification', {
        chargePointVendor: 'Test',
        chargePointModel: 'T1',
        firmwareVersion: '1.0',
      });
    }
    return pile;
  }

  static knock(
    dtuNumber: number | string,
    options: { key?: string; protocol?: string } = {},
  ): Promise<Response> {
    const credentials = btoa(`${dtuNumber}:${options.key ?? DEVICE_KEY}`);
    return exports.default.fetch(`https://api.test/ocpp/${dtuNumber}`, {
      headers: {
        Upgrade: 'websocket',
        Authorization: `Basic ${credentials}`,
        'Sec-WebSocket-Protocol': options.protocol ?? 'ocpp1.6',
      },
    });
  }

  /** Sends a CALL and awaits its answer frame. */
  async call(action: string, payload: object, messageId = `m${this.#nextId++}`): Promise<Frame> {
    const before = this.received.length;
    this.socket.send(JSON.stringify([2, messageId, action, payload]));
    return this.#until(
      () => this.received.slice(before).find((frame) => frame[0] !== 2 && frame[1] === messageId),
      action,
    );
  }

  say(text: string): void {
    this.socket.send(text);
  }

  /** Awaits the platform's `action`, the `nth` of them on this connection. */
  async told(action: string, nth = 1): Promise<Record<string, unknown>> {
    const frame = await this.#until(() => this.commands(action)[nth - 1], action);
    return frame[3] as Record<string, unknown>;
  }

  /** Awaits the platform's `action` and answers it; resolves when the platform has taken the answer in. */
  async answer(action: string, payload: object, nth = 1): Promise<void> {
    await this.told(action, nth);
    const [, messageId] = this.commands(action)[nth - 1] ?? [];
    this.say(JSON.stringify([3, messageId, payload]));
    await this.call('Heartbeat', {});
  }

  /** The platform's `action`s so far, as frames. */
  commands(action: string): Frame[] {
    return this.received.filter((frame) => frame[0] === 2 && frame[2] === action);
  }

  status(connectorId: number, status: string, errorCode = 'NoError'): Promise<Frame> {
    return this.call('StatusNotification', { connectorId, status, errorCode });
  }

  /** One meter sample: the register in Wh and the power in W, at `at` (epoch ms), and how hot the outlet is. */
  meter(
    connectorId: number,
    transactionId: number,
    at: number,
    registerWh: number,
    powerW: number,
    celsius?: number,
  ): Promise<Frame> {
    const heat =
      celsius === undefined ? [] : [{ value: String(celsius), measurand: 'Temperature', unit: 'Celsius' }];
    return this.call('MeterValues', {
      connectorId,
      transactionId,
      meterValue: [
        {
          timestamp: new Date(at).toISOString(),
          sampledValue: [
            { value: String(registerWh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
            { value: String(powerW), measurand: 'Power.Active.Import', unit: 'W' },
            ...heat,
          ],
        },
      ],
    });
  }

  close(): void {
    this.socket.close(1000, 'done');
  }

  async untilClosed(): Promise<{ code: number; reason: string }> {
    return this.#until(() => this.closed ?? undefined, 'close');
  }

  #hear(frame: Frame): void {
    this.received.push(frame);
    const answer = frame[0] === 2 ? this.answers[String(frame[2])] : undefined;
    if (answer !== undefined) this.socket.send(JSON.stringify([3, frame[1], answer]));
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  async #until<T>(look: () => T | undefined, what: string): Promise<T> {
    const deadline = performance.now() + 5_000;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (performance.now() > deadline)
        throw new Error(`${what} did not come; heard ${JSON.stringify(this.received.slice(-3))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}

/** Tries until `check` stops throwing: for what a queue brings a moment later. */
export async function eventually<T>(check: () => Promise<T>, withinMs = 8_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
