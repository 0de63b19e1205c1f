import type { BenchPile } from './bench-city.ts';
import { TARIFF_VERSION_ID } from './bench-city.ts';
import type { DeviceSocket } from './device-socket.ts';
import { type MeterSubject, meterPayload } from './frames.ts';
import { expectStatus, type RiderApi } from './rider-api.ts';

const COMMAND_WITHIN_MS = 60_000;
/** ¥5: what riders usually put on a charge. */
const MONEY_LIMIT = { kind: 'money', fen: 500 };

export interface LiveCharge extends MeterSubject {
  readonly orderId: string;
  readonly idTag: string;
}

/** A pile with one outlet that does what it is told, and the rider who stands before it. */
export class ChargingPile {
  readonly device: DeviceSocket;
  readonly #pile: BenchPile;
  readonly #api: RiderApi;
  readonly #commands = new Map<string, Record<string, unknown>>();
  #waiting: { readonly action: string; readonly resolve: (payload: Record<string, unknown>) => void } | null =
    null;
  #nextId = 1;
  #registerWh = 1000;

  constructor(pile: BenchPile, device: DeviceSocket, api: RiderApi) {
    this.#pile = pile;
    this.#api = api;
    this.device = device;
    this.listen();
  }

  /** Takes the socket back after a closed loop had it. */
  listen(): void {
    this.device.listener = (message) => this.#hear(JSON.parse(message.toString()) as unknown[]);
  }

  call(action: string, payload: object): Promise<Record<string, unknown>> {
    return this.device.call(`c${(this.#nextId++).toString(36)}`, action, payload);
  }

  status(status: string): Promise<unknown> {
    return this.call('StatusNotification', { connectorId: 1, status, errorCode: 'NoError' });
  }

  /** Rider and device together, until power flows. `now` is the device's clock. */
  async start(now: () => number): Promise<LiveCharge> {
    const ordered = await this.#api.post('/v1/rider/charging-orders', this.#pile.riderToken, {
      outletId: this.#pile.outletId,
      limit: MONEY_LIMIT,
      tariffVersionId: TARIFF_VERSION_ID,
    });
    const orderId = String(expectStatus(ordered, 201, 'start').id);
    const { idTag } = await this.#told('RemoteStartTransaction');
    const startedAt = now();
    const begun = await this.call('StartTransaction', {
      connectorId: 1,
      idTag,
      meterStart: this.#registerWh,
      timestamp: new Date(startedAt).toISOString(),
    });
    const transactionId = Number(begun.transactionId);
    return { orderId, idTag: String(idTag), transactionId, startedAt, meterStartWh: this.#registerWh };
  }

  async meter(charge: LiveCharge, at: number): Promise<void> {
    await this.call('MeterValues', meterPayload(charge, at));
  }

  /** The rider ends it; resolves when the platform has the device's StopTransaction. */
  async stop(charge: LiveCharge, now: () => number, energyWh = 1): Promise<void> {
    const path = `/v1/rider/charging-orders/${charge.orderId}/stop`;
    expectStatus(await this.#api.post(path, this.#pile.riderToken), 202, 'stop');
    await this.#told('RemoteStopTransaction');
    this.#registerWh += energyWh;
    await this.call('StopTransaction', {
      transactionId: charge.transactionId,
      idTag: charge.idTag,
      meterStop: this.#registerWh,
      timestamp: new Date(now()).toISOString(),
      reason: 'Remote',
    });
  }

  #hear([type, messageId, action, payload]: unknown[]): void {
    if (type !== 2) return;
    this.device.send(JSON.stringify([3, messageId, { status: 'Accepted' }]));
    if (this.#waiting?.action === action) {
      this.#waiting?.resolve(payload as Record<string, unknown>);
      this.#waiting = null;
    } else {
      this.#commands.set(String(action), payload as Record<string, unknown>);
    }
  }

  /** The platform's command of this name, already here or still to come. */
  #told(action: string): Promise<Record<string, unknown>> {
    const earlier = this.#commands.get(action);
    this.#commands.delete(action);
    if (earlier !== undefined) return Promise.resolve(earlier);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${action} did not come`)), COMMAND_WITHIN_MS);
      this.#waiting = {
        action,
        resolve: (payload) => {
          clearTimeout(late);
          resolve(payload);
        },
      };
    });
  }
}
