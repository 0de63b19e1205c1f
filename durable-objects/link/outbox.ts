import type { EpochMs } from '../../domain/units.ts';
import { epochMs, MINUTE, SECOND } from '../../domain/units.ts';

export type QueueName = 'settlement' | 'device-events';

export interface OutboxItem {
  readonly seq: number;
  readonly queue: QueueName;
  readonly body: unknown;
  readonly attempts: number;
  readonly notBefore: number;
}

/** Events committed together with the state that caused them, until their queue has taken them. */
export interface Outbox {
  readonly nextSeq: number;
  readonly items: readonly OutboxItem[];
}

export const EMPTY_OUTBOX: Outbox = { nextSeq: 1, items: [] };

/** How long a drain in progress may take before the alarm looks after it again. */
export const DRAIN_RECOVERY = 20 * SECOND;
const MOST_AT_ONCE = 20;

export function post(outbox: Outbox, queue: QueueName, body: (seq: number) => unknown, now: EpochMs): Outbox {
  const seq = outbox.nextSeq;
  const item: OutboxItem = { seq, queue, body: body(seq), attempts: 0, notBefore: now };
  return { nextSeq: seq + 1, items: [...outbox.items, item] };
}

/**
 * What may be sent now: the oldest items in order, none past one that still has to wait, so that the queue sees an
 * object's events in the order in which they happened as long as nothing fails.
 */
export function due(outbox: Outbox, now: EpochMs): OutboxItem[] {
  const ready: OutboxItem[] = [];
  for (const item of outbox.items) {
    if (item.notBefore > now || ready.length === MOST_AT_ONCE) break;
    ready.push(item);
  }
  return ready;
}

export function settle(outbox: Outbox, sent: readonly OutboxItem[]): Outbox {
  const seqs = new Set(sent.map((item) => item.seq));
  return { ...outbox, items: outbox.items.filter((item) => !seqs.has(item.seq)) };
}

/** Puts failed items off: 2 s, 4 s, 8 s … at most 5 minutes. They are never given up. */
export function postpone(outbox: Outbox, failed: readonly OutboxItem[], now: EpochMs): Outbox {
  const seqs = new Set(failed.map((item) => item.seq));
  return {
    ...outbox,
    items: outbox.items.map((item) =>
      seqs.has(item.seq)
        ? {
            ...item,
            attempts: item.attempts + 1,
            notBefore: now + Math.min(5 * MINUTE, 2 ** Math.min(item.attempts + 1, 12) * SECOND),
          }
        : item,
    ),
  };
}

export const nextDue = (outbox: Outbox): EpochMs | null => {
  const first = outbox.items[0];
  return first === undefined ? null : epochMs(first.notBefore);
};
