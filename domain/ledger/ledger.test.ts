import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Result } from '../errors.ts';
import { type Fen, fen } from '../units.ts';
import {
  type AccountId,
  accountKind,
  allowsBalance,
  isAccountId,
  mayBeNegative,
  mayBePositive,
  riderAccount,
  riderOfAccount,
} from './account.ts';
import { checkLedger } from './check-ledger.ts';
import { explainBalance, type LedgerEntry } from './explain-balance.ts';
import {
  adjust,
  captureHold,
  chargeWithoutHold,
  compensate,
  holdForOrder,
  type LedgerTransaction,
  refundCaptured,
  releaseHold,
  settleArrears,
  topUp,
} from './transactions.ts';

function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}
function refusal<T>(result: Result<T>): string {
  return result.ok ? 'accepted' : result.error.code;
}

/** What the database does: primary key on the transaction, next entry of each account, CHECK on the balance. */
class Books {
  readonly posted: LedgerTransaction[] = [];
  readonly entries = new Map<AccountId, LedgerEntry[]>();

  balance(account: AccountId): Fen {
    return this.entries.get(account)?.at(-1)?.balanceAfterFen ?? fen(0);
  }

  store(transaction: LedgerTransaction): 'stored' | 'repeated' | 'overdrawn' {
    if (this.posted.some(({ id }) => id === transaction.id)) return 'repeated';
    const next = transaction.postings.map(({ account, amountFen }) => ({
      account,
      amountFen,
      balanceAfterFen: fen(this.balance(account) + amountFen),
    }));
    if (!next.every(({ account, balanceAfterFen }) => allowsBalance(account, balanceAfterFen)))
      return 'overdrawn';
    for (const { account, amountFen, balanceAfterFen } of next) {
      const entries = this.entries.get(account) ?? [];
      this.entries.set(account, entries);
      entries.push({ seq: entries.length + 1, transactionId: transaction.id, amountFen, balanceAfterFen });
    }
    this.posted.push(transaction);
    return 'stored';
  }

  book(result: Result<LedgerTransaction>): void {
    expect(this.store(accepted(result))).toBe('stored');
  }
}

const wallet = riderAccount('r1', 'wallet');
const hold = riderAccount('r1', 'hold');
const arrears = riderAccount('r1', 'arrears');
const rider = { riderId: 'r1' };
const order = { ...rider, orderId: 'o1' };

describe('a charging session on prepaid money', () => {
  test('top-up, hold, capture: the bill is income in two parts and the rest is back in the wallet', () => {
    const books = new Books();
    books.book(topUp({ ...rider, paymentId: 'p1', channel: 'wechat', amountFen: fen(5_000) }));
    books.book(holdForOrder({ ...order, amountFen: fen(1_000) }));
    expect([books.balance(wallet), books.balance(hold)]).toEqual([4_000, 1_000]);

    books.book(
      captureHold({ ...order, heldFen: fen(1_000), electricityFen: fen(310), serviceFen: fen(205) }),
    );
    expect(books.balance(wallet)).toBe(4_485);
    expect(books.balance(hold)).toBe(0);
    expect(books.balance('platform:electricity-income')).toBe(310);
    expect(books.balance('platform:service-income')).toBe(205);
    expect(books.balance('channel:wechat')).toBe(-5_000);
    expect(checkLedger(books.posted)).toEqual([]);
  });

  test('M2: the same event delivered again makes the same id, and one order is billed one way only', () => {
    const capture = captureHold({ ...order, heldFen: fen(9), electricityFen: fen(4), serviceFen: fen(5) });
    const late = chargeWithoutHold({
      ...order,
      walletFen: fen(9),
      electricityFen: fen(4),
      serviceFen: fen(5),
    });
    expect(accepted(capture).id).toBe('settle:o1');
    expect(accepted(late).id).toBe('settle:o1');
    expect(accepted(holdForOrder({ ...order, amountFen: fen(9) })).id).toBe('hold:o1');
    expect(accepted(releaseHold({ ...order, heldFen: fen(9) })).id).toBe('release:o1');
  });

  test('a bill above the hold is refused; releasing and charging the wallet bills it all', () => {
    const bill = { electricityFen: fen(700), serviceFen: fen(400) };
    expect(captureHold({ ...order, heldFen: fen(1_000), ...bill })).toEqual({
      ok: false,
      error: { code: 'ledger_overdrawn', details: { heldFen: 1_000, capturedFen: 1_100 } },
    });

    const books = new Books();
    books.book(topUp({ ...rider, paymentId: 'p1', channel: 'wechat', amountFen: fen(1_050) }));
    books.book(holdForOrder({ ...order, amountFen: fen(1_000) }));
    books.book(releaseHold({ ...order, heldFen: fen(1_000) }));
    books.book(chargeWithoutHold({ ...order, walletFen: books.balance(wallet), ...bill }));
    expect([books.balance(wallet), books.balance(arrears)]).toEqual([0, -50]);
    expect(checkLedger(books.posted)).toEqual([]);

    books.book(topUp({ ...rider, paymentId: 'p2', channel: 'wechat', amountFen: fen(80) }));
    books.book(settleArrears({ ...rider, reference: 'p2', walletFen: fen(80), arrearsFen: fen(-50) }));
    expect([books.balance(wallet), books.balance(arrears)]).toEqual([30, 0]);
  });

  test('arrears larger than the wallet take what is there; an empty wallet or nothing owed is refused', () => {
    const paid = accepted(
      settleArrears({ ...rider, reference: 'p1', walletFen: fen(30), arrearsFen: fen(-50) }),
    );
    expect(paid.postings).toEqual([
      { account: wallet, amountFen: -30 },
      { account: arrears, amountFen: 30 },
    ]);
    const from = (walletFen: Fen, arrearsFen: Fen) =>
      refusal(settleArrears({ ...rider, reference: 'p1', walletFen, arrearsFen }));
    expect(from(fen(0), fen(-50))).toBe('insufficient_balance');
    expect(from(fen(10), fen(0))).toBe('invalid_request');
  });

  test('a session without any energy still leaves its mark, without postings', () => {
    const free = { walletFen: fen(100), electricityFen: fen(0), serviceFen: fen(0) };
    expect(accepted(chargeWithoutHold({ ...order, ...free }))).toMatchObject({
      id: 'settle:o1',
      postings: [],
    });
  });
});

