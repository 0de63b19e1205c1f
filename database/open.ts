import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';

export type Database = DrizzleD1Database;

/** What D1 work cost: the units the platform bills, and the round trips a caller waits for. */
export interface DatabaseCosts {
  d1Statements: number;
  d1RoundTrips: number;
  d1RowsRead: number;
  d1RowsWritten: number;
}

/** Opens the database; with `costs` every statement is counted there. */
export function openDatabase(binding: D1Database, costs?: DatabaseCosts): Database {
  return drizzle(costs === undefined ? binding : metered(binding, costs));
}

function metered(binding: D1Database, costs: DatabaseCosts): D1Database {
  const note = (results: readonly { meta: D1Meta }[]): void => {
    costs.d1RoundTrips += 1;
    for (const { meta } of results) {
      costs.d1Statements += 1;
      costs.d1RowsRead += meta.rows_read;
      costs.d1RowsWritten += meta.rows_written;
    }
  };
  const inner = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement, reads: boolean): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values), reads),
      run: async () => {
        const result = await statement.run();
        note([result]);
        return result;
      },
      all: async () => {
        const result = await statement.all();
        note([result]);
        return result;
      },
      // `raw` does not say what it cost. Asking `all` as well costs a second read, which only the metered mode pays;
      // rebuilding rows from its objects would lose columns that share a name.
      raw: async () => {
        const result = await statement.all<Record<string, unknown>>();
        note([result]);
        return reads ? statement.raw() : result.results.map((row) => Object.values(row));
      },
    } as unknown as D1PreparedStatement;
    inner.set(wrapped, statement);
    return wrapped;
  };
  return {
    prepare: (query: string) => wrap(binding.prepare(query), /^\s*(select|with)\b/i.test(query)),
    batch: async (statements: D1PreparedStatement[]) => {
      const results = await binding.batch(statements.map((statement) => inner.get(statement) ?? statement));
      note(results);
      return results;
    },
  } as unknown as D1Database;
}
