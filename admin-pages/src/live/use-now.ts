import { useSyncExternalStore } from 'react';
import { serverAhead } from '../api/call-api.ts';

// One clock for all that counts seconds on the screen.
let tick = Date.now();
let timer: number | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    timer = window.setInterval(() => {
      tick = Date.now();
      for (const tell of listeners) tell();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** This browser's time, epoch ms, anew every second. */
export const useNowHere = (): number => useSyncExternalStore(subscribe, () => tick);

/** The platform's time, epoch ms, anew every second. */
export const useNow = (): number => useNowHere() + serverAhead();
