import { type Fen, fen } from '../units.ts';

/** A stored entry of one account: `seq` counts 1, 2, 3 … without gaps, the balance is the one after it. */
export interface LedgerEntry {
  readonly seq: number;
  readonly transactionId: string;
  readonly amountFen: Fen;
  readonly balanceAfterFen: Fen;
}

export interface BalanceLine extends LedgerEntry {
  /** The balance re-added from the entries, in fen. */
  readonly runningFen: Fen;
  /** False when the stored balance or the sequence disagrees with what the entries say. */
  readonly agrees: boolean;
}

/** What stands before the first given entry, when only a later stretch of the account is explained. */
export interface BalanceBefore {
  readonly seq: number;
  readonly balanceFen: Fen;
}

/**
 * Explains an account's balance: its entries in order of `seq`, each with the balance re-added in fen and whether
 * the stored one agrees (M1).
 */
export function explainBalance(
  entries: readonly LedgerEntry[],
  before: BalanceBefore = { seq: 0, balanceFen: fen(0) },
): BalanceLine[] {
  let expectedSeq = before.seq;
  let runningFen = before.balanceFen;
  return [...entries]
    .sort((a, b) => a.seq - b.seq)
    .map((entry) => {
      expectedSeq += 1;
      runningFen = fen(runningFen + entry.amountFen);
      const agrees = entry.seq === expectedSeq && entry.balanceAfterFen === runningFen;
      expectedSeq = entry.seq;
      return { ...entry, runningFen, agrees };
    });
}
