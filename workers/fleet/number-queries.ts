import { and, asc, desc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { networkNumbers } from '../../database/schema/fleet.ts';
import type { NetworkNumberKind } from '../../domain/numbering/network-number.ts';

export type NumberRow = typeof networkNumbers.$inferSelect;

/** The highest number of a kind that allocation has passed; null before the first. Imported ones do not count. */
export async function highWaterOf(db: Database, kind: NetworkNumberKind): Promise<number | null> {
  const row = await db
    .select({ number: networkNumbers.number })
    .from(networkNumbers)
    .where(and(eq(networkNumbers.kind, kind), eq(networkNumbers.origin, 'allocated')))
    .orderBy(desc(networkNumbers.number))
    .limit(1)
    .get();
  return row?.number ?? null;
}

/** The numbers of a kind above a mark that are given out, ascending, `most` at most. */
export async function takenAbove(
  db: Database,
  kind: NetworkNumberKind,
  mark: number,
  most: number,
): Promise<number[]> {
  const rows = await db
    .select({ number: networkNumbers.number })
    .from(networkNumbers)
    .where(and(eq(networkNumbers.kind, kind), gt(networkNumbers.number, mark)))
    .orderBy(asc(networkNumbers.number))
    .limit(most);
  return rows.map(({ number }) => number);
}

/** Which of these numbers are given out. */
export async function takenAmong(db: Database, numbers: readonly number[]): Promise<Set<number>> {
  const list = JSON.stringify(numbers);
  const rows = await db
    .select({ number: networkNumbers.number })
    .from(networkNumbers)
    .where(inArray(networkNumbers.number, sql`(SELECT value FROM json_each(${list}))`));
  return new Set(rows.map(({ number }) => number));
}

/** How many numbers of each kind are given out. */
export async function countNumbers(db: Database): Promise<Map<NetworkNumberKind, number>> {
  const rows = await db
    .select({ kind: networkNumbers.kind, count: sql<number>`count(*)` })
    .from(networkNumbers)
    .groupBy(networkNumbers.kind);
  return new Map(rows.map(({ kind, count }) => [kind, count]));
}

export const findNumber = (db: Database, number: number): Promise<NumberRow | undefined> =>
  db.select().from(networkNumbers).where(eq(networkNumbers.number, number)).get();
