import { type Fen, fen } from '../units.ts';
import { type AccountId, allowsBalance, isAccountId } from './account.ts';
import type { LedgerTransaction } from './transactions.ts';

export type LedgerBreach =
  /** The same transaction id stands twice. */
  | { readonly breach: 'repeated'; readonly transactionId: string }
  /** The postings do not sum to zero (M1). */
  | { readonly breach: 'unbalanced'; readonly transactionId: string; readonly sumFen: Fen }
  /** A posting names an account outside the chart. */
  | { readonly breach: 'unknown_account'; readonly transactionId: string; readonly account: string }
  /** After this transaction the account stood where it may not. */
  | {
      readonly breach: 'overdrawn';
      readonly transactionId: string;
      readonly account: AccountId;
      readonly balanceFen: Fen;
    }
  /** More than one bill was posted for an order (M2). */
  | { readonly breach: 'billed_twice'; readonly orderId: string; readonly transactionId: string }
  /** An order's hold was ended, but not for exactly what was held (M3); positive: still held, negative: too much taken. */
  | { readonly breach: 'hold_not_settled_exactly'; readonly orderId: string; readonly leftFen: Fen }
  /** An order gave back more than it was billed. */
  | { readonly breach: 'refunded_too_much'; readonly orderId: string; readonly excessFen: Fen };

interface OrderTotals {
  heldFen: number;
  holdEnded: boolean;
  bills: number;
  incomeFen: number;
}

/**
 * Audits transactions in the order they were posted, from the ledger's beginning, and lists every breach.
 * An empty list means: M1 holds, no purse was ever overdrawn, every order was billed at most once.
 */
export function checkLedger(transactions: Iterable<LedgerTransaction>): LedgerBreach[] {
  const breaches: LedgerBreach[] = [];
  const balances = new Map<AccountId, Fen>();
  const orders = new Map<string, OrderTotals>();
  const ids = new Set<string>();

  for (const transaction of transactions) {
    const transactionId = transaction.id;
    if (ids.has(transactionId)) breaches.push({ breach: 'repeated', transactionId });
    ids.add(transactionId);

    let sumFen = 0;
    const touched = new Set<AccountId>();
    for (const { account, amountFen } of transaction.postings) {
      sumFen += amountFen;
      if (!isAccountId(account)) {
        breaches.push({ breach: 'unknown_account', transactionId, account });
        continue;
      }
      balances.set(account, fen((balances.get(account) ?? 0) + amountFen));
      touched.add(account);
    }
    if (sumFen !== 0) breaches.push({ breach: 'unbalanced', transactionId, sumFen: fen(sumFen) });
    for (const account of touched) {
      const balanceFen = balances.get(account) ?? fen(0);
      if (!allowsBalance(account, balanceFen))
        breaches.push({ breach: 'overdrawn', transactionId, account, balanceFen });
    }

    const billedBefore = addToOrder(orders, transaction);
    if (billedBefore && transaction.orderId !== null)
      breaches.push({ breach: 'billed_twice', orderId: transaction.orderId, transactionId });
  }

  for (const [orderId, totals] of orders) {
    if (totals.holdEnded && totals.heldFen !== 0)
      breaches.push({ breach: 'hold_not_settled_exactly', orderId, leftFen: fen(totals.heldFen) });
    if (totals.incomeFen < 0)
      breaches.push({ breach: 'refunded_too_much', orderId, excessFen: fen(-totals.incomeFen) });
  }
  return breaches;
}

/** Adds a transaction to its order's totals; true when it is a bill and the order already had one. */
function addToOrder(orders: Map<string, OrderTotals>, transaction: LedgerTransaction): boolean {
  const { orderId, kind, postings } = transaction;
  if (orderId === null || kind === 'adjustment') return false;
  const totals = orders.get(orderId) ?? { heldFen: 0, holdEnded: false, bills: 0, incomeFen: 0 };
  orders.set(orderId, totals);
  for (const { account, amountFen } of postings) {
    if (account.endsWith(':hold')) totals.heldFen += amountFen;
    if (account.endsWith('-income')) totals.incomeFen += amountFen;
  }
  if (kind === 'capture' || kind === 'release') totals.holdEnded = true;
  if (kind !== 'capture' && kind !== 'charge') return false;
  totals.bills += 1;
  return totals.bills > 1;
}
