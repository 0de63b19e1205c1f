import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { BenchPile } from './bench-city.ts';
import { ChargingPile } from './charging-pile.ts';
import { connectAll, type DeviceSocket } from './device-socket.ts';
import { POWER_W } from './frames.ts';
import { difference, type MeteredStack, type Used } from './metered-stack.ts';
import { expectStatus, RiderApi } from './rider-api.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SHANGHAI_OFFSET = 8 * HOUR;

const CHARGE_HOURS = 3;
const HEARTBEATS_A_DAY = 24;
/** A ping a minute is what OCPP stations send; the platform answers it without waking the object. */
const PINGS_AN_HOUR = 60;

export interface DeviceCounts {
  /** Dialling in again, boot and statuses included: what a broken connection costs. */
  readonly reconnection: Used;
  readonly idleDeviceDay: Used & { readonly heartbeats: number; readonly pings: number };
  readonly charge: Used & {
    readonly hours: number;
    readonly readings: number;
    readonly workerRequests: number;
  };
}

/** Counts one device: its connection, a day without a charge, one charge of three hours. */
export async function countDevice(
  stack: MeteredStack,
  pile: BenchPile,
  options: { readonly hours?: number } = {},
): Promise<DeviceCounts> {
  const api = new RiderApi(stack.url);
  let device = await connect(stack, pile);
  await stack.advance(MINUTE);
  const first = await stack.readMeters();
  device.close();
  await stack.advance(5 * SECOND);
  device = await connect(stack, pile);
  await stack.advance(MINUTE);
  const connected = await stack.readMeters();
  const pings = await idleDay(stack, pile, device);
  const dayOver = await stack.readMeters();
  await stack.advance(msUntilShanghai(9.5, await stack.now()));
  const beforeCharge = await stack.readMeters();
  const { readings, workerRequests } = await charge(stack, pile, device, api, options.hours ?? CHARGE_HOURS);
  const charged = await stack.readMeters();
  device.close();
  api.close();
  return {
    reconnection: difference(first, connected),
    idleDeviceDay: { ...difference(connected, dayOver), heartbeats: HEARTBEATS_A_DAY, pings },
    charge: {
      ...difference(beforeCharge, charged),
      hours: options.hours ?? CHARGE_HOURS,
      readings,
      workerRequests,
    },
  };
}

async function connect(stack: MeteredStack, pile: BenchPile): Promise<DeviceSocket> {
  const { devices } = await connectAll(stack.server, [pile]);
  const [device] = devices;
  if (device === undefined) throw new Error('the pile did not connect');
  await device.call('boot', 'BootNotification', {
    chargePointVendor: '电驿',
    chargePointModel: 'DY-P1',
    firmwareVersion: '1.0.0',
  });
  for (const connectorId of [0, 1]) {
    await device.call(`status-${connectorId}`, 'StatusNotification', {
      connectorId,
      status: 'Available',
      errorCode: 'NoError',
    });
  }
  return device;
}

async function idleDay(stack: MeteredStack, pile: BenchPile, device: DeviceSocket): Promise<number> {
  let pings = 0;
  for (let hour = 1; hour <= HEARTBEATS_A_DAY; hour += 1) {
    await stack.hibernate(pile.chargerId);
    for (let ping = 0; ping < PINGS_AN_HOUR; ping += 1) {
      await device.ping();
      pings += 1;
    }
    await stack.advance(HOUR);
    await device.call(`heartbeat-${hour}`, 'Heartbeat', {});
  }
  return pings;
}

/**
 * A charge as it is lived: the rider scans, starts and watches, the pile reads its meter every minute and sleeps in
 * between, the rider stops and looks at the bill.
 */
async function charge(
  stack: MeteredStack,
  pile: BenchPile,
  device: DeviceSocket,
  api: RiderApi,
  hours: number,
) {
  const { riderToken, outletId, chargerId } = pile;
  const charging = new ChargingPile(pile, device, api);
  let now = await stack.now();
  await charging.status('Preparing');
  expectStatus(await api.get(`/v1/rider/outlets/${outletId}/quote`, riderToken), 200, 'quote');
  const live = await charging.start(() => now);
  const view = new WebSocket(`${stack.server.socketUrl}/v1/rider/charging-orders/${live.orderId}/live`, [
    'bearer',
    riderToken,
  ]);
  await once(view, 'message');
  await charging.status('Charging');
  const readings = hours * 60;
  for (let reading = 1; reading <= readings; reading += 1) {
    now = await stack.advance(MINUTE);
    await stack.hibernate(chargerId);
    await charging.meter(live, now);
    if (reading % 60 === 0) await charging.call('Heartbeat', {});
  }
  now = await stack.advance(30 * SECOND);
  await charging.stop(live, () => now, Math.round((POWER_W * (now - live.startedAt)) / HOUR));
  await charging.status('Finishing');
  await charging.status('Available');
  await stack.readMeters();
  await stack.advance(MINUTE);
  await stack.readMeters();
  const order = expectStatus(
    await api.get(`/v1/rider/charging-orders/${live.orderId}`, riderToken),
    200,
    'the bill',
  );
  if (order.state !== 'completed') throw new Error(`the charge is not settled: ${JSON.stringify(order)}`);
  view.close();
  // Quote, start, live view, stop, the order with its bill.
  return { readings, workerRequests: 5 };
}

/** From now to the next time the clock in Shanghai shows this hour. */
function msUntilShanghai(hour: number, now: number): number {
  const sinceMidnight = (now + SHANGHAI_OFFSET) % DAY;
  return (hour * HOUR - sinceMidnight + DAY) % DAY;
}
