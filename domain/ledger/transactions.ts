import { ok, type Result, refuse } from '../errors.ts';
import { type Fen, fen } from '../units.ts';
import {
  type AccountId,
  channelAccount,
  isAccountId,
  type PaymentChannel,
  platformAccount,
  riderAccount,
} from './account.ts';

export type LedgerTransactionKind =
  | 'top-up'
  | 'hold'
  | 'capture'
  | 'release'
  | 'charge'
  | 'arrears'
  | 'refund'
  | 'compensation'
  | 'adjustment';

/** One leg of a transaction, credit-positive, in fen, never 0. */
export interface Posting {
  readonly account: AccountId;
  readonly amountFen: Fen;
}

/**
 * A balanced movement of money (M1). Its id is made of what it is about, so that a repeat of the same
 * business event collides with the primary key instead of moving money again (M2).
 */
export interface LedgerTransaction {
  readonly id: string;
  readonly kind: LedgerTransactionKind;
  readonly orderId: string | null;
  readonly memo: string;
  readonly postings: readonly Posting[];
}

/** The two parts of a bill, in fen; the service part includes the idle fee. */
export interface BillParts {
  readonly electricityFen: Fen;
  readonly serviceFen: Fen;
}

/** Ten billion yuan: nothing real is larger, and sums of thousands of such amounts stay safe integers. */
const LARGEST_AMOUNT_FEN = 1_000_000_000_000;

const isAmount = (value: number): boolean =>
  Number.isSafeInteger(value) && value >= 0 && value <= LARGEST_AMOUNT_FEN;
const isPositiveAmount = (value: number): boolean => isAmount(value) && value > 0;
const isReference = (id: string): boolean => /^[^\s:]+$/.test(id);
const negative = (value: Fen): Fen => fen(-value);

/** What a transaction is about; joined by colons it is the transaction's id, so no part may contain one. */
type Subject = readonly [verb: string, ...references: string[]];

function post(about: Subject, draft: Omit<LedgerTransaction, 'id'>): Result<LedgerTransaction> {
  const id = about.join(':');
  if (!about.every(isReference)) return refuse('invalid_request', { reason: 'reference', transactionId: id });

  const postings = draft.postings.filter(({ amountFen }) => amountFen !== 0);
  const seen = new Set<AccountId>();
  let sumFen = 0;
  for (const { account, amountFen } of postings) {
    if (!isAccountId(account) || seen.has(account))
      return refuse('invalid_request', { reason: 'account', account });
    if (!isAmount(Math.abs(amountFen)))
      return refuse('invalid_request', { reason: 'amount', account, amountFen });
    seen.add(account);
    sumFen += amountFen;
  }
  if (sumFen !== 0) return refuse('ledger_unbalanced', { transactionId: id, sumFen });
  return ok({ id, ...draft, postings });
}

const badAmount = (facts: Record<string, unknown>): Result<never> =>
  refuse('invalid_request', { reason: 'amount', ...facts });

/** Money paid in through a channel becomes wallet balance; one top-up a payment. */
export function topUp(input: {
  readonly riderId: string;
  readonly paymentId: string;
  readonly channel: PaymentChannel;
  readonly amountFen: Fen;
  readonly memo?: string;
}): Result<LedgerTransaction> {
  const { riderId, paymentId, channel, amountFen, memo = '' } = input;
  if (!isPositiveAmount(amountFen)) return badAmount({ amountFen });
  return post(['top-up', paymentId], {
    kind: 'top-up',
    orderId: null,
    memo,
    postings: [
      { account: channelAccount(channel), amountFen: negative(amountFen) },
      { account: riderAccount(riderId, 'wallet'), amountFen },
    ],
  });
}

interface OrderHold {
  readonly riderId: string;
  readonly orderId: string;
  readonly memo?: string;
}

