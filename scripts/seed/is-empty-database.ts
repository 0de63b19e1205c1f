import type { D1Database } from '@cloudflare/workers-types';

/** Whether nobody has put anything into the migrated database yet. */
export async function isEmptyDatabase(database: D1Database): Promise<boolean> {
  const row = await database.prepare('SELECT 1 FROM sites UNION ALL SELECT 1 FROM staff LIMIT 1').first();
  return row === null;
}
