import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { networkNumbers } from '../../database/schema/fleet.ts';
import type { Result } from '../../domain/errors.ts';
import { type Allocation, nextNumbers } from '../../domain/numbering/allocation.ts';
import { checkImport, type ImportRow } from '../../domain/numbering/check-import.ts';
import {
  kindOfNetworkNumber,
  NETWORK_NUMBER_RANGES,
  type NetworkNumberKind,
} from '../../domain/numbering/network-number.ts';
import { ApiError, orThrow } from '../api-error.ts';
import { type Actor, auditRow } from '../audit.ts';
import { newId } from '../identifiers.ts';
import { databaseMessage } from '../middleware/errors.ts';
import { parseCsv } from './csv.ts';
import { highWaterOf, takenAbove, takenAmong } from './number-queries.ts';
import { requireWholeNetwork } from './scope.ts';

const ATTEMPTS = 3;
/** Imported numbers read at once while stepping over them. */
const TAKEN_AT_ONCE = 20_000;
export const MOST_NUMBER_ROWS = 5_000;

export interface AllocatedBatch {
  readonly batchId: string;
  readonly kind: NetworkNumberKind;
  readonly numbers: readonly number[];
}

/**
 * Gives out the next `count` numbers of a kind, all or none. Of two allocations at once the primary key lets one
 * through; the other looks again. Refuses `network_numbers_exhausted`.
 */
export async function allocateNumbers(
  db: Database,
  actor: Actor,
  kind: NetworkNumberKind,
  count: number,
): Promise<AllocatedBatch> {
  requireWholeNetwork(actor.staff);
  for (let attempt = 1; ; attempt += 1) {
    const { numbers } = orThrow(await planAllocation(db, kind, count));
    const batch = { batchId: newId(actor.now), kind, numbers };
    if (await insertNumbers(db, actor, 'allocated', batch)) return batch;
    if (attempt === ATTEMPTS) throw new ApiError('temporarily_unavailable', { reason: 'allocation_race' });
  }
}

async function planAllocation(
  db: Database,
  kind: NetworkNumberKind,
  count: number,
): Promise<Result<Allocation>> {
  const highWater = await highWaterOf(db, kind);
  const taken = new Set<number>();
  let mark = highWater ?? NETWORK_NUMBER_RANGES[kind].first - 1;
  for (;;) {
    const page = await takenAbove(db, kind, mark, TAKEN_AT_ONCE);
    for (const number of page) taken.add(number);
    mark = page.at(-1) ?? mark;
    const isComplete = page.length < TAKEN_AT_ONCE;
    const planned = nextNumbers({ kind, highWater, count, taken });
    // What was not read yet lies above the mark: it can only matter to a plan that reaches that far.
    if (isComplete || !planned.ok || planned.value.highWater <= mark) return planned;
  }
}

export interface NumberImport {
  /** Null when nothing was imported. */
  readonly batchId: string | null;
  readonly imported: number;
  readonly rows: readonly ImportRow[];
}

/**
 * Takes numbers that exist on labels already into the books, from CSV with the column `number`. With `allOrNothing`
 * one bad row keeps all out. Refuses what `parseCsv` refuses.
 */
export async function importNumbers(
  db: Database,
  actor: Actor,
  request: { readonly kind: NetworkNumberKind; readonly csv: string; readonly allOrNothing: boolean },
): Promise<NumberImport> {
  requireWholeNetwork(actor.staff);
  const { kind, csv, allOrNothing } = request;
  const texts = parseCsv(csv, ['number'], MOST_NUMBER_ROWS).map(({ cells }) => cells.number);
  const possible = texts.map(Number).filter((number) => kindOfNetworkNumber(number) !== null);
  for (let attempt = 1; ; attempt += 1) {
    const rows = checkImport({ kind, texts, taken: await takenAmong(db, possible) });
    const numbers = rows.flatMap((row) => (row.verdict === 'accepted' ? [row.number] : []));
    if (numbers.length === 0 || (allOrNothing && numbers.length < rows.length))
      return { batchId: null, imported: 0, rows };
    const batchId = newId(actor.now);
    if (await insertNumbers(db, actor, 'imported', { batchId, kind, numbers }))
      return { batchId, imported: numbers.length, rows };
    if (attempt === ATTEMPTS) throw new ApiError('temporarily_unavailable', { reason: 'import_race' });
  }
}

/** Writes the numbers and their audit row, or nothing and `false` when somebody else was faster with one of them. */
async function insertNumbers(
  db: Database,
  actor: Actor,
  origin: 'allocated' | 'imported',
  { batchId, kind, numbers }: AllocatedBatch,
): Promise<boolean> {
  try {
    await db.batch([
      // One parameter, however many numbers: D1 binds a hundred at most.
      db.insert(networkNumbers).select(numberRows(numbers, kind, origin, batchId, actor.now)),
      auditRow(db, actor, {
        action: origin === 'allocated' ? 'fleet.numbers.allocate' : 'fleet.numbers.import',
        subject: `number-batch:${batchId}`,
        before: null,
        after: { kind, count: numbers.length, first: numbers[0], last: numbers.at(-1) },
      }),
    ]);
    return true;
  } catch (error) {
    if (databaseMessage(error).includes('UNIQUE constraint failed: network_numbers.number')) return false;
    throw error;
  }
}

const numberRows = (
  numbers: readonly number[],
  kind: string,
  origin: string,
  batchId: string,
  now: number,
): SQL =>
  sql`SELECT value, ${kind}, ${origin}, ${batchId}, ${now} FROM json_each(${JSON.stringify(numbers)})`;
