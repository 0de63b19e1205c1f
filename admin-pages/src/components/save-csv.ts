import { serverNow } from '../api/call-api.ts';
import { dateTime } from '../format/times.ts';

interface CsvColumn<Row> {
  readonly title: string;
  csv?(row: Row): string | number | null;
}

/** Hands the rows to the browser as a file that spreadsheet programs open with the right characters. */
export function saveCsv<Row>(name: string, columns: readonly CsvColumn<Row>[], rows: readonly Row[]): void {
  const exported = columns.flatMap(({ title, csv }) => (csv === undefined ? [] : [{ title, csv }]));
  const lines = [
    exported.map(({ title }) => title),
    ...rows.map((row) => exported.map(({ csv }) => csv(row) ?? '')),
  ];
  const text = lines.map((line) => line.map(cell).join(',')).join('\r\n');
  const file = URL.createObjectURL(new Blob([`\uFEFF${text}\r\n`], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = file;
  link.download = `${name}-${dateTime(serverNow()).replace(/[: ]/g, '')}.csv`;
  link.click();
  URL.revokeObjectURL(file);
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // A spreadsheet would run what begins like a formula.
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