/** Sets wallet money aside for an order, once; too small a wallet is refused by the entry's CHECK constraint. */
export function holdForOrder(input: OrderHold & { readonly amountFen: Fen }): Result<LedgerTransaction> {
  const { riderId, orderId, amountFen, memo = '' } = input;
  if (!isPositiveAmount(amountFen)) return badAmount({ amountFen });
  return post(['hold', orderId], {
    kind: 'hold',
    orderId,
    memo,
    postings: [
      { account: riderAccount(riderId, 'wallet'), amountFen: negative(amountFen) },
      { account: riderAccount(riderId, 'hold'), amountFen },
    ],
  });
}

/**
 * Ends an order's hold with its bill: the bill becomes income, the rest returns to the wallet.
 * A bill above the hold is refused with `ledger_overdrawn`; release the hold and use `chargeWithoutHold` then.
 */
export function captureHold(
  input: OrderHold & BillParts & { readonly heldFen: Fen },
): Result<LedgerTransaction> {
  const { riderId, orderId, heldFen, electricityFen, serviceFen, memo = '' } = input;
  if (!isPositiveAmount(heldFen) || !isAmount(electricityFen) || !isAmount(serviceFen))
    return badAmount({ heldFen, electricityFen, serviceFen });
  const capturedFen = fen(electricityFen + serviceFen);
  if (capturedFen > heldFen) return refuse('ledger_overdrawn', { heldFen, capturedFen });
  return post(['settle', orderId], {
    kind: 'capture',
    orderId,
    memo,
    postings: [
      { account: riderAccount(riderId, 'hold'), amountFen: negative(heldFen) },
      { account: platformAccount('electricity-income'), amountFen: electricityFen },
      { account: platformAccount('service-income'), amountFen: serviceFen },
      { account: riderAccount(riderId, 'wallet'), amountFen: fen(heldFen - capturedFen) },
    ],
  });
}

/**
 * Ends an order's hold without a bill: all of it returns to the wallet. Its id is not the settlement's, because
 * a session that turns up after its hold was given back must still be billed once.
 */
export function releaseHold(input: OrderHold & { readonly heldFen: Fen }): Result<LedgerTransaction> {
  const { riderId, orderId, heldFen, memo = '' } = input;
  if (!isPositiveAmount(heldFen)) return badAmount({ heldFen });
  return post(['release', orderId], {
    kind: 'release',
    orderId,
    memo,
    postings: [
      { account: riderAccount(riderId, 'hold'), amountFen: negative(heldFen) },
      { account: riderAccount(riderId, 'wallet'), amountFen: heldFen },
    ],
  });
}

/**
 * Bills an order that has no hold (late or offline session): from the wallet as far as `walletFen` reaches, the
 * remainder to arrears. Shares the settlement's id, so an order is billed once whichever way. A bill of 0 gives
 * a transaction without postings, which still marks the order as settled.
 */
export function chargeWithoutHold(
  input: OrderHold & BillParts & { readonly walletFen: Fen },
): Result<LedgerTransaction> {
  const { riderId, orderId, walletFen, electricityFen, serviceFen, memo = '' } = input;
  if (!isAmount(walletFen) || !isAmount(electricityFen) || !isAmount(serviceFen))
    return badAmount({ walletFen, electricityFen, serviceFen });
  const billFen = fen(electricityFen + serviceFen);
  const paidFen = fen(Math.min(walletFen, billFen));
  return post(['settle', orderId], {
    kind: 'charge',
    orderId,
    memo,
    postings: [
      { account: riderAccount(riderId, 'wallet'), amountFen: negative(paidFen) },
      { account: riderAccount(riderId, 'arrears'), amountFen: fen(paidFen - billFen) },
      { account: platformAccount('electricity-income'), amountFen: electricityFen },
      { account: platformAccount('service-income'), amountFen: serviceFen },
    ],
  });
}

/**
 * Pays arrears from the wallet as far as it reaches. `arrearsFen` is the account's balance (0 or below);
 * `reference` names the occasion, usually the payment that refilled the wallet.
 */