describe('money given back', () => {
  const refundable = { electricityFen: fen(300), serviceFen: fen(200) };

  test('a refund takes each part from its own income and never more than was billed', () => {
    const refund = { electricityFen: fen(0), serviceFen: fen(200) };
    expect(accepted(refundCaptured({ ...order, refundId: 'f1', refund, refundable }))).toEqual({
      id: 'refund:o1:f1',
      kind: 'refund',
      orderId: 'o1',
      memo: '',
      postings: [
        { account: 'platform:service-income', amountFen: -200 },
        { account: wallet, amountFen: 200 },
      ],
    });
    const tooMuch = { electricityFen: fen(301), serviceFen: fen(0) };
    expect(refusal(refundCaptured({ ...order, refundId: 'f1', refund: tooMuch, refundable }))).toBe(
      'ledger_overdrawn',
    );
    const nothing = { electricityFen: fen(0), serviceFen: fen(0) };
    expect(refusal(refundCaptured({ ...order, refundId: 'f1', refund: nothing, refundable }))).toBe(
      'invalid_request',
    );
  });

  test('compensation and adjustments need a reason', () => {
    const gift = { ...rider, compensationId: 'c1', orderId: null, amountFen: fen(500) };
    expect(refusal(compensate({ ...gift, memo: ' ' }))).toBe('invalid_request');
    expect(accepted(compensate({ ...gift, memo: 'outlet died' })).postings).toEqual([
      { account: 'platform:compensation', amountFen: -500 },
      { account: wallet, amountFen: 500 },
    ]);
    const postings = [
      { account: 'platform:opening-equity', amountFen: fen(-700) },
      { account: wallet, amountFen: fen(700) },
    ] as const;
    expect(refusal(adjust({ adjustmentId: 'a1', orderId: null, memo: '', postings }))).toBe(
      'invalid_request',
    );
    expect(accepted(adjust({ adjustmentId: 'a1', orderId: null, memo: 'opening', postings })).id).toBe(
      'adjust:a1',
    );
  });

  test('M1: an adjustment that does not sum to zero is refused', () => {
    const postings = [
      { account: 'platform:compensation', amountFen: fen(-700) },
      { account: wallet, amountFen: fen(701) },
    ] as const;
    expect(adjust({ adjustmentId: 'a1', orderId: null, memo: 'typo', postings })).toEqual({
      ok: false,
      error: { code: 'ledger_unbalanced', details: { transactionId: 'adjust:a1', sumFen: 1 } },
    });
  });
});

test('ids with a colon or a space, negative, huge and zero amounts are refused', () => {
  const pay = (riderId: string, paymentId: string, amount: number) =>
    refusal(topUp({ riderId, paymentId, channel: 'wechat', amountFen: fen(amount) }));
  expect(pay('r1', 'p1', 1)).toBe('accepted');
  for (const bad of ['', 'a:b', 'a b']) {
    expect(pay(bad, 'p1', 1)).toBe('invalid_request');
    expect(pay('r1', bad, 1)).toBe('invalid_request');
  }
  for (const bad of [0, -1, 1e15]) expect(pay('r1', 'p1', bad)).toBe('invalid_request');
  const bill = { electricityFen: fen(-1), serviceFen: fen(5) };
  expect(refusal(captureHold({ ...order, heldFen: fen(10), ...bill }))).toBe('invalid_request');
  expect(refusal(chargeWithoutHold({ ...order, walletFen: fen(10), ...bill }))).toBe('invalid_request');
});

