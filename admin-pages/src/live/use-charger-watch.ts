import { useMemo, useSyncExternalStore } from 'react';
import { ChargerWatch, type ChargerWatchState } from './charger-watch.ts';

/** What one charger is doing, as it happens, for as long as the component is on the screen. */
export function useChargerWatch(chargerId: string): ChargerWatchState & { readonly reconnect: () => void } {
  const watch = useMemo(() => new ChargerWatch(chargerId), [chargerId]);
  const state = useSyncExternalStore(watch.subscribe, watch.read);
  return { ...state, reconnect: watch.reconnect };
}
