import type { EpochMs } from '../units.ts';
import type { Effect } from './charger-state.ts';
import type { AttentionReason } from './charging-event.ts';
import type { RunningSession } from './session.ts';

export interface Told {
  readonly session: RunningSession;
  readonly effects: readonly Effect[];
}

/** Tells the operators why to look at an order, each reason once in its life. */
export function tellOperators(
  session: RunningSession,
  reasons: readonly AttentionReason[],
  now: EpochMs,
): Told {
  const news = reasons.filter((reason) => !session.attention.includes(reason));
  if (news.length === 0) return { session, effects: [] };
  const { orderId } = session.order;
  return {
    session: { ...session, attention: [...session.attention, ...news] },
    effects: news.map((reason) => ({
      type: 'emit',
      event: { type: 'charging.attention', orderId, reason, at: now },
    })),
  };
}

/** Tells what the meter did that a bill cannot be trusted with: its register dropped, or jumped. */
export function tellOfMeter(session: RunningSession, now: EpochMs): Told {
  const { usage, suspect } = session.metering;
  const reasons: AttentionReason[] = [];
  if (usage.resets > 0) reasons.push('meter-reset');
  if (suspect !== null) reasons.push('meter-jump');
  return tellOperators(session, reasons, now);
}
