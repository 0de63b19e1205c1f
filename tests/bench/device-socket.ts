import { WebSocket } from 'ws';
import type { BenchPile } from './bench-city.ts';
import type { BenchServer } from './servers.ts';

/** How many handshakes are under way at a time. */
const HANDSHAKES_AT_ONCE = 64;
const OPEN_WITHIN_MS = 30_000;

/** The device's end of one connection; whoever uses it puts a listener in. */
export class DeviceSocket {
  readonly #socket: WebSocket;
  listener: (message: Buffer) => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.listener(data));
  }

  static open(url: string, authorization: string): Promise<DeviceSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, 'ocpp1.6', {
        headers: { authorization },
        perMessageDeflate: false,
        skipUTF8Validation: true,
        handshakeTimeout: OPEN_WITHIN_MS,
      });
      const device = new DeviceSocket(socket);
      socket.once('open', () => resolve(device));
      socket.once('error', reject);
    });
  }

  send(frame: string): void {
    this.#socket.send(frame);
  }

  /** A protocol-level ping; resolves with its pong. */
  ping(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once('pong', () => resolve());
      this.#socket.ping();
    });
  }

  /** Sends a CALL and resolves with the payload that answers it; what else comes meanwhile goes to the listener. */
  call(messageId: string, action: string, payload: object): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const usual = this.listener;
      this.listener = (message) => {
        const frame = JSON.parse(message.toString()) as unknown[];
        if (frame[0] === 2 || frame[1] !== messageId) return usual(message);
        this.listener = usual;
        if (frame[0] === 3) resolve(frame[2] as Record<string, unknown>);
        else reject(new Error(`${action} was refused: ${message.toString()}`));
      };
      this.send(JSON.stringify([2, messageId, action, payload]));
    });
  }

  close(): void {
    this.#socket.terminate();
  }
}

export interface Connected {
  readonly devices: readonly DeviceSocket[];
  readonly perSecond: number;
}

/** Connects one device a pile, as fast as the server takes them. `path` is where an echo server's mode stands. */
export async function connectAll(
  server: BenchServer,
  piles: readonly BenchPile[],
  path = 'ocpp',
): Promise<Connected> {
  const began = performance.now();
  const devices = await mapLimited(piles, HANDSHAKES_AT_ONCE, ({ dtuNumber, key }) => {
    const credentials = Buffer.from(`${dtuNumber}:${key}`).toString('base64');
    return DeviceSocket.open(`${server.socketUrl}/${path}/${dtuNumber}`, `Basic ${credentials}`);
  });
  return { devices, perSecond: (piles.length * 1000) / (performance.now() - began) };
}

/** What a pile says after its handshake: who it is, and that its outlet is free. */
export async function bootAll(devices: readonly DeviceSocket[]): Promise<void> {
  await mapLimited(devices, HANDSHAKES_AT_ONCE, async (device) => {
    await device.call('boot', 'BootNotification', {
      chargePointVendor: '电驿',
      chargePointModel: 'DY-P1',
      firmwareVersion: '1.0.0',
    });
    await device.call('status-1', 'StatusNotification', {
      connectorId: 1,
      status: 'Available',
      errorCode: 'NoError',
    });
  });
}

/** Maps with at most `limit` at work at a time; keeps the order. */
export async function mapLimited<From, To>(
  items: readonly From[],
  limit: number,
  map: (item: From, index: number) => Promise<To>,
): Promise<To[]> {
  const results: To[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (;;) {
      const index = next++;
      const item = items[index];
      if (item === undefined) return;
      results[index] = await map(item, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
