import type { D1Database } from '@cloudflare/workers-types';
import type { Migration } from './build-worker.ts';

/** The table wrangler keeps, so that `wrangler d1 migrations list --local` and this agree. */
const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Applies what is not applied yet, each migration as one transaction, and returns their names. */
export async function applyMigrations(
  database: D1Database,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  await database.prepare(BOOKKEEPING).run();
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const pending = migrations.filter(({ name }) => !applied.has(name));
  for (const { name, statements } of pending) {
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ]);
  }
  return pending.map(({ name }) => name);
}
