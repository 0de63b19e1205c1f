/**
 * An object's storage: an append-only list of migrations and one row that holds its whole state. One row, because a
 * row written is what the platform bills: a commit of session, commands in flight and outbox together costs one.
 */
export class ObjectStore<Row extends { readonly v: number }> {
  readonly #sql: SqlStorage;
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage, migrations: readonly string[]) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#migrate(migrations);
  }

  // `PRAGMA user_version` is refused on the platform, hence the table.
  #migrate(migrations: readonly string[]): void {
    this.#sql.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
    const row = this.#sql.exec<{ version: number }>('SELECT version FROM schema_version').toArray()[0];
    const from = row?.version ?? 0;
    if (from >= migrations.length) return;
    this.#storage.transactionSync(() => {
      for (const migration of migrations.slice(from)) this.#sql.exec(migration);
      this.#sql.exec('DELETE FROM schema_version');
      this.#sql.exec('INSERT INTO schema_version (version) VALUES (?)', migrations.length);
    });
  }

  /** The committed state, or null for an object that has never committed. */
  load(): Row | null {
    const row = this.#sql.exec<{ json: string }>('SELECT json FROM state WHERE id = 1').toArray()[0];
    return row === undefined ? null : (JSON.parse(row.json) as Row);
  }

  /** Writes the state: one row. Returns the rows written, for the counters. */
  save(row: Row): number {
    return this.#sql.exec('INSERT OR REPLACE INTO state (id, json) VALUES (1, ?)', JSON.stringify(row))
      .rowsWritten;
  }
}

export const STATE_TABLE = 'CREATE TABLE state (id INTEGER PRIMARY KEY, json TEXT NOT NULL)';
