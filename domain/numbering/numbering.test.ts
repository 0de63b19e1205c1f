import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextNumbers, usage } from './allocation.ts';
import { checkImport } from './check-import.ts';
import {
  capacityOf,
  kindOfNetworkNumber,
  NETWORK_NUMBER_KINDS,
  NETWORK_NUMBER_RANGES,
  parseNetworkNumber,
} from './network-number.ts';

describe('a number tells its kind', () => {
  test.each([
    [20_000, null],
    [20_001, 'dtu'],
    [200_000, 'dtu'],
    [200_001, 'battery'],
    [5_000_000, 'battery'],
    [5_000_001, 'tbox'],
    [99_999_999, 'tbox'],
    [100_000_000, null],
    [0, null],
    [-20_001, null],
    [20_001.5, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
  ])('%d is %s', (number, kind) => {
    expect(kindOfNetworkNumber(number)).toBe(kind);
  });

  test('the ranges follow one another without gap or overlap', () => {
    const { dtu, battery, tbox } = NETWORK_NUMBER_RANGES;
    expect([battery.first, tbox.first]).toEqual([dtu.last + 1, battery.last + 1]);
    expect(NETWORK_NUMBER_KINDS.map(capacityOf)).toEqual([180_000, 4_800_000, 94_999_999]);
  });
});

describe('reading a typed or printed number', () => {
  test.each([
    '',
    '020001',
    '+20001',
    '-20001',
    ' 20001',
    '20001 ',
    '20001\n',
    '2０001',
    '２０００１',
    '20,001',
    '2e5',
    '0x5000',
    '20001.0',
  ])('%j is malformed', (text) => {
    expect(parseNetworkNumber(text)).toEqual({
      ok: false,
      error: { code: 'network_number_invalid', details: { reason: 'format' } },
    });
  });

  test.each(['1', '20000', '100000000', '9'.repeat(400)])('%s is out of range', (text) => {
    expect(parseNetworkNumber(text)).toEqual({
      ok: false,
      error: { code: 'network_number_invalid', details: { reason: 'out_of_range' } },
    });
  });

  test('a battery number where a DTU is expected is refused by its kind', () => {
    expect(parseNetworkNumber('200001')).toEqual({ ok: true, value: { number: 200_001, kind: 'battery' } });
    expect(parseNetworkNumber('200001', 'dtu')).toEqual({
      ok: false,
      error: {
        code: 'network_number_invalid',
        details: { reason: 'wrong_kind', kind: 'battery', expected: 'dtu' },
      },
    });
  });

  test('every number of the plan is read back as itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20_001, max: 99_999_999 }), (number) => {
        const kind = kindOfNetworkNumber(number);
        expect(parseNetworkNumber(String(number))).toEqual({ ok: true, value: { number, kind } });
      }),
    );
  });
});

describe('allocation', () => {
  const none: ReadonlySet<number> = new Set();

  test('the first numbers start the range, imported ones are stepped over', () => {
    expect(nextNumbers({ kind: 'dtu', highWater: null, count: 3, taken: new Set([20_002, 20_003]) })).toEqual(
      {
        ok: true,
        value: { numbers: [20_001, 20_004, 20_005], highWater: 20_005 },
      },
    );
  });

  test('the end of the range is reached exactly, and past it the error says what is left', () => {
    const taken = new Set([199_999, 20_050, 200_001]);
    expect(nextNumbers({ kind: 'dtu', highWater: 199_996, count: 3, taken })).toEqual({
      ok: true,
      value: { numbers: [199_997, 199_998, 200_000], highWater: 200_000 },
    });
    expect(nextNumbers({ kind: 'dtu', highWater: 199_996, count: 4, taken })).toEqual({
      ok: false,
      error: { code: 'network_numbers_exhausted', details: { kind: 'dtu', asked: 4, left: 3 } },
    });
    expect(nextNumbers({ kind: 'dtu', highWater: 200_000, count: 1, taken: none })).toMatchObject({
      error: { details: { left: 0 } },
    });
  });

  test.each([0, -1, 1.5, Number.NaN])('a count of %d is refused', (count) => {
    expect(nextNumbers({ kind: 'dtu', highWater: null, count, taken: none }).ok).toBe(false);
  });

  test('a high-water mark of another kind is refused', () => {
    expect(nextNumbers({ kind: 'dtu', highWater: 200_001, count: 1, taken: none }).ok).toBe(false);
    expect(nextNumbers({ kind: 'battery', highWater: 20_001, count: 1, taken: none }).ok).toBe(false);
  });

  test('no number is given out twice, whatever is imported between the allocations', () => {
    const step = fc.oneof(
      fc.record({ allocate: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ imported: fc.array(fc.integer({ min: 20_001, max: 20_300 }), { maxLength: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const given = new Set<number>();
        let highWater: number | null = null;
        for (const move of steps) {
          if ('imported' in move) {
            for (const number of move.imported) given.add(number);
            continue;
          }
          const result = nextNumbers({ kind: 'dtu', highWater, count: move.allocate, taken: given });
          if (!result.ok) throw new Error(result.error.code);
          const { numbers } = result.value;
          expect(numbers).toHaveLength(move.allocate);
          for (const number of numbers) {
            expect(given.has(number)).toBe(false);
            expect(number).toBeGreaterThan(highWater ?? 0);
            given.add(number);
          }
          highWater = result.value.highWater;
        }
      }),
    );
  });
});

test('usage raises its alert at 90 %, not before', () => {
  expect(usage('dtu', 161_999)).toMatchObject({ left: 18_001, alert: false });
  expect(usage('dtu', 162_000)).toEqual({
    kind: 'dtu',
    capacity: 180_000,
    allocated: 162_000,
    left: 18_000,
    alert: true,
  });
});

test('an import is judged row by row', () => {
  const texts = ['20001', '20 002', '300000', '20003', '20001', '7', '20004', '20003'];
  const rows = checkImport({ kind: 'dtu', texts, taken: new Set([20_003]) });
  expect(rows).toEqual([
    { row: 1, text: '20001', verdict: 'accepted', number: 20_001 },
    { row: 2, text: '20 002', verdict: 'malformed' },
    { row: 3, text: '300000', verdict: 'wrong_kind' },
    { row: 4, text: '20003', verdict: 'taken', number: 20_003 },
    { row: 5, text: '20001', verdict: 'duplicate', number: 20_001, firstRow: 1 },
    { row: 6, text: '7', verdict: 'out_of_range' },
    { row: 7, text: '20004', verdict: 'accepted', number: 20_004 },
    { row: 8, text: '20003', verdict: 'duplicate', number: 20_003, firstRow: 4 },
  ]);
});
