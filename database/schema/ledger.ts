import { sql } from 'drizzle-orm';
import { check, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { AccountId } from '../../domain/ledger/account.ts';

/** One posting of a transaction: credit-positive fen on one account. */
export interface StoredPosting {
  readonly account: AccountId;
  readonly amountFen: number;
}

/** The voucher. Its id is made from what it is for (`settle:ORDER`), so a repeat meets the primary key. */
export const ledgerTransactions = sqliteTable('ledger_transactions', {
  id: text('id').primaryKey(),
  kind: text('kind').notNull(),
  orderId: text('order_id'),
  memo: text('memo').notNull(),
  postings: text('postings', { mode: 'json' }).$type<StoredPosting[]>().notNull(),
  at: integer('at').notNull(),
});

/**
 * An account's lines, numbered from 1. `balanceAfterFen` of the last line is the balance: there is no second
 * place where a balance could be wrong. The named checks abort the whole batch of a posting that would overdraw.
 */
export const ledgerEntries = sqliteTable(
  'ledger_entries',
  {
    accountId: text('account_id').$type<AccountId>().notNull(),
    seq: integer('seq').notNull(),
    transactionId: text('transaction_id').notNull(),
    amountFen: integer('amount_fen').notNull(),
    balanceAfterFen: integer('balance_after_fen').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.seq] }),
    check(
      'rider_account_not_overdrawn',
      sql`${t.balanceAfterFen} >= 0 OR ${t.accountId} NOT GLOB 'rider:*' OR ${t.accountId} GLOB 'rider:*:arrears'`,
    ),
    check(
      'arrears_not_overpaid',
      sql`${t.balanceAfterFen} <= 0 OR ${t.accountId} NOT GLOB 'rider:*:arrears'`,
    ),
  ],
);

/**
 * Money reserved for an order that is not settled yet; the row goes when the hold is captured or released (M3).
 * Open holds are few (one a live session), so the sweep reads them all and no index has to be written.
 */
export const holds = sqliteTable('holds', {
  orderId: text('order_id').primaryKey(),
  riderId: text('rider_id').notNull(),
  amountFen: integer('amount_fen').notNull(),
  deadlineAt: integer('deadline_at').notNull(),
  createdAt: integer('created_at').notNull(),
});
