import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types';
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** D1 takes this many bound values in one statement. */
const MOST_PARAMETERS = 100;

/** The statements that insert the rows, as few as D1's limit allows. Columns that no row names keep their default. */
export function insertStatements<Table extends SQLiteTable>(
  database: D1Database,
  table: Table,
  rows: readonly Table['$inferInsert'][],
): D1PreparedStatement[] {
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => rows.some((row) => key in row));
  const names = columns.map(([, column]) => `"${column.name}"`).join(', ');
  const perStatement = Math.floor(MOST_PARAMETERS / columns.length);
  const statements: D1PreparedStatement[] = [];
  for (let start = 0; start < rows.length; start += perStatement) {
    const chunk = rows.slice(start, start + perStatement);
    const places = chunk.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ');
    const values = chunk.flatMap((row) =>
      columns.map(([key, column]) => {
        const value = (row as Record<string, unknown>)[key];
        return value === undefined || value === null ? null : column.mapToDriverValue(value);
      }),
    );
    statements.push(
      database.prepare(`INSERT INTO "${getTableName(table)}" (${names}) VALUES ${places}`).bind(...values),
    );
  }
  return statements;
}
