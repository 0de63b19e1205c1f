import type { Database } from '../../database/open.ts';
import type { EpochMs } from '../../domain/units.ts';
import type { SettlementMessage } from '../queues/messages.ts';
import { failStart, markAttention, markStarted, quarantine, settleCharge } from './settlement-service.ts';

/** Applies what a charger's object reports. Safe to repeat, and whatever the order the messages come in. */
export async function applySettlement(db: Database, message: SettlementMessage, now: EpochMs): Promise<void> {
  switch (message.type) {
    case 'charging.started':
      return markStarted(db, message.orderId, message.at);
    case 'charging.start-failed':
      await failStart(db, message.orderId, message.reason, now);
      return;
    case 'charging.ended':
      await settleCharge(db, { ...message, usage: message.usage as never }, now);
      return;
    case 'charging.quarantined':
      return quarantine(db, { ...message, id: `${message.chargerId}:${message.id}` }, now);
    case 'charging.attention':
      return markAttention(db, message.orderId, message.reason);
  }
}
