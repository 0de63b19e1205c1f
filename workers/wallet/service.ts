import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../../database/open.ts';
import { riderOfAccount } from '../../domain/ledger/account.ts';
import {
  adjust,
  compensate,
  type LedgerTransaction,
  type Posting,
  settleArrears,
} from '../../domain/ledger/transactions.ts';
import { type EpochMs, type Fen, fen } from '../../domain/units.ts';
import { ApiError, orThrow } from '../api-error.ts';
import { type Actor, auditRow } from '../audit.ts';
import { databaseMessage } from '../middleware/errors.ts';
import { ALREADY_POSTED, postingStatements } from './posting-service.ts';
import {
  findTransaction,
  isOrderOf,
  riderBalances,
  type StoredTransaction,
  unknownRiders,
} from './queries.ts';

/** Statements that share a posting's batch; what has to be refused before the money is looked at goes in front. */
export interface PostedTogether {
  readonly before?: readonly BatchItem<'sqlite'>[];
  readonly after?: readonly BatchItem<'sqlite'>[];
}

/**
 * Posts a transaction and what belongs to it in one batch: all of it happens, or nothing. `posted` is false when the
 * same voucher stands already (M2). Throws `insufficient_balance` when the wallet does not reach and
 * `ledger_overdrawn` when another purse does not.
 */
export async function postTransaction(
  db: Database,
  transaction: LedgerTransaction,
  at: EpochMs,
  { before = [], after = [] }: PostedTogether = {},
): Promise<{ readonly posted: boolean }> {
  const [voucher, ...lines] = postingStatements(db, transaction, at);
  const [first = voucher, ...rest] = [...before, voucher, ...lines, ...after];
  try {
    await db.batch([first, ...rest]);
    return { posted: true };
  } catch (error) {
    const message = databaseMessage(error);
    if (message.includes(ALREADY_POSTED)) return { posted: false };
    if (message.includes('arrears_not_overpaid')) throw overdrawn('ledger_overdrawn', transaction);
    if (message.includes('rider_account_not_overdrawn')) {
      const takesFromWallet = transaction.postings.some(
        ({ account, amountFen }) => amountFen < 0 && account.endsWith(':wallet'),
      );
      throw overdrawn(takesFromWallet ? 'insufficient_balance' : 'ledger_overdrawn', transaction);
    }
    throw error;
  }
}

const overdrawn = (code: 'insufficient_balance' | 'ledger_overdrawn', { id }: LedgerTransaction) =>
  new ApiError(code, { transactionId: id });

/**
 * Pays a rider's arrears from the wallet as far as it reaches; owing nothing, or a repeat under the same key, changes
 * nothing. The voucher's id holds the key, so no further row notes its use.
 */
export async function payArrears(db: Database, riderId: string, key: string, now: EpochMs): Promise<void> {
  const reference = `${riderId}-${key}`;
  if ((await findTransaction(db, `arrears:${reference}`)) !== undefined) return;
  const { walletFen, arrearsFen } = await riderBalances(db, riderId);
  if (arrearsFen === 0) return;
  const owed = { walletFen: fen(walletFen), arrearsFen: fen(-arrearsFen) };
  await postTransaction(db, orThrow(settleArrears({ riderId, reference, ...owed })), now);
}

/** What a repeatable staff posting came to; `repeated` when an earlier request with the same key had made it. */
export interface StaffPosting {
  readonly transaction: StoredTransaction;
  readonly repeated: boolean;
}

/**
 * A correction by finance. The Idempotency-Key is the voucher's id (`adjust:KEY`), so no further row notes its use.
 * Holds are out of reach: they end with their order, and a table beside the ledger counts them (M3).
 */
export async function postAdjustment(
  db: Database,
  actor: Actor,
  key: string,
  input: { readonly postings: readonly Posting[]; readonly memo: string; readonly orderId: string | null },
): Promise<StaffPosting> {
  const onHold = input.postings.find(({ account }) => account.endsWith(':hold'));
  if (onHold !== undefined)
    throw new ApiError('invalid_request', { reason: 'hold_account', account: onHold.account });
  const transaction = orThrow(adjust({ adjustmentId: key, ...input }));
  await requireRiders(db, [
    ...new Set(input.postings.map(({ account }) => riderOfAccount(account)).filter((id) => id !== null)),
  ]);
  return postByStaff(db, actor, transaction, 'ledger.adjustment.create');
}

/** Pays a rider from the platform's pocket, about an order of theirs or not; the voucher is `compensate:KEY`. */
export async function postCompensation(
  db: Database,
  actor: Actor,
  key: string,
  input: {
    readonly riderId: string;
    readonly amountFen: Fen;
    readonly memo: string;
    readonly orderId: string | null;
  },
): Promise<StaffPosting> {
  const transaction = orThrow(compensate({ compensationId: key, ...input }));
  await requireRiders(db, [input.riderId]);
  if (input.orderId !== null && !(await isOrderOf(db, input.orderId, input.riderId)))
    throw new ApiError('not_found', { orderId: input.orderId });
  return postByStaff(db, actor, transaction, 'ledger.compensation.create');
}

/** Posts with an audit row; a repeat returns what stands, or `idempotency_key_reused` when that is something else. */
async function postByStaff(
  db: Database,
  actor: Actor,
  transaction: LedgerTransaction,
  action: string,
): Promise<StaffPosting> {
  const audit = auditRow(db, actor, {
    action,
    subject: `ledger-transaction:${transaction.id}`,
    before: null,
    after: contentOf(transaction),
  });
  const { posted } = await postTransaction(db, transaction, actor.now, { after: [audit] });
  if (posted) return { transaction: { ...transaction, at: actor.now }, repeated: false };
  const first = await findTransaction(db, transaction.id);
  if (first === undefined) throw new ApiError('temporarily_unavailable');
  if (JSON.stringify(contentOf(first)) !== JSON.stringify(contentOf(transaction)))
    throw new ApiError('idempotency_key_reused');
  return { transaction: first, repeated: true };
}

/** What a posting says, whoever wrote it down and in whatever order. */
function contentOf({ kind, orderId, memo, postings }: Omit<StoredTransaction, 'id' | 'at'>) {
  return {
    kind,
    orderId,
    memo,
    postings: postings
      .map(({ account, amountFen }) => ({ account, amountFen }))
      .toSorted((a, b) => (a.account < b.account ? -1 : 1)),
  };
}

async function requireRiders(db: Database, riderIds: readonly string[]): Promise<void> {
  const [riderId] = await unknownRiders(db, riderIds);
  if (riderId !== undefined) throw new ApiError('not_found', { riderId });
}
