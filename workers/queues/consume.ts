import { openDatabase } from '../../database/open.ts';
import { incidents } from '../../database/schema/charging.ts';
import { epochMs } from '../../domain/units.ts';
import { counters } from '../../durable-objects/link/counters.ts';
import { applySettlement } from '../charging/events.ts';
import type { Env } from '../env.ts';
import { applyChargerAlarm, applyChargerProjection } from '../fleet/events.ts';
import { newId } from '../identifiers.ts';
import { deviceMessage, settlementMessage } from './messages.ts';

/**
 * Applies a batch, message by message: one that fails is retried alone, one that keeps failing ends in its
 * dead-letter queue and from there on the operators' list.
 */
export async function consumeQueue(batch: MessageBatch, env: Env): Promise<void> {
  const costs = env.COUNTERS === '1' ? counters : undefined;
  const db = openDatabase(env.DB, costs);
  for (const message of batch.messages) {
    try {
      await consume(batch.queue, message, db);
      message.ack();
    } catch (error) {
      console.error('queue message failed', batch.queue, message.id, error);
      message.retry({ delaySeconds: Math.min(600, 5 * 2 ** Math.min(message.attempts, 7)) });
    }
  }
}

async function consume(queue: string, message: Message, db: ReturnType<typeof openDatabase>): Promise<void> {
  const now = epochMs(Date.now());
  switch (queue) {
    case 'settlement':
      return applySettlement(db, settlementMessage.parse(message.body), now);
    case 'device-events': {
      const event = deviceMessage.parse(message.body);
      return event.type === 'charger.projection'
        ? applyChargerProjection(db, event)
        : applyChargerAlarm(db, event);
    }
    default: {
      // A dead letter. The same message under the same id makes one incident.
      await db
        .insert(incidents)
        .values({
          id: `${newId(message.timestamp.getTime()).slice(0, 10)}${message.id}`,
          queue: queue.replace(/-dlq$/, ''),
          message: message.body,
          error: `gave up after ${message.attempts} attempts`,
          createdAt: now,
        })
        .onConflictDoNothing();
    }
  }
}
