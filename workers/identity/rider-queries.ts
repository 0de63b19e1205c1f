import { and, desc, eq, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { riders } from '../../database/schema/identity.ts';

export interface RiderProfile {
  readonly id: string;
  readonly displayName: string;
  readonly realName: boolean;
  /** Basis points. */
  readonly memberDiscountBp: number;
}

export interface RiderRecord extends RiderProfile {
  readonly status: 'active' | 'blocked' | 'deleted';
  readonly createdAt: number;
}

export const riderColumns = {
  id: riders.id,
  displayName: riders.displayName,
  realNameVerifiedAt: riders.realNameVerifiedAt,
  memberDiscountBp: riders.memberDiscountBp,
  status: riders.status,
  createdAt: riders.createdAt,
};

type RiderRow = Pick<typeof riders.$inferSelect, keyof typeof riderColumns>;

/** What a rider sees of themselves. */
export const riderProfile = (row: RiderRow): RiderProfile => ({
  id: row.id,
  displayName: row.displayName,
  realName: row.realNameVerifiedAt !== null,
  memberDiscountBp: row.memberDiscountBp,
});

/** What an operator sees of a rider: never the openid. */
export const riderRecord = (row: RiderRow): RiderRecord => ({
  ...riderProfile(row),
  status: row.status,
  createdAt: row.createdAt,
});

export async function findRider(db: Database, id: string): Promise<RiderRecord | undefined> {
  const row = await db.select(riderColumns).from(riders).where(eq(riders.id, id)).get();
  return row === undefined ? undefined : riderRecord(row);
}

export interface RiderFilter {
  /** An id or openid as it is, or a part of the display name. */
  readonly query: string | undefined;
  readonly before: string | undefined;
  readonly limit: number;
}

/** The newest riders first, one more than `limit`. For callers whose scope is everything. */
export async function listRiders(
  db: Database,
  { query, before, limit }: RiderFilter,
): Promise<RiderRecord[]> {
  const conditions: (SQL | undefined)[] = [before === undefined ? undefined : lt(riders.id, before)];
  if (query !== undefined) {
    // `instr`, because D1 refuses LIKE patterns above 50 bytes and gives % and _ a meaning nobody asked for.
    const named = sql`instr(lower(${riders.displayName}), lower(${query})) > 0`;
    conditions.push(or(eq(riders.id, query), eq(riders.openid, query), named));
  }
  const rows = await db
    .select(riderColumns)
    .from(riders)
    .where(and(...conditions))
    .orderBy(desc(riders.id))
    .limit(limit + 1);
  return rows.map(riderRecord);
}
