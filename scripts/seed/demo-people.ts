import type { riders, staff } from '../../database/schema/identity.ts';
import type { ledgerEntries, ledgerTransactions } from '../../database/schema/ledger.ts';
import type { AccountId } from '../../domain/ledger/account.ts';
import { topUp } from '../../domain/ledger/transactions.ts';
import { DAY, fen } from '../../domain/units.ts';
import { demoRiderCodes, wechatUser } from '../../simulators/wechat/login-codes.ts';
import { hashPassword } from '../../workers/identity/password.ts';
import { DEMO_AGENT_ID, DEMO_PASSWORD, DEMO_STAFF_NAMES } from './demo-names.ts';

type RiderRow = typeof riders.$inferInsert;
type StaffRow = typeof staff.$inferInsert;

export interface DemoMoney {
  readonly transactions: (typeof ledgerTransactions.$inferInsert)[];
  readonly entries: (typeof ledgerEntries.$inferInsert)[];
}

/** ¥100.00, as if paid in by WeChat. */
const WALLET_FEN = fen(10_000);
const MEMBER_DISCOUNT_BP = 500;

const RIDER_NAMES = [
  '陈志强',
  '李秀梅',
  '黄伟杰',
  '林晓燕',
  '张建国',
  '王海涛',
  '刘小红',
  '吴俊豪',
  '周丽华',
  '郑国栋',
  '何家明',
  '梁文静',
  '罗永辉',
  '谢敏',
  '唐志远',
  '许嘉怡',
  '邓伟',
  '曾庆芳',
  '彭磊',
  '蔡雅婷',
];

const STAFF_DISPLAY_NAMES: Readonly<Record<(typeof DEMO_STAFF_NAMES)[number], string>> = {
  system: '系统管理员',
  operations: '运营管理员',
  finance: '财务管理员',
  staff: '平台客服',
  agent: '加盟商（演示）',
};

/** The people behind the codes demo-rider-1 to demo-rider-20, as the WeChat peer of this app knows them. */
export function demoRiders(wechatAppId: string, now: number): RiderRow[] {
  return demoRiderCodes.map((code, index) => {
    const { openid, unionid } = wechatUser(wechatAppId, code);
    return {
      id: `RIDER${String(index + 1).padStart(2, '0')}`,
      openid,
      unionid,
      displayName: RIDER_NAMES[index % RIDER_NAMES.length] ?? code,
      realNameVerifiedAt: now - 29 * DAY,
      memberDiscountBp: index % 4 === 0 ? MEMBER_DISCOUNT_BP : 0,
      createdAt: now - 30 * DAY,
    };
  });
}

/** A top-up a rider, posted like any other: the voucher, and one line on each of its accounts. */
export function demoMoney(riderIds: readonly string[], now: number): DemoMoney {
  const transactions: DemoMoney['transactions'] = [];
  const entries: DemoMoney['entries'] = [];
  const lastLines = new Map<AccountId, { seq: number; balanceFen: number }>();
  for (const riderId of riderIds) {
    const posted = topUp({
      riderId,
      paymentId: `demo-${riderId}`,
      channel: 'wechat',
      amountFen: WALLET_FEN,
      memo: '演示充值',
    });
    if (!posted.ok) throw new Error(`top-up of ${riderId}: ${posted.error.code}`);
    const { id, kind, orderId, memo, postings } = posted.value;
    transactions.push({ id, kind, orderId, memo, postings: [...postings], at: now });
    for (const { account, amountFen } of postings) {
      const last = lastLines.get(account) ?? { seq: 0, balanceFen: 0 };
      const line = { seq: last.seq + 1, balanceFen: last.balanceFen + amountFen };
      lastLines.set(account, line);
      entries.push({
        accountId: account,
        seq: line.seq,
        transactionId: id,
        amountFen,
        balanceAfterFen: line.balanceFen,
        at: now,
      });
    }
  }
  return { transactions, entries };
}

/** One console user a role, all with the demo's password. */
export function demoStaff(now: number): Promise<StaffRow[]> {
  return Promise.all(
    DEMO_STAFF_NAMES.map(async (role) => ({
      id: `STAFF-${role.toUpperCase()}`,
      username: role,
      displayName: STAFF_DISPLAY_NAMES[role],
      role,
      scope: role === 'agent' ? { kind: 'agent', agentId: DEMO_AGENT_ID } : { kind: 'all' },
      passwordHash: await hashPassword(DEMO_PASSWORD),
      createdAt: now - 90 * DAY,
    })),
  );
}
