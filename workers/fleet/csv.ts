import { ApiError } from '../api-error.ts';

/** A row of a CSV file by its columns; `row` counts from 1 after the header, as a person would. */
export interface CsvRow<Column extends string> {
  readonly row: number;
  readonly cells: Readonly<Record<Column, string>>;
}

/**
 * Reads CSV text (RFC 4180; BOM, CR and blank lines are forgiven) whose header names the columns, in any order.
 * Refuses `invalid_request` with a reason: `csv_columns`, `csv_cells` (with the row), `csv_quotes`, `csv_rows`.
 */
export function parseCsv<const Column extends string>(
  text: string,
  columns: readonly Column[],
  mostRows: number,
): CsvRow<Column>[] {
  const [header, ...lines] = splitCsv(text.replace(/^\uFEFF/, ''));
  const places = columns.map((column) => header?.indexOf(column) ?? -1);
  if (header === undefined || header.length !== columns.length || places.includes(-1))
    throw new ApiError('invalid_request', { reason: 'csv_columns', columns });
  if (lines.length === 0 || lines.length > mostRows)
    throw new ApiError('invalid_request', { reason: 'csv_rows', rows: lines.length, mostRows });
  return lines.map((cells, index) => {
    const row = index + 1;
    if (cells.length !== columns.length) throw new ApiError('invalid_request', { reason: 'csv_cells', row });
    const named = columns.map((column, place) => [column, cells[places[place] ?? 0] ?? ''] as const);
    return { row, cells: Object.fromEntries(named) as Record<Column, string> };
  });
}

/** Lines of trimmed cells, blank lines left out. */
function splitCsv(text: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  let at = 0;
  const endLine = (): void => {
    if (cells.length > 1 || cells[0] !== '') lines.push(cells);
    cells = [];
  };
  while (at <= text.length) {
    const cell = readCell(text, at);
    cells.push(cell.value);
    at = cell.end + 1;
    if (text[cell.end] !== ',') endLine();
  }
  return lines;
}

/** The cell that begins at `from`; `end` is where its comma, line end or the end of the text stands. */
function readCell(text: string, from: number): { value: string; end: number } {
  const quoted = /[ \t]*"((?:[^"]|"")*)"[ \t]*\r?(?=[,\n]|$)/y;
  quoted.lastIndex = from;
  const match = quoted.exec(text);
  if (match !== null) return { value: (match[1] ?? '').replaceAll('""', '"'), end: quoted.lastIndex };
  const stop = text.slice(from).search(/[,\n]/);
  const end = stop < 0 ? text.length : from + stop;
  const value = text.slice(from, end).trim();
  if (value.includes('"')) throw new ApiError('invalid_request', { reason: 'csv_quotes' });
  return { value, end };
}
