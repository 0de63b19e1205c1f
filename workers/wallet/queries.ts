import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { chargingOrders } from '../../database/schema/charging.ts';
import { riders } from '../../database/schema/identity.ts';
import { ledgerEntries, ledgerTransactions, type StoredPosting } from '../../database/schema/ledger.ts';
import { type AccountId, riderAccount } from '../../domain/ledger/account.ts';
import { type Fen, fen } from '../../domain/units.ts';
import { ApiError } from '../api-error.ts';

/** An account's balance in fen: its newest line says it. */
export async function balanceOf(db: Database, account: AccountId): Promise<Fen> {
  const last = await db
    .select({ balanceFen: ledgerEntries.balanceAfterFen })
    .from(ledgerEntries)
    .where(eq(ledgerEntries.accountId, account))
    .orderBy(desc(ledgerEntries.seq))
    .limit(1)
    .get();
  return fen(last?.balanceFen ?? 0);
}

/** What a rider's purses hold, in fen; `arrearsFen` is what the rider owes, never negative. */
export interface RiderBalances {
  readonly walletFen: number;
  readonly heldFen: number;
  readonly arrearsFen: number;
}

/** A rider's balances, in one statement that reads a row each. */
export async function riderBalances(db: Database, riderId: string): Promise<RiderBalances> {
  const last = (account: AccountId) =>
    sql`coalesce((SELECT balance_after_fen FROM ${ledgerEntries}
      WHERE account_id = ${account} ORDER BY seq DESC LIMIT 1), 0)`;
  const [row] = await db.all<{ wallet: number; held: number; arrears: number }>(
    sql`SELECT ${last(riderAccount(riderId, 'wallet'))} AS wallet, ${last(riderAccount(riderId, 'hold'))} AS held,
      ${last(riderAccount(riderId, 'arrears'))} AS arrears`,
  );
  return { walletFen: row?.wallet ?? 0, heldFen: row?.held ?? 0, arrearsFen: Math.abs(row?.arrears ?? 0) };
}

/** A line of an account with what its transaction says. */
export interface AccountLine {
  readonly seq: number;
  readonly transactionId: string;
  readonly amountFen: Fen;
  readonly balanceAfterFen: Fen;
  readonly at: number;
  readonly kind: string | null;
  readonly memo: string | null;
  readonly orderId: string | null;
}

/** An account's lines, newest first; `limit + 1` of them, so that the caller sees whether there are more. */
export async function accountLines(
  db: Database,
  account: AccountId,
  page: { readonly cursor: string | undefined; readonly limit: number },
): Promise<AccountLine[]> {
  const rows = await db
    .select({
      seq: ledgerEntries.seq,
      transactionId: ledgerEntries.transactionId,
      amountFen: ledgerEntries.amountFen,
      balanceAfterFen: ledgerEntries.balanceAfterFen,
      at: ledgerEntries.at,
      kind: ledgerTransactions.kind,
      memo: ledgerTransactions.memo,
      orderId: ledgerTransactions.orderId,
    })
    .from(ledgerEntries)
    .leftJoin(ledgerTransactions, eq(ledgerTransactions.id, ledgerEntries.transactionId))
    .where(
      and(
        eq(ledgerEntries.accountId, account),
        page.cursor === undefined ? undefined : lt(ledgerEntries.seq, lineNumber(page.cursor)),
      ),
    )
    .orderBy(desc(ledgerEntries.seq))
    .limit(page.limit + 1);
  return rows.map((row) => ({
    ...row,
    amountFen: fen(row.amountFen),
    balanceAfterFen: fen(row.balanceAfterFen),
  }));
}

export const lineCursor = (line: { readonly seq: number }): string => String(line.seq);

function lineNumber(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor)) throw new ApiError('invalid_cursor');
  return Number(cursor);
}

export interface StoredTransaction {
  readonly id: string;
  readonly kind: string;
  readonly orderId: string | null;
  readonly memo: string;
  readonly postings: readonly StoredPosting[];
  readonly at: number;
}

/** A voucher by its id, such as `settle:ORDER`. */
export function findTransaction(db: Database, id: string): Promise<StoredTransaction | undefined> {
  return db.select().from(ledgerTransactions).where(eq(ledgerTransactions.id, id)).get();
}

export interface TrialBalanceLine {
  /** An account of the platform, or `rider:*:wallet` for all riders' wallets together. */
  readonly account: string;
  readonly accounts: number;
  readonly balanceFen: number;
}

/**
 * The balances of all accounts, riders' purses added up by purse. One statement that leaps from account to account
 * and takes each one's last line: 4 to 5 rows read an account, however many lines it has.
 */
export function trialBalance(db: Database): Promise<TrialBalanceLine[]> {
  return db.all<TrialBalanceLine>(sql`
    WITH RECURSIVE account(id) AS (
      SELECT min(account_id) FROM ${ledgerEntries}
      UNION ALL
      SELECT (SELECT min(account_id) FROM ${ledgerEntries} WHERE account_id > account.id)
      FROM account WHERE account.id IS NOT NULL
    ),
    balance(book, fen) AS (
      SELECT
        CASE WHEN id GLOB 'rider:*'
          THEN 'rider:*:' || substr(id, length('rider:') + instr(substr(id, length('rider:') + 1), ':') + 1)
          ELSE id END,
        (SELECT balance_after_fen FROM ${ledgerEntries} WHERE account_id = account.id ORDER BY seq DESC LIMIT 1)
      FROM account WHERE id IS NOT NULL
    )
    SELECT book AS account, count(*) AS accounts, sum(fen) AS "balanceFen" FROM balance GROUP BY book ORDER BY book`);
}

/** Of these riders, the ones there are no records of. */
export async function unknownRiders(db: Database, riderIds: readonly string[]): Promise<string[]> {
  if (riderIds.length === 0) return [];
  const rows = await db.all<{ id: string }>(sql`SELECT wanted.value AS id
    FROM json_each(${JSON.stringify(riderIds)}) AS wanted
    WHERE NOT EXISTS (SELECT 1 FROM ${riders} WHERE ${riders.id} = wanted.value)`);
  return rows.map(({ id }) => id);
}

/** Whether an order is this rider's. */
export async function isOrderOf(db: Database, orderId: string, riderId: string): Promise<boolean> {
  const row = await db
    .select({ riderId: chargingOrders.riderId })
    .from(chargingOrders)
    .where(eq(chargingOrders.id, orderId))
    .get();
  return row?.riderId === riderId;
}
