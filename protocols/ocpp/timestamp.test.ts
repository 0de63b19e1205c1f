import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../domain/units.ts';
import { readTimestamp, writeTimestamp } from './timestamp.ts';

describe('readTimestamp', () => {
  const moment = Date.UTC(2026, 2, 1, 8, 30, 15);
  it.each([
    ['2026-03-01T08:30:15Z', moment],
    ['2026-03-01T08:30:15.250Z', moment + 250],
    ['2026-03-01T08:30:15.123456789Z', moment + 123],
    ['2026-03-01T08:30:15.9999999Z', moment + 999],
    ['2026-03-01T16:30:15+08:00', moment],
    ['2026-03-01T16:30:15+0800', moment],
    ['2026-03-01T16:30:15+08', moment],
    ['2026-03-01T03:00:15-05:30', moment],
    ['2026-03-01t08:30:15z', moment],
    ['2026-03-01 08:30:15', moment],
    ['2026-03-01T08:30:15', moment],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  ])('%s', (text, expected) => {
    expect(readTimestamp(text)).toBe(expected);
  });

  it.each([
    '',
    'now',
    '2026-03-01',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T08:60:00Z',
    '2026-03-01T08:30Z',
    '2026-03-01T08:30:15+25:00',
    '1772353815000',
    '01/03/2026 08:30:15',
  ])('refuses %j', (text) => {
    expect(readTimestamp(text)).toBeNull();
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }), (date) => {
        const at = epochMs(date.getTime());
        expect(readTimestamp(writeTimestamp(at))).toBe(at);
      }),
    );
  });
});
