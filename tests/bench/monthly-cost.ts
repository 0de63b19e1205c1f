import type { DeviceCounts } from './count-charge.ts';
import type { Used } from './metered-stack.ts';

/** Cloudflare's prices in US dollars, as listed in November 2026, beyond what a plan includes. */
const PRICE = {
  objectRequest: 0.15e-6,
  objectGbSecond: 12.5e-6,
  rowWritten: 1e-6,
  rowRead: 0.001e-6,
  workerRequest: 0.3e-6,
  queueOperation: 0.4e-6,
} as const;

/** So many inbound WebSocket messages are billed as one request. */
const MESSAGES_A_REQUEST = 20;
const OBJECT_GB = 0.128;
/** A hibernating object is billed while it works on something, here for this long each time. */
const ACTIVE_MS = 10;
/** Written, read, deleted. */
const OPERATIONS_A_QUEUE_MESSAGE = 3;
const DAYS_A_MONTH = 30;

export const COST_ASSUMPTIONS: readonly string[] = [
  `${MESSAGES_A_REQUEST} inbound WebSocket messages are billed as one object request; protocol pings and outbound messages are free`,
  `an object is active for ${ACTIVE_MS} ms and ${OBJECT_GB} GB for each message, call and alarm, and hibernates in between`,
  `${OPERATIONS_A_QUEUE_MESSAGE} queue operations a message; a consumed message is counted as one Worker request, though batches make it fewer`,
  `a month has ${DAYS_A_MONTH} days; heartbeats come every hour (HEARTBEAT_INTERVAL_S=3600)`,
  'a reconnection (network, deploy) is not part of an idle day; monthlyCostUsd.perReconnection is to be added for each',
  'prices are those beyond what a plan includes; CPU time of Workers, storage and the minute cron are left out',
  'a charge: 3 h, a reading a minute with hibernation in between, quote, start, stop and bill asked through the API',
];

export interface MonthlyCost {
  readonly perIdleDevice: number;
  readonly perThousandCharges: number;
  readonly perReconnection: number;
  readonly parts: {
    readonly idleDevice: Readonly<Record<string, number>>;
    readonly thousandCharges: Readonly<Record<string, number>>;
  };
}

/** The bill of what was counted, in US dollars. */
export function monthlyCost({ idleDeviceDay, charge, reconnection }: DeviceCounts): MonthlyCost {
  const idleDevice = scaled(costOf(idleDeviceDay, 0), DAYS_A_MONTH);
  const thousandCharges = scaled(costOf(charge, charge.workerRequests), 1000);
  return {
    perIdleDevice: totalOf(idleDevice),
    perThousandCharges: totalOf(thousandCharges),
    perReconnection: totalOf(costOf(reconnection, 1)),
    parts: { idleDevice, thousandCharges },
  };
}

/** Requests as the platform bills them. */
export const billedRequests = ({ objectRequests, objectMessages }: Used): number =>
  objectRequests - objectMessages + objectMessages / MESSAGES_A_REQUEST;

function costOf(used: Used, workerRequests: number): Record<string, number> {
  return {
    objectRequests: billedRequests(used) * PRICE.objectRequest,
    objectDuration: ((used.objectRequests * ACTIVE_MS) / 1000) * OBJECT_GB * PRICE.objectGbSecond,
    rowsWritten: (used.d1RowsWritten + used.objectRowsWritten) * PRICE.rowWritten,
    rowsRead: (used.d1RowsRead + used.objectRowsRead) * PRICE.rowRead,
    workerRequests: (workerRequests + used.queueMessages) * PRICE.workerRequest,
    queueOperations: used.queueMessages * OPERATIONS_A_QUEUE_MESSAGE * PRICE.queueOperation,
  };
}

/** Rounded to a billionth of a dollar. */
const rounded = (usd: number): number => Math.round(usd * 1e9) / 1e9;
const scaled = (parts: Record<string, number>, by: number): Record<string, number> =>
  Object.fromEntries(Object.entries(parts).map(([name, usd]) => [name, rounded(usd * by)]));
const totalOf = (parts: Record<string, number>): number =>
  rounded(Object.values(parts).reduce((sum, usd) => sum + usd, 0));
