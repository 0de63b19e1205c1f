import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { vi } from 'vitest';
import { HOUR } from '../../domain/units.ts';
import { objectOf } from '../../tests/workers/city.ts';

/** An alarm that is due again right after it rang, this often in a row, would ring for ever. */
const MOST_RINGS = 6;

/**
 * Stops the clock at `at`, which is ahead of the true one: alarms are set by the stopped clock, so that none rings unless
 * {@link ringDueAlarms} does it. `afterEach(() => vi.useRealTimers())` lets it go.
 */
export function stopClock(at = Date.now() + HOUR): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(at);
}

export const passTime = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

export const alarmOf = (chargerId: string): Promise<number | null> =>
  runInDurableObject(objectOf(chargerId), (_, { storage }) => storage.getAlarm());

/** Rings a charger's alarm as often as it is due by the stopped clock; throws when it does not come to rest. */
export async function ringDueAlarms(chargerId: string): Promise<number> {
  for (let rings = 0; ; rings += 1) {
    const at = await alarmOf(chargerId);
    if (at === null || at > Date.now()) return rings;
    if (rings === MOST_RINGS) throw new Error(`the alarm of ${chargerId} does not come to rest`);
    await runDurableObjectAlarm(objectOf(chargerId));
  }
}

/** Takes a charger's memory away; its sockets sleep on. */
export const evict = (chargerId: string): Promise<void> => evictDurableObject(objectOf(chargerId));
