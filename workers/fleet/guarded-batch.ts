import { type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../../database/open.ts';
import { ERROR_CODES, type ErrorCode } from '../../domain/errors.ts';
import { ApiError } from '../api-error.ts';
import { databaseMessage } from '../middleware/errors.ts';

type Statement = BatchItem<'sqlite'>;

/** SQL cannot raise an error outside a trigger, but it names a JSON path that is none, and that aborts the batch. */
const abort = (code: ErrorCode): SQL => sql`json_extract('{}', ${`!${code}`})`;
const ABORTED = /bad JSON path: '!([a-z_]+)'/;

/** A statement that aborts its whole batch with `code` unless the condition holds at that moment. */
export function demand(db: Database, condition: SQL, code: ErrorCode): Statement {
  return db
    .select({ demanded: sql`CASE WHEN ${condition} THEN 1 ELSE ${abort(code)} END` })
    .from(sql`(SELECT 1)`);
}

/** A statement that aborts its whole batch with `code` unless the one right before it changed exactly `rows` rows. */
export const demandChanged = (db: Database, code: ErrorCode, rows = 1): Statement =>
  demand(db, sql`changes() = ${rows}`, code);

/** Runs a batch; a demand that is not met throws its code and leaves nothing behind. */
export async function runGuarded(
  db: Database,
  statements: readonly [Statement, ...Statement[]],
): Promise<void> {
  try {
    await db.batch(statements);
  } catch (error) {
    const code = ABORTED.exec(databaseMessage(error))?.[1];
    const known = ERROR_CODES.find((candidate) => candidate === code);
    throw known === undefined ? error : new ApiError(known);
  }
}
