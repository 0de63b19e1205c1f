import type { DurationMs, EpochMs } from '../units.ts';
import { DAY, durationMs, HOUR, MINUTE } from '../units.ts';
import type { DayWindow } from './tariff.ts';

/** China keeps UTC+8 the whole year, so local time is a fixed shift and every day has 24 hours. */
const SHANGHAI_OFFSET = 8 * HOUR;

/** Milliseconds since the last Shanghai midnight, 0..86,399,999. */
export function shanghaiTimeOfDay(at: EpochMs): DurationMs {
  return durationMs((((at + SHANGHAI_OFFSET) % DAY) + DAY) % DAY);
}

/** The part of the stretch `from..to` that lies in a daily window of Shanghai time, in ms, over any number of days. */
export function timeInsideWindow(window: DayWindow, from: EpochMs, to: EpochMs): DurationMs {
  return durationMs(insideSince1970(window, to) - insideSince1970(window, from));
}

/** Whether a moment lies in a daily window of Shanghai time; the window's end belongs to the next one. */
export function insideWindow(window: DayWindow, at: EpochMs): boolean {
  const time = shanghaiTimeOfDay(at);
  return windowSpans(window).some(
    (span) => time >= span.fromMinute * MINUTE && time < span.toMinute * MINUTE,
  );
}

/** A window as one or two stretches that do not wrap; an empty window (`from` equals `to`) has none. */
export function windowSpans(window: DayWindow): DayWindow[] {
  const { fromMinute, toMinute } = window;
  if (toMinute > fromMinute) return [window];
  if (toMinute === fromMinute) return [];
  const evening = { fromMinute, toMinute: 1440 };
  return toMinute === 0 ? [evening] : [evening, { fromMinute: 0, toMinute }];
}

function insideSince1970(window: DayWindow, at: EpochMs): number {
  const time = shanghaiTimeOfDay(at);
  const wholeDays = (at + SHANGHAI_OFFSET - time) / DAY;
  let inside = 0;
  for (const span of windowSpans(window)) {
    const length = (span.toMinute - span.fromMinute) * MINUTE;
    inside += wholeDays * length + Math.min(length, Math.max(0, time - span.fromMinute * MINUTE));
  }
  return inside;
}