test('the chart of accounts: kinds, and who may stand where', () => {
  const chart = (
    [
      'rider:r1:wallet',
      'rider:r1:hold',
      'rider:r1:deposit',
      'rider:r1:arrears',
      'platform:electricity-income',
      'platform:service-income',
      'platform:compensation',
      'platform:opening-equity',
      'channel:wechat',
    ] as const
  ).map((account) => [account, accountKind(account), mayBeNegative(account), mayBePositive(account)]);
  expect(chart).toEqual([
    ['rider:r1:wallet', 'liability', false, true],
    ['rider:r1:hold', 'liability', false, true],
    ['rider:r1:deposit', 'liability', false, true],
    ['rider:r1:arrears', 'asset', true, false],
    ['platform:electricity-income', 'income', true, true],
    ['platform:service-income', 'income', true, true],
    ['platform:compensation', 'expense', true, true],
    ['platform:opening-equity', 'equity', true, true],
    ['channel:wechat', 'asset', true, true],
  ]);
  expect(['rider::wallet', 'rider:a:b:wallet', 'rider:a:purse', 'platform:cash'].filter(isAccountId)).toEqual(
    [],
  );
  expect([riderOfAccount('rider:r1:hold'), riderOfAccount('channel:wechat')]).toEqual(['r1', null]);
});

describe('the audit', () => {
  const paid = accepted(topUp({ ...rider, paymentId: 'p1', channel: 'wechat', amountFen: fen(100) }));
  const held = accepted(holdForOrder({ ...order, amountFen: fen(60) }));
  const bill = { electricityFen: fen(20), serviceFen: fen(10) };
  const captured = accepted(captureHold({ ...order, heldFen: fen(60), ...bill }));

  test('a repeated capture is a repeat, a second bill, an overdrawn hold and an inexact end of the hold', () => {
    expect(checkLedger([paid, held, captured, captured]).map(({ breach }) => breach)).toEqual([
      'repeated',
      'overdrawn',
      'billed_twice',
      'hold_not_settled_exactly',
    ]);
  });

  test('a tampered amount, an unknown account and an excessive refund are each named', () => {
    const tampered: LedgerTransaction = { ...paid, postings: [{ account: wallet, amountFen: fen(100) }] };
    expect(checkLedger([tampered])).toEqual([
      { breach: 'unbalanced', transactionId: 'top-up:p1', sumFen: 100 },
    ]);
    const stray: LedgerTransaction = {
      ...paid,
      postings: [
        { account: 'rider::wallet', amountFen: fen(100) },
        { account: 'channel:wechat', amountFen: fen(-100) },
      ],
    };
    expect(checkLedger([stray])).toEqual([
      { breach: 'unknown_account', transactionId: 'top-up:p1', account: 'rider::wallet' },
    ]);
    const refund = { electricityFen: fen(40), serviceFen: fen(0) };
    const gift = accepted(refundCaptured({ ...order, refundId: 'f1', refund, refundable: refund }));
    expect(checkLedger([paid, held, captured, gift])).toEqual([
      { breach: 'refunded_too_much', orderId: 'o1', excessFen: 10 },
    ]);
  });

  test('a capture of less than was held leaves the difference visible', () => {
    const short = accepted(captureHold({ ...order, heldFen: fen(50), ...bill }));
    expect(checkLedger([paid, held, short])).toEqual([
      { breach: 'hold_not_settled_exactly', orderId: 'o1', leftFen: 10 },
    ]);
  });
});

test('a balance is explained line by line, and a forged or missing line does not agree', () => {
  const line = (seq: number, amount: number, balance: number): LedgerEntry => ({
    seq,
    transactionId: `t${seq}`,
    amountFen: fen(amount),
    balanceAfterFen: fen(balance),
  });
  const entries = [line(2, -300, 700), line(1, 1_000, 1_000), line(3, 50, 750)];
  expect(explainBalance(entries).map(({ runningFen, agrees }) => [runningFen, agrees])).toEqual([
    [1_000, true],
    [700, true],
    [750, true],
  ]);
  expect(explainBalance([line(1, 1_000, 1_000), line(2, -300, 800)]).map(({ agrees }) => agrees)).toEqual([
    true,
    false,
  ]);
  expect(explainBalance([line(1, 1_000, 1_000), line(3, 50, 1_050)]).map(({ agrees }) => agrees)).toEqual([
    true,
    false,
  ]);
  expect(explainBalance([line(3, 50, 750)], { seq: 2, balanceFen: fen(700) })[0]?.agrees).toBe(true);
});

