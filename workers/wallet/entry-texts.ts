import type { LedgerTransactionKind } from '../../domain/ledger/transactions.ts';

type EntryText = Readonly<Record<'zh' | 'en', string>>;

/** What a line of the wallet is called on a rider's screen, by the kind of its transaction. */
const ENTRY_TEXTS: Readonly<Record<LedgerTransactionKind, EntryText>> = {
  'top-up': { zh: '充值', en: 'Top-up' },
  hold: { zh: '充电预付', en: 'Prepaid for a charge' },
  capture: { zh: '充电结算，退回未用金额', en: 'Charge settled, unused money returned' },
  release: { zh: '充电未开始，退回预付', en: 'Charge did not start, money returned' },
  charge: { zh: '充电扣款', en: 'Charge' },
  arrears: { zh: '支付欠费', en: 'Arrears paid' },
  refund: { zh: '订单退款', en: 'Order refunded' },
  compensation: { zh: '平台补偿', en: 'Compensation' },
  adjustment: { zh: '人工调账', en: 'Correction' },
};

const isKnown = (kind: string): kind is LedgerTransactionKind => Object.hasOwn(ENTRY_TEXTS, kind);

/** The text of a wallet line; a kind that has no text yet is shown by its name. */
export function entryText(kind: string, language: 'zh' | 'en'): string {
  return isKnown(kind) ? ENTRY_TEXTS[kind][language] : kind;
}
