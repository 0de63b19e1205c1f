import { expect, test } from 'vitest';
import { shanghai } from '../pricing/sample-tariffs.test-support.ts';
import { isOpen } from './opening-hours.ts';

const at = (time: string) => shanghai(`2026-03-01 ${time}`);

test('a site without opening hours never closes', () => {
  expect(isOpen([], at('03:00'))).toBe(true);
});

test('a shop is open from its first minute to the minute it closes, Shanghai time', () => {
  const shop = [{ fromMinute: 8 * 60, toMinute: 22 * 60 }];
  expect(isOpen(shop, at('07:59:59.999'))).toBe(false);
  expect(isOpen(shop, at('08:00'))).toBe(true);
  expect(isOpen(shop, at('21:59:59.999'))).toBe(true);
  expect(isOpen(shop, at('22:00'))).toBe(false);
});

test('a night garage is open over midnight', () => {
  const garage = [{ fromMinute: 20 * 60, toMinute: 6 * 60 }];
  expect(isOpen(garage, at('19:59'))).toBe(false);
  expect(isOpen(garage, at('23:59'))).toBe(true);
  expect(isOpen(garage, at('00:00'))).toBe(true);
  expect(isOpen(garage, at('05:59'))).toBe(true);
  expect(isOpen(garage, at('06:00'))).toBe(false);
});

test('of several spans one is enough, and the whole day may be one span', () => {
  const noonBreak = [
    { fromMinute: 8 * 60, toMinute: 12 * 60 },
    { fromMinute: 14 * 60, toMinute: 0 },
  ];
  expect(isOpen(noonBreak, at('13:00'))).toBe(false);
  expect(isOpen(noonBreak, at('23:30'))).toBe(true);
  expect(isOpen(noonBreak, at('00:00'))).toBe(false);
  expect(isOpen([{ fromMinute: 0, toMinute: 1440 }], at('00:00'))).toBe(true);
});
