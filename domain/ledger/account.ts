import type { Fen } from '../units.ts';

const RIDER_PURSES = ['wallet', 'hold', 'deposit', 'arrears'] as const;
const PLATFORM_BOOKS = ['electricity-income', 'service-income', 'compensation', 'opening-equity'] as const;
const PAYMENT_CHANNELS = ['wechat', 'bank'] as const;

export type RiderPurse = (typeof RIDER_PURSES)[number];
export type PlatformBook = (typeof PLATFORM_BOOKS)[number];
/** Where money enters and leaves: WeChat Pay, or the company's bank account for what finance books by hand. */
export type PaymentChannel = (typeof PAYMENT_CHANNELS)[number];

/**
 * A ledger account. Amounts are credit-positive: what the platform owes and earns is positive,
 * what it owns, is owed or has spent is negative.
 */
export type AccountId =
  | `rider:${string}:${RiderPurse}`
  | `platform:${PlatformBook}`
  | `channel:${PaymentChannel}`;

export type AccountKind = 'liability' | 'asset' | 'income' | 'expense' | 'equity';

export const riderAccount = <Purse extends RiderPurse>(riderId: string, purse: Purse) =>
  `rider:${riderId}:${purse}` as const;
export const platformAccount = <Book extends PlatformBook>(book: Book) => `platform:${book}` as const;
export const channelAccount = <Channel extends PaymentChannel>(channel: Channel) =>
  `channel:${channel}` as const;

const ACCOUNT_PATTERN = new RegExp(
  `^(?:rider:[^:\\s]+:(?:${RIDER_PURSES.join('|')})|platform:(?:${PLATFORM_BOOKS.join('|')})|channel:(?:${PAYMENT_CHANNELS.join('|')}))$`,
);

/** True for a well-formed account of the chart above; a rider id must be non-empty, without colon or space. */
export function isAccountId(text: string): text is AccountId {
  return ACCOUNT_PATTERN.test(text);
}

/** The rider an account belongs to, or null for the platform's own accounts. */
export function riderOfAccount(account: AccountId): string | null {
  const [owner, riderId] = account.split(':');
  return owner === 'rider' && riderId !== undefined ? riderId : null;
}

/** The class of an account, as an accountant names it. */
export function accountKind(account: AccountId): AccountKind {
  if (account.startsWith('channel:')) return 'asset';
  if (account.startsWith('rider:')) return account.endsWith(':arrears') ? 'asset' : 'liability';
  switch (account) {
    case 'platform:compensation':
      return 'expense';
    case 'platform:opening-equity':
      return 'equity';
    default:
      return 'income';
  }
}

/** False for the purses that hold a rider's own money: wallet, hold and deposit are never below 0. */
export function mayBeNegative(account: AccountId): boolean {
  return accountKind(account) !== 'liability';
}

/** False for arrears: a rider can owe (negative) or owe nothing, a surplus belongs in the wallet. */
export function mayBePositive(account: AccountId): boolean {
  return !(account.startsWith('rider:') && account.endsWith(':arrears'));
}

/** Whether the account may stand at this balance, in fen; the CHECK constraint of the entries says the same. */
export function allowsBalance(account: AccountId, balanceFen: Fen): boolean {
  if (balanceFen < 0) return mayBeNegative(account);
  return balanceFen === 0 || mayBePositive(account);
}
