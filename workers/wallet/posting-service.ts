import { type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../../database/open.ts';
import { holds, ledgerEntries, ledgerTransactions } from '../../database/schema/ledger.ts';
import type { LedgerTransaction } from '../../domain/ledger/transactions.ts';
import type { EpochMs } from '../../domain/units.ts';

/**
 * True only while an order's hold of exactly this amount is open. As the voucher's kind it comes out NULL otherwise,
 * which the column refuses: of two that would end the same hold, one aborts as a whole.
 */
export const whileHeld = (kind: string, orderId: string, amountFen: number): SQL =>
  sql`(SELECT ${kind} FROM ${holds} WHERE ${holds.orderId} = ${orderId} AND ${holds.amountFen} = ${amountFen})`;

/** What the database says when {@link whileHeld} did not hold. */
export const HOLD_GONE = 'NOT NULL constraint failed: ledger_transactions.kind';
/** What it says when the same voucher was posted before. */
export const ALREADY_POSTED = 'UNIQUE constraint failed: ledger_transactions.id';

/**
 * The statements that post a transaction: the voucher, whose primary key refuses a repeat, then one line an account.
 * They belong into one `batch()`; a line that would overdraw a rider's purse aborts all of it.
 */
export function postingStatements(
  db: Database,
  transaction: LedgerTransaction,
  at: EpochMs,
  kind: SQL | string = transaction.kind,
): [BatchItem<'sqlite'>, ...BatchItem<'sqlite'>[]] {
  const voucher = db.insert(ledgerTransactions).values({
    id: transaction.id,
    kind: typeof kind === 'string' ? kind : sql<string>`${kind}`,
    orderId: transaction.orderId,
    memo: transaction.memo,
    postings: transaction.postings.map(({ account, amountFen }) => ({ account, amountFen })),
    at,
  });
  const lines = transaction.postings.map(({ account, amountFen }) =>
    // The columns in the order of the table. The account's last line is looked up where the new one is written.
    db.insert(ledgerEntries).select(sql`
      SELECT ${account}, coalesce(last.seq, 0) + 1, ${transaction.id}, ${amountFen},
        coalesce(last.balance_after_fen, 0) + ${amountFen}, ${at}
      FROM (SELECT 1) LEFT JOIN (
        SELECT seq, balance_after_fen FROM ledger_entries WHERE account_id = ${account} ORDER BY seq DESC LIMIT 1
      ) AS last`),
  );
  return [voucher, ...lines];
}
