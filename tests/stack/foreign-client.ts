import { RPCClient } from 'ocpp-rpc';
import type { CityStack } from './city-stack.ts';

/** The demo's key for devices from outside. */
export const DEVICE_KEY = 'demo-device-key';

type Payload = Record<string, unknown>;

export interface ForeignPile {
  readonly client: RPCClient;
  readonly started: Payload[];
  readonly stopped: Payload[];
  call(action: string, payload: Payload): Promise<Payload>;
  /** Awaits the `nth` RemoteStartTransaction. */
  remoteStart(nth?: number): Promise<Payload>;
  remoteStop(nth?: number): Promise<Payload>;
  close(): Promise<unknown>;
}

/** A charge point made of a client library nobody here wrote, in its strict 1.6 mode. */
export async function connectForeignPile(
  stack: CityStack,
  identity: number,
  options: { boot?: boolean; reconnect?: boolean } = {},
): Promise<ForeignPile> {
  const client = new RPCClient({
    endpoint: stack.deviceUrl,
    identity: String(identity),
    password: DEVICE_KEY,
    protocols: ['ocpp1.6'],
    strictMode: true,
    reconnect: options.reconnect ?? false,
  });
  const started: Payload[] = [];
  const stopped: Payload[] = [];
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const one of waiting.splice(0)) one();
  };
  client.handle('RemoteStartTransaction', ({ params }: { params: Payload }) => {
    started.push(params);
    wake();
    return { status: 'Accepted' };
  });
  client.handle('RemoteStopTransaction', ({ params }: { params: Payload }) => {
    stopped.push(params);
    wake();
    return { status: 'Accepted' };
  });
  await client.connect();
  const pile: ForeignPile = {
    client,
    started,
    stopped,
    call: (action, payload) => client.call(action, payload) as Promise<Payload>,
    remoteStart: (nth = 1) => nthOf(started, nth, waiting, 'RemoteStartTransaction'),
    remoteStop: (nth = 1) => nthOf(stopped, nth, waiting, 'RemoteStopTransaction'),
    close: () => client.close(),
  };
  if (options.boot !== false) {
    await pile.call('BootNotification', { chargePointVendor: 'Foreign', chargePointModel: 'F1' });
    for (const connectorId of [1, 2]) {
      await pile.call('StatusNotification', { connectorId, errorCode: 'NoError', status: 'Available' });
    }
  }
  return pile;
}

async function nthOf(list: Payload[], nth: number, waiting: (() => void)[], what: string): Promise<Payload> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = list[nth - 1];
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      setTimeout(resolve, 100);
    });
  }
}

/** A meter sample as `MeterValues` carries it; the register in Wh, power in W. */
export const sample = (at: number, registerWh: number, powerW: number) => ({
  timestamp: new Date(at).toISOString(),
  sampledValue: [
    { value: String(registerWh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
    { value: String(powerW), measurand: 'Power.Active.Import', unit: 'W' },
    { value: '8.1', measurand: 'Current.Import', unit: 'A' },
  ],
});
