import { expect, test } from 'vitest';
import { parseCsv } from './csv.ts';

const cells = (text: string) => parseCsv(text, ['serial', 'name'], 5).map((row) => row.cells);

test('what a spreadsheet saves is read: BOM, CRLF, quotes, any order of columns, blank lines', () => {
  expect(cells('\uFEFFname,serial\r\n"桩, 东门",A1\r\n\r\n"他说""好""", A2 \r\n')).toEqual([
    { serial: 'A1', name: '桩, 东门' },
    { serial: 'A2', name: '他说"好"' },
  ]);
  expect(cells('serial,name\nA1,\n"A2","两\n行"')).toEqual([
    { serial: 'A1', name: '' },
    { serial: 'A2', name: '两\n行' },
  ]);
});

test.each([
  ['', 'csv_columns'],
  ['serial\nA1', 'csv_columns'],
  ['serial,name,more\nA,B,C', 'csv_columns'],
  ['serial,name', 'csv_rows'],
  [`serial,name${'\nA,B'.repeat(6)}`, 'csv_rows'],
  ['serial,name\nA1', 'csv_cells'],
  ['serial,name\nA1,B,C', 'csv_cells'],
  ['serial,name\nA1,"B', 'csv_quotes'],
  ['serial,name\nA1,B"C"', 'csv_quotes'],
])('%j is refused', (text, reason) => {
  expect(() => cells(text)).toThrow(
    expect.objectContaining({ code: 'invalid_request', details: expect.objectContaining({ reason }) }),
  );
});

test('a long file is read in linear time', () => {
  const text = `serial,name\n${'A1234567,一号桩\n'.repeat(5_000)}`;
  const began = Date.now();
  expect(parseCsv(text, ['serial', 'name'], 5_000)).toHaveLength(5_000);
  expect(Date.now() - began).toBeLessThan(2_000);
});
