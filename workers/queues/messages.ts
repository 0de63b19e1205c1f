import { z } from 'zod';
import { END_REASONS, START_FAILURES } from '../../domain/charging/session.ts';

/** What travels in the queues: versioned, validated on arrival, applied idempotently by what it is about. */
const envelope = { v: z.literal(1), id: z.string().min(1).max(200), chargerId: z.string().min(1).max(64) };
const epoch = z.number().int().nonnegative();
const watthours = z.number().int().nonnegative();

const usage = z.object({
  startAt: epoch,
  lastAt: z.number().int(),
  lastRegisterWh: watthours,
  energyWh: watthours,
  wh: z.array(watthours),
  ms: z.array(epoch),
  fullAt: epoch.nullable(),
  idleMs: epoch,
  droppedFromWh: watthours.nullable(),
  ignored: z.number().int(),
  resets: z.number().int(),
});

export const settlementMessage = z.discriminatedUnion('type', [
  z.object({ ...envelope, type: z.literal('charging.started'), orderId: z.string(), at: epoch }),
  z.object({
    ...envelope,
    type: z.literal('charging.start-failed'),
    orderId: z.string(),
    reason: z.enum(START_FAILURES),
    at: epoch,
  }),
  z.object({
    ...envelope,
    type: z.literal('charging.ended'),
    orderId: z.string(),
    reason: z.enum(END_REASONS),
    startedAt: epoch,
    endedAt: epoch,
    meterStartWh: watthours,
    meterStopWh: watthours,
    transactionId: z.number().int(),
    usage,
    curve: z.array(z.tuple([z.number(), z.number(), z.number()])).max(1000),
    late: z.boolean(),
  }),
  z.object({
    ...envelope,
    type: z.literal('charging.quarantined'),
    outletNo: z.number().int(),
    idTag: z.string(),
    orderId: z.string().nullable(),
    startedAt: epoch,
    endedAt: epoch,
    energyWh: watthours,
    reason: z.enum(['unknown-tag', 'started-after-deadline', 'unknown-transaction', 'displaced']),
    evidence: z.record(z.string(), z.unknown()),
  }),
  z.object({
    ...envelope,
    type: z.literal('charging.attention'),
    orderId: z.string(),
    reason: z.string().max(40),
    at: epoch,
  }),
]);
export type SettlementMessage = z.infer<typeof settlementMessage>;

export const deviceMessage = z.discriminatedUnion('type', [
  z.object({
    ...envelope,
    type: z.literal('charger.projection'),
    seq: z.number().int(),
    at: epoch,
    online: z.boolean(),
    outlets: z.array(z.enum(['free', 'occupied', 'reserved', 'unavailable', 'faulted', 'offline'])).max(200),
    firmware: z.string().nullable(),
  }),
  z.object({
    ...envelope,
    type: z.literal('charger.alarm'),
    kind: z.enum([
      'over-power',
      'over-temperature',
      'over-time',
      'stop-unanswered',
      'outlet-faulted',
      'clock-skew',
    ]),
    severity: z.enum(['critical', 'major', 'minor']),
    outletNo: z.number().int().nullable(),
    detail: z.record(z.string(), z.unknown()),
    at: epoch,
  }),
]);
