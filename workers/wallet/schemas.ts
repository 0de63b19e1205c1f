import { z } from '@hono/zod-openapi';

export const Fen = z.int().openapi({ description: 'Fen', example: 1250 });
export const Moment = z.int().openapi({ description: 'Epoch ms', example: 1767225600000 });
/** The name of an account; its chart is judged by `isAccountId`. */
export const Account = z.string().max(120).openapi({
  description: '`rider:ID:wallet|hold|deposit|arrears`, `platform:…`, `channel:…`; credit-positive',
  example: 'rider:01JD0000000000000000000000:wallet',
});
const Kind = z.enum(['liability', 'asset', 'income', 'expense', 'equity', 'unknown']);

export const WalletView = z
  .object({
    walletFen: Fen.openapi({ description: 'Fen that can be spent or refunded' }),
    heldFen: Fen.openapi({ description: 'Fen set aside for charges that are not settled yet' }),
    arrearsFen: Fen.openapi({ description: 'Fen the rider owes' }),
  })
  .openapi('Wallet');

export const WalletEntryView = z
  .object({
    seq: z.int(),
    kind: z.string().openapi({ example: 'capture' }),
    title: z.string().openapi({ description: 'What the line is, in the language asked for' }),
    memo: z.string(),
    orderId: z.string().nullable(),
    amountFen: Fen,
    balanceAfterFen: Fen,
    at: Moment,
  })
  .openapi('WalletEntry');

export const WALLET_ENTRY_EXAMPLE: z.infer<typeof WalletEntryView> = {
  seq: 3,
  kind: 'hold',
  title: '充电预付',
  memo: '',
  orderId: '01JD0000000000000000000001',
  amountFen: -500,
  balanceAfterFen: 1500,
  at: 1767225600000,
};

export const TransactionView = z
  .object({
    id: z.string().openapi({ description: 'Says what it is about: `settle:ORDER`' }),
    kind: z.string(),
    orderId: z.string().nullable(),
    memo: z.string(),
    postings: z.array(z.object({ account: z.string(), amountFen: Fen })),
    at: Moment,
  })
  .openapi('LedgerTransaction');

export const TRANSACTION_EXAMPLE: z.infer<typeof TransactionView> = {
  id: 'adjust:8f14e45f-ceea-467f-a0e6-7f1d2c3b4a59',
  kind: 'adjustment',
  orderId: null,
  memo: '银行到账补录',
  postings: [
    { account: 'channel:bank', amountFen: -1000 },
    { account: 'rider:01JD0000000000000000000000:wallet', amountFen: 1000 },
  ],
  at: 1767225600000,
};

export const AccountEntryView = z
  .object({
    seq: z.int(),
    transactionId: z.string(),
    kind: z.string().nullable(),
    memo: z.string().nullable(),
    orderId: z.string().nullable(),
    amountFen: Fen,
    balanceAfterFen: Fen.openapi({ description: 'As stored' }),
    runningFen: Fen.openapi({ description: 'Added up again from the line before' }),
    agrees: z.boolean().openapi({ description: 'False when what is stored disagrees with what adds up' }),
    at: Moment,
  })
  .openapi('LedgerEntry');

export const ACCOUNT_ENTRY_EXAMPLE: z.infer<typeof AccountEntryView> = {
  seq: 2,
  transactionId: 'hold:01JD0000000000000000000001',
  kind: 'hold',
  memo: '',
  orderId: '01JD0000000000000000000001',
  amountFen: -500,
  balanceAfterFen: 1500,
  runningFen: 1500,
  agrees: true,
  at: 1767225600000,
};

export const TrialBalanceView = z
  .object({
    asOf: Moment,
    lines: z.array(
      z.object({
        account: z.string().openapi({ description: 'Riders’ purses are added up: `rider:*:wallet`' }),
        kind: Kind,
        accounts: z.int(),
        balanceFen: Fen,
      }),
    ),
    kinds: z.array(z.object({ kind: Kind, balanceFen: Fen })),
    sumFen: Fen.openapi({ description: 'Always 0' }),
  })
  .openapi('TrialBalance');

export const TRIAL_BALANCE_EXAMPLE: z.infer<typeof TrialBalanceView> = {
  asOf: 1767225600000,
  lines: [
    { account: 'channel:wechat', kind: 'asset', accounts: 1, balanceFen: -1000 },
    { account: 'rider:*:wallet', kind: 'liability', accounts: 1, balanceFen: 1000 },
  ],
  kinds: [
    { kind: 'asset', balanceFen: -1000 },
    { kind: 'liability', balanceFen: 1000 },
  ],
  sumFen: 0,
};
