import { insideWindow } from '../pricing/shanghai-time.ts';
import type { DayWindow } from '../pricing/tariff.ts';
import type { EpochMs } from '../units.ts';

/** Whether a site with these opening hours (minutes of the Shanghai day, spans may wrap midnight) is open; none: always. */
export function isOpen(openingHours: readonly DayWindow[], now: EpochMs): boolean {
  return openingHours.length === 0 || openingHours.some((span) => insideWindow(span, now));
}