const amount = fc.integer({ min: 1, max: 5_000 }).map(fen);
const part = fc.integer({ min: 0, max: 3_000 }).map(fen);
const riders = fc.constantFrom('r1', 'r2');
const reference = fc.integer({ min: 1, max: 6 }).map(String);

/** Anything a caller might ask for, sensible or not, in any order, with references that repeat. */
const operation = fc.oneof(
  fc.record({ verb: fc.constant('topUp' as const), rider: riders, ref: reference, amount }),
  fc.record({ verb: fc.constant('hold' as const), rider: riders, ref: reference, amount }),
  fc.record({
    verb: fc.constantFrom('capture' as const, 'charge' as const, 'refund' as const),
    rider: riders,
    ref: reference,
    electricityFen: part,
    serviceFen: part,
  }),
  fc.record({
    verb: fc.constantFrom('release' as const, 'settleArrears' as const, 'compensate' as const),
    rider: riders,
    ref: reference,
    amount,
  }),
);

function perform(
  books: Books,
  step: typeof operation extends fc.Arbitrary<infer Step> ? Step : never,
): Result<LedgerTransaction> {
  const riderId = step.rider;
  const orderId = `${riderId}-${step.ref}`;
  const ofOrder = books.posted.filter((transaction) => transaction.orderId === orderId);
  const movedBy = (ending: string, kinds: readonly string[]) =>
    fen(
      ofOrder
        .filter(({ kind }) => kinds.includes(kind))
        .flatMap(({ postings }) => postings)
        .filter(({ account }) => account.endsWith(ending))
        .reduce((sum, { amountFen }) => sum + amountFen, 0),
    );
  const heldFen = movedBy(':hold', ['hold', 'capture', 'release']);
  const income = ['capture', 'charge', 'refund'];
  switch (step.verb) {
    case 'topUp':
      return topUp({ riderId, paymentId: step.ref, channel: 'wechat', amountFen: step.amount });
    case 'hold':
      return holdForOrder({ riderId, orderId, amountFen: step.amount });
    case 'capture':
      return captureHold({ ...step, riderId, orderId, heldFen });
    case 'charge':
      return chargeWithoutHold({
        ...step,
        riderId,
        orderId,
        walletFen: books.balance(riderAccount(riderId, 'wallet')),
      });
    case 'refund':
      return refundCaptured({
        riderId,
        orderId,
        refundId: step.ref,
        refund: step,
        refundable: {
          electricityFen: movedBy(':electricity-income', income),
          serviceFen: movedBy(':service-income', income),
        },
      });
    case 'release':
      return releaseHold({ riderId, orderId, heldFen });
    case 'settleArrears':
      return settleArrears({
        riderId,
        reference: step.ref,
        walletFen: books.balance(riderAccount(riderId, 'wallet')),
        arrearsFen: books.balance(riderAccount(riderId, 'arrears')),
      });
    case 'compensate':
      return compensate({
        riderId,
        compensationId: step.ref,
        orderId,
        amountFen: step.amount,
        memo: 'sorry',
      });
  }
}

test('M1: any history keeps every transaction at zero, every purse covered and every balance explained', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (steps) => {
      const books = new Books();
      for (const step of steps) {
        const result = perform(books, step);
        if (result.ok) books.store(result.value);
      }
      expect(checkLedger(books.posted)).toEqual([]);
      let total = 0;
      for (const [account, entries] of books.entries) {
        expect(explainBalance(entries).every(({ agrees }) => agrees)).toBe(true);
        expect(allowsBalance(account, books.balance(account))).toBe(true);
        total += books.balance(account);
      }
      expect(total).toBe(0);
    }),
  );
});

test('M3: whatever is captured, hold and wallet and income together return exactly what was held', () => {
  fc.assert(
    fc.property(amount, part, part, (heldFen, electricityFen, serviceFen) => {
      const end = captureHold({ ...order, heldFen, electricityFen, serviceFen });
      const tooMuch = electricityFen + serviceFen > heldFen;
      expect(refusal(end)).toBe(tooMuch ? 'ledger_overdrawn' : 'accepted');
      const { postings } = accepted(tooMuch ? releaseHold({ ...order, heldFen }) : end);
      const of = (account: AccountId) =>
        postings.find((posting) => posting.account === account)?.amountFen ?? 0;
      expect(of(hold)).toBe(-heldFen);
      expect(of(wallet) + of('platform:electricity-income') + of('platform:service-income')).toBe(heldFen);
      expect(of(wallet)).toBeGreaterThanOrEqual(0);
    }),
  );
});
