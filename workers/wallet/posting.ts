import { sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../../database/open.ts';
import { ledgerEntries, ledgerTransactions } from '../../database/schema/ledger.ts';
import type { LedgerTransaction } from '../../domain/ledger/transactions.ts';
import type { EpochMs } from '../../domain/units.ts';

/**
 * The statements that post a transaction: the voucher, whose primary key refuses a repeat, then one line an account.
 * They belong into one `batch()`; a line that would overdraw a rider's purse aborts all of it.
 */
export function postingStatements(
  db: Database,
  transaction: LedgerTransaction,
  at: EpochMs,
): [BatchItem<'sqlite'>, ...BatchItem<'sqlite'>[]] {
  const voucher = db.insert(ledgerTransactions).values({
    id: transaction.id,
    kind: transaction.kind,
    orderId: transaction.orderId,
    memo: transaction.memo,
    postings: transaction.postings.map(({ account, amountFen }) => ({ account, amountFen })),
    at,
  });
  const lines = transaction.postings.map(({ account, amountFen }) =>
    db.run(sql`INSERT INTO ${ledgerEntries} (account_id, seq, transaction_id, amount_fen, balance_after_fen, at)
      SELECT ${account}, coalesce(last.seq, 0) + 1, ${transaction.id}, ${amountFen},
        coalesce(last.balance_after_fen, 0) + ${amountFen}, ${at}
      FROM (SELECT 1) LEFT JOIN (
        SELECT seq, balance_after_fen FROM ledger_entries WHERE account_id = ${account} ORDER BY seq DESC LIMIT 1
      ) AS last`),
  );
  return [voucher, ...lines];
}
