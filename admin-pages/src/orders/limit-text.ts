import type { ChargingLimit } from '../api/charging-orders.ts';
import { energy, money } from '../format/quantities.ts';
import type { Texts } from '../messages/texts.ts';

/** What the rider asked for. */
export function limitText({ say }: Texts, limit: ChargingLimit): string {
  switch (limit.kind) {
    case 'full':
      return say('limit.full');
    case 'money':
      return money(limit.fen);
    case 'energy':
      return energy(limit.wh);
    case 'minutes':
      return say('limit.minutes', { count: limit.minutes });
  }
}
