import { useSyncExternalStore } from 'react';
import { storedValue, useStored } from './stored-value.ts';

export type Language = 'zh' | 'en';
export type ThemeChoice = 'system' | 'light' | 'dark';

export const language = storedValue<Language>('dianyi.language', (stored) => (stored === 'en' ? 'en' : 'zh'));

export const themeChoice = storedValue<ThemeChoice>('dianyi.theme', (stored) =>
  stored === 'light' || stored === 'dark' ? stored : 'system',
);

const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

/** Whether the screen is dark: as chosen, or else as the system is. */
export function useDark(): boolean {
  const choice = useStored(themeChoice);
  const systemIsDark = useSyncExternalStore(
    (listener) => {
      darkSystem.addEventListener('change', listener);
      return () => darkSystem.removeEventListener('change', listener);
    },
    () => darkSystem.matches,
  );
  return choice === 'system' ? systemIsDark : choice === 'dark';
}