export function settleArrears(input: {
  readonly riderId: string;
  readonly reference: string;
  readonly walletFen: Fen;
  readonly arrearsFen: Fen;
  readonly memo?: string;
}): Result<LedgerTransaction> {
  const { riderId, reference, walletFen, arrearsFen, memo = '' } = input;
  if (!isAmount(walletFen) || !isPositiveAmount(negative(arrearsFen)))
    return badAmount({ walletFen, arrearsFen });
  if (walletFen === 0) return refuse('insufficient_balance', { walletFen, arrearsFen });
  const paidFen = fen(Math.min(walletFen, -arrearsFen));
  return post(['arrears', reference], {
    kind: 'arrears',
    orderId: null,
    memo,
    postings: [
      { account: riderAccount(riderId, 'wallet'), amountFen: negative(paidFen) },
      { account: riderAccount(riderId, 'arrears'), amountFen: paidFen },
    ],
  });
}

/**
 * Gives billed money back to the wallet. `refundable` is the order's bill less its earlier refunds; a part above
 * it is refused with `ledger_overdrawn`. An order may have several refunds, one a `refundId`.
 */
export function refundCaptured(input: {
  readonly riderId: string;
  readonly orderId: string;
  readonly refundId: string;
  readonly refund: BillParts;
  readonly refundable: BillParts;
  readonly memo?: string;
}): Result<LedgerTransaction> {
  const { riderId, orderId, refundId, refund, refundable, memo = '' } = input;
  if (!isAmount(refund.electricityFen) || !isAmount(refund.serviceFen)) return badAmount({ refund });
  const refundFen = fen(refund.electricityFen + refund.serviceFen);
  if (refundFen === 0) return badAmount({ refund });
  if (refund.electricityFen > refundable.electricityFen || refund.serviceFen > refundable.serviceFen)
    return refuse('ledger_overdrawn', { refund, refundable });
  return post(['refund', orderId, refundId], {
    kind: 'refund',
    orderId,
    memo,
    postings: [
      { account: platformAccount('electricity-income'), amountFen: negative(refund.electricityFen) },
      { account: platformAccount('service-income'), amountFen: negative(refund.serviceFen) },
      { account: riderAccount(riderId, 'wallet'), amountFen: refundFen },
    ],
  });
}

/** Pays a rider from the platform's pocket for a fault; the reason (`memo`) is required. */
export function compensate(input: {
  readonly riderId: string;
  readonly compensationId: string;
  readonly orderId: string | null;
  readonly amountFen: Fen;
  readonly memo: string;
}): Result<LedgerTransaction> {
  const { riderId, compensationId, orderId, amountFen, memo } = input;
  if (!isPositiveAmount(amountFen)) return badAmount({ amountFen });
  if (memo.trim() === '') return refuse('invalid_request', { reason: 'memo' });
  return post(['compensate', compensationId], {
    kind: 'compensation',
    orderId,
    memo,
    postings: [
      { account: platformAccount('compensation'), amountFen: negative(amountFen) },
      { account: riderAccount(riderId, 'wallet'), amountFen },
    ],
  });
}

/**
 * A correction by finance over any accounts, one posting an account; the reason (`memo`) is required.
 * Postings that do not sum to zero are refused with `ledger_unbalanced`.
 */
export function adjust(input: {
  readonly adjustmentId: string;
  readonly orderId: string | null;
  readonly memo: string;
  readonly postings: readonly Posting[];
}): Result<LedgerTransaction> {
  const { adjustmentId, orderId, memo, postings } = input;
  if (memo.trim() === '') return refuse('invalid_request', { reason: 'memo' });
  if (postings.every(({ amountFen }) => amountFen === 0)) return badAmount({ postings: postings.length });
  return post(['adjust', adjustmentId], { kind: 'adjustment', orderId, memo, postings });
}
