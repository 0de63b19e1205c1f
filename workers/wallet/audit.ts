import { asc, eq, gt, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import {
  holds,
  ledgerEntries,
  ledgerTransactions,
  type StoredPosting,
} from '../../database/schema/ledger.ts';
import { allowsBalance, isAccountId } from '../../domain/ledger/account.ts';
import { fen } from '../../domain/units.ts';

/** Something wrong with the books; an empty list means that M1 holds and every hold is accounted for (M3). */
export type AuditBreach =
  /** A voucher's postings do not sum to zero. */
  | { readonly breach: 'unbalanced'; readonly transactionId: string; readonly sumFen: number }
  | { readonly breach: 'unknown_account'; readonly transactionId: string; readonly account: string }
  /** A line no voucher stands behind with this amount. */
  | {
      readonly breach: 'entry_without_posting';
      readonly transactionId: string;
      readonly account: string;
      readonly seq: number;
    }
  /** The line does not continue the one before it: a number is missing, or the balance does not add up. */
  | {
      readonly breach: 'chain_broken';
      readonly account: string;
      readonly seq: number;
      readonly storedFen: number;
      readonly runningFen: number;
    }
  /** The account stood where it may not. */
  | {
      readonly breach: 'overdrawn';
      readonly account: string;
      readonly seq: number;
      readonly balanceFen: number;
    }
  /** Postings and lines are not the same ones: some are missing or stand twice. */
  | {
      readonly breach: 'entries_differ_from_postings';
      readonly postings: number;
      readonly entries: number;
    }
  /** The open holds of a rider are not what the hold purse says. */
  | {
      readonly breach: 'holds_differ';
      readonly riderId: string;
      readonly holdsFen: number;
      readonly purseFen: number;
    };

/** Where an audit stands between two pages. It is all that is remembered, however large the books are. */
export interface AuditProgress {
  readonly step: 'vouchers' | 'entries' | 'holds';
  /** What is posted later than this is left to the next audit where vouchers and lines are compared; epoch ms. */
  readonly asOf: number;
  /** The last voucher, or the last line, that was looked at. */
  readonly voucher: string;
  readonly account: string;
  readonly seq: number;
  readonly balanceFen: number;
  readonly postings: number;
  readonly entries: number;
  /** Two sums over postings less the same over lines; both 0 when they are the same ones, in whatever order. */
  readonly difference: readonly [number, number];
}

export interface AuditPage {
  readonly breaches: AuditBreach[];
  /** Null when the audit is complete. */
  readonly next: AuditProgress | null;
}

const PAGE = 500;

/** The beginning of an audit of what was posted up to a moment (epoch ms). */
export function beginAudit(asOf: number): AuditProgress {
  return {
    step: 'vouchers',
    asOf,
    voucher: '',
    account: '',
    seq: 0,
    balanceFen: 0,
    postings: 0,
    entries: 0,
    difference: [0, 0],
  };
}

/** One page of an audit: at most 500 vouchers or lines. */
export function auditPage(db: Database, progress: AuditProgress): Promise<AuditPage> {
  switch (progress.step) {
    case 'vouchers':
      return auditVouchers(db, progress);
    case 'entries':
      return auditEntries(db, progress);
    case 'holds':
      return auditHolds(db);
  }
}

/** The whole audit, streamed page by page; every breach found. While money moves, give it a moment just past. */
export async function auditLedger(
  db: Database,
  asOf: number = Number.MAX_SAFE_INTEGER,
): Promise<AuditBreach[]> {
  const breaches: AuditBreach[] = [];
  let progress: AuditProgress | null = beginAudit(asOf);
  while (progress !== null) {
    const page: AuditPage = await auditPage(db, progress);
    breaches.push(...page.breaches);
    progress = page.next;
  }
  return breaches;
}

async function auditVouchers(db: Database, progress: AuditProgress): Promise<AuditPage> {
  const { id, postings, at } = ledgerTransactions;
  const rows = await db
    .select({ id, postings, at })
    .from(ledgerTransactions)
    .where(gt(id, progress.voucher))
    .orderBy(asc(id))
    .limit(PAGE);
  const breaches: AuditBreach[] = [];
  let state = progress;
  for (const voucher of rows) {
    let sumFen = 0;
    for (const posting of voucher.postings) {
      sumFen += posting.amountFen;
      if (!isAccountId(posting.account))
        breaches.push({
          breach: 'unknown_account',
          transactionId: voucher.id,
          account: String(posting.account),
        });
      if (voucher.at <= state.asOf)
        state = {
          ...state,
          postings: state.postings + 1,
          difference: shifted(state.difference, voucher.id, posting, 1),
        };
    }
    if (sumFen !== 0) breaches.push({ breach: 'unbalanced', transactionId: voucher.id, sumFen });
    state = { ...state, voucher: voucher.id };
  }
  return { breaches, next: rows.length < PAGE ? { ...state, step: 'entries' } : state };
}

async function auditEntries(db: Database, progress: AuditProgress): Promise<AuditPage> {
  const { accountId, seq } = ledgerEntries;
  const rows = await db
    .select({
      account: accountId,
      seq,
      transactionId: ledgerEntries.transactionId,
      amountFen: ledgerEntries.amountFen,
      balanceAfterFen: ledgerEntries.balanceAfterFen,
      at: ledgerEntries.at,
      postings: ledgerTransactions.postings,
    })
    .from(ledgerEntries)
    .leftJoin(ledgerTransactions, eq(ledgerTransactions.id, ledgerEntries.transactionId))
    .where(sql`(${accountId}, ${seq}) > (${progress.account}, ${progress.seq})`)
    .orderBy(asc(accountId), asc(seq))
    .limit(PAGE);
  const breaches: AuditBreach[] = [];
  let state = progress;
  for (const { account, seq, transactionId, amountFen, balanceAfterFen, at, postings } of rows) {
    const before = state.account === account ? state : { seq: 0, balanceFen: 0 };
    const runningFen = before.balanceFen + amountFen;
    if (seq !== before.seq + 1 || balanceAfterFen !== runningFen)
      breaches.push({ breach: 'chain_broken', account, seq, storedFen: balanceAfterFen, runningFen });
    if (!allowsBalance(account, fen(balanceAfterFen)))
      breaches.push({ breach: 'overdrawn', account, seq, balanceFen: balanceAfterFen });
    if (!postings?.some((posting) => posting.account === account && posting.amountFen === amountFen))
      breaches.push({ breach: 'entry_without_posting', transactionId, account, seq });
    const counts = at <= state.asOf;
    state = {
      ...state,
      account,
      seq,
      // What is stored goes on, so that one wrong line is one breach.
      balanceFen: balanceAfterFen,
      entries: state.entries + (counts ? 1 : 0),
      difference: counts
        ? shifted(state.difference, transactionId, { account, amountFen }, -1)
        : state.difference,
    };
  }
  if (rows.length === PAGE) return { breaches, next: state };
  if (state.postings !== state.entries || state.difference.some((sum) => sum !== 0))
    breaches.push({
      breach: 'entries_differ_from_postings',
      postings: state.postings,
      entries: state.entries,
    });
  return { breaches, next: { ...state, step: 'holds' } };
}

/** Open holds against hold purses in one statement, for they change all the time; it leaps over the accounts' lines. */
async function auditHolds(db: Database): Promise<AuditPage> {
  const rows = await db.all<{ riderId: string; holdsFen: number; purseFen: number }>(sql`
    WITH RECURSIVE account(id) AS (
      SELECT min(account_id) FROM ${ledgerEntries} WHERE account_id > 'rider:'
      UNION ALL
      SELECT (SELECT min(account_id) FROM ${ledgerEntries} WHERE account_id > account.id)
      FROM account WHERE account.id IS NOT NULL
    ),
    purse(rider_id, fen) AS (
      SELECT substr(id, length('rider:') + 1, length(id) - length('rider::hold')),
        (SELECT balance_after_fen FROM ${ledgerEntries} WHERE account_id = account.id ORDER BY seq DESC LIMIT 1)
      FROM account WHERE id GLOB 'rider:*:hold'
    ),
    held(rider_id, fen) AS (SELECT rider_id, sum(amount_fen) FROM ${holds} GROUP BY rider_id)
    SELECT coalesce(purse.rider_id, held.rider_id) AS "riderId", coalesce(held.fen, 0) AS "holdsFen",
      coalesce(purse.fen, 0) AS "purseFen"
    FROM purse FULL JOIN held ON held.rider_id = purse.rider_id
    WHERE coalesce(held.fen, 0) <> coalesce(purse.fen, 0)
    ORDER BY 1 LIMIT ${PAGE}`);
  return { breaches: rows.map((row) => ({ breach: 'holds_differ', ...row })), next: null };
}

function shifted(
  [first, second]: AuditProgress['difference'],
  transactionId: string,
  { account, amountFen }: StoredPosting,
  by: 1 | -1,
): [number, number] {
  const text = `${transactionId} ${account} ${amountFen}`;
  return [(first + by * hash(text, 0x9e3779b1)) | 0, (second + by * hash(text, 0x5f356495)) | 0];
}

/** 32 bits of a text, multiplied through (FNV-1a with a stirred end); guards against mistakes, not against malice. */
function hash(text: string, seed: number): number {
  let bits = seed;
  for (let index = 0; index < text.length; index += 1)
    bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  return (bits ^ (bits >>> 13)) | 0;
}
