import { describe, expect, it } from 'vitest';
import { epochMs, HOUR, MINUTE } from '../units.ts';
import { shanghai } from './sample-tariffs.test-support.ts';
import { insideWindow, shanghaiTimeOfDay, timeInsideWindow } from './shanghai-time.ts';

const night = { fromMinute: 1320, toMinute: 360 };

describe('Shanghai time', () => {
  it.each([
    ['2026-03-01T16:00:00Z', 0],
    ['2026-03-01T15:59:59.999Z', 24 * HOUR - 1],
    ['2026-07-01T00:00:00Z', 8 * HOUR],
    ['1969-12-31T16:00:00Z', 0],
    ['1969-12-31T15:00:00Z', 23 * HOUR],
  ])('at %s it is %i ms past midnight', (utc, expected) => {
    expect(shanghaiTimeOfDay(epochMs(Date.parse(utc)))).toBe(expected);
  });

  it('a window begins with its first minute and ends before its last', () => {
    expect(insideWindow(night, shanghai('2026-03-01 21:59'))).toBe(false);
    expect(insideWindow(night, shanghai('2026-03-01 22:00'))).toBe(true);
    expect(insideWindow(night, shanghai('2026-03-02 00:00'))).toBe(true);
    expect(insideWindow(night, shanghai('2026-03-02 05:59'))).toBe(true);
    expect(insideWindow(night, shanghai('2026-03-02 06:00'))).toBe(false);
  });

  it.each([
    ['2026-03-01 21:00', '2026-03-01 23:00', 60],
    ['2026-03-01 23:00', '2026-03-02 07:00', 420],
    ['2026-03-01 07:00', '2026-03-01 21:00', 0],
    ['2026-03-01 12:00', '2026-03-04 12:00', 3 * 480],
    ['2026-02-28 23:30', '2026-03-02 00:30', 390 + 120 + 30],
  ])('from %s to %s the night takes %i minutes', (from, to, minutes) => {
    expect(timeInsideWindow(night, shanghai(from), shanghai(to))).toBe(minutes * MINUTE);
  });
});
