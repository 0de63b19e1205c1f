import { expect, test } from 'vitest';
import type { DeviceCounts } from './count-charge.ts';
import type { Used } from './metered-stack.ts';
import { billedRequests, monthlyCost } from './monthly-cost.ts';

const NOTHING: Used = {
  d1Statements: 0,
  d1RoundTrips: 0,
  d1RowsRead: 0,
  d1RowsWritten: 0,
  objectRowsWritten: 0,
  objectRowsRead: 0,
  objectRequests: 0,
  objectMessages: 0,
  objectAlarms: 0,
  objectWakes: 0,
  queueMessages: 0,
};

const counts: DeviceCounts = {
  reconnection: { ...NOTHING, objectRowsWritten: 3 },
  idleDeviceDay: { ...NOTHING, objectRequests: 24, objectMessages: 24, heartbeats: 24, pings: 1440 },
  charge: {
    ...NOTHING,
    d1RowsWritten: 20,
    objectRowsWritten: 30,
    queueMessages: 4,
    workerRequests: 5,
    hours: 3,
    readings: 180,
  },
};

test('twenty messages of a socket are billed as one request', () => {
  expect(billedRequests({ ...NOTHING, objectRequests: 50, objectMessages: 40 })).toBe(12);
});

test('an idle device costs its heartbeats, a charge its rows, requests and queue operations', () => {
  const cost = monthlyCost(counts);
  // 36 billed requests at $0.15 a million, and 7.2 s of 128 MB at $12.50 a million GB-s.
  expect(cost.perIdleDevice).toBeCloseTo(36 * 0.15e-6 + 7.2 * 0.128 * 12.5e-6, 9);
  // 50 rows, 5 requests and 4 consumed messages, 12 queue operations; a thousand times.
  expect(cost.perThousandCharges).toBeCloseTo(0.05 + 0.0027 + 0.0048, 9);
  expect(cost.perReconnection).toBeCloseTo(3e-6 + 0.3e-6, 9);
});
