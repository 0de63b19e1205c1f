import type { Language } from '../preferences/preferences.ts';

const ZONE = 'Asia/Shanghai';

// Swedish writes dates as ISO 8601 does.
const moment = new Intl.DateTimeFormat('sv-SE', {
  timeZone: ZONE,
  dateStyle: 'short',
  timeStyle: 'medium',
});
/** Epoch ms as `2026-11-22 16:40:05`, Shanghai time. */
export const dateTime = (at: number): string => moment.format(at);

const WORDS = {
  zh: { d: ' 天', h: ' 小时', m: ' 分', s: ' 秒', gap: ' ' },
  en: { d: ' d', h: ' h', m: ' min', s: ' s', gap: ' ' },
} as const;

/** Milliseconds in their two largest units: `1 小时 5 分`. */
export function duration(ms: number, language: Language): string {
  const words = WORDS[language];
  const seconds = Math.max(0, Math.round(ms / 1000));
  const units = [
    [Math.floor(seconds / 86_400), words.d],
    [Math.floor(seconds / 3600) % 24, words.h],
    [Math.floor(seconds / 60) % 60, words.m],
    [seconds % 60, words.s],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return `0${words.s}`;
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count}${word}`)
    .join(words.gap);
}
