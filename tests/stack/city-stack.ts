import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seedDemo } from '../../scripts/seed/seed-demo.ts';
import { type Stack, startStack } from '../../scripts/stack/start-stack.ts';
import { startWechatPeer } from '../../simulators/wechat/wechat-peer.ts';

const WECHAT_APP = { appId: 'wx0000000000000001', appSecret: 'demo-wechat-secret' };

/** The demo city on free ports in a folder of its own: the real Worker on workerd, and the WeChat peer. */
export interface CityStack extends Stack {
  readonly stateDir: string;
  /** Ends the stack and forgets its data. */
  demolish(): Promise<void>;
}

export async function startCity(
  settings: Readonly<Record<string, string>> = {},
  ports: { readonly console?: number } = {},
): Promise<CityStack> {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'dianyi-'));
  const wechat = await startWechatPeer({ port: 0, loginsPerMinute: 10_000, ...WECHAT_APP });
  const stack = await startStack({
    stateDir,
    ports: { api: 0, ...ports },
    settings: {
      WECHAT_API_ORIGIN: wechat.url,
      WECHAT_APP_ID: WECHAT_APP.appId,
      WECHAT_APP_SECRET: WECHAT_APP.appSecret,
      LOGIN_RATE_PER_MINUTE: '100000',
      ...settings,
    },
    onLog: ({ level, message }) => {
      if (level === 'error' && process.env.STACK_LOG === '1') console.error(message);
    },
  });
  await seedDemo(stack.database, { wechatAppId: WECHAT_APP.appId });
  return {
    ...stack,
    stateDir,
    async demolish() {
      await stack.stop();
      await wechat.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly body: Body;
}

/** A JSON request to the running API. */
export async function request<Body = Record<string, unknown>>(
  url: string,
  method: string,
  path: string,
  options: { token?: string; body?: unknown; key?: string } = {},
): Promise<Answer<Body>> {
  const headers: Record<string, string> = {};
  if (options.token !== undefined) headers.Authorization = `Bearer ${options.token}`;
  if (options.key !== undefined) headers['Idempotency-Key'] = options.key;
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(`${url}${path}`, {
    method,
    headers,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** Logs a demo rider in through the WeChat peer. */
export async function riderToken(url: string, rider: number): Promise<string> {
  const { body } = await request<{ token: string }>(url, 'POST', '/v1/rider/session', {
    body: { code: `demo-rider-${rider}` },
  });
  return body.token;
}

export async function staffToken(url: string, username: string): Promise<string> {
  const { body } = await request<{ token: string }>(url, 'POST', '/v1/admin/session', {
    body: { username, password: 'demo-password-2026' },
  });
  return body.token;
}

export interface OrderBody {
  readonly id: string;
  readonly state: string;
  readonly endReason: string | null;
  readonly bill: { totalFen: number; energyWh: number; electricityFen: number; serviceFen: number } | null;
}

/** Quotes an outlet and starts a charge at the price that was shown. */
export async function startCharge(
  url: string,
  token: string,
  outletId: string,
  limit: object,
  key: string = crypto.randomUUID(),
): Promise<Answer<OrderBody>> {
  const quote = await request<{ tariffVersionId: string }>(
    url,
    'GET',
    `/v1/rider/outlets/${outletId}/quote`,
    { token },
  );
  const { tariffVersionId } = quote.body;
  return request<OrderBody>(url, 'POST', '/v1/rider/charging-orders', {
    token,
    key,
    body: { outletId, limit, tariffVersionId },
  });
}

/** Tries until `check` returns something, or throws what it last threw. */
export async function eventually<T>(check: () => Promise<T | undefined>, withinMs = 20_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  let reason: unknown = new Error('nothing came');
  for (;;) {
    try {
      const found = await check();
      if (found !== undefined) return found;
    } catch (error) {
      reason = error;
    }
    if (Date.now() > deadline) throw reason;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What must hold of the money at any quiet moment: vouchers balance, chains are whole, no hold without a live order. */
export async function moneyBreaches(stack: Stack): Promise<string[]> {
  const breaches: string[] = [];
  const count = async (name: string, sql: string) => {
    const row = await stack.database.prepare(sql).first<{ n: number }>();
    if ((row?.n ?? 0) > 0) breaches.push(`${name}: ${row?.n}`);
  };
  await count(
    'M1 voucher does not balance',
    `SELECT count(*) AS n FROM (SELECT transaction_id FROM ledger_entries GROUP BY transaction_id HAVING sum(amount_fen) <> 0)`,
  );
  await count(
    'M1 balance is not the sum of its lines',
    `SELECT count(*) AS n FROM (SELECT account_id, sum(amount_fen) AS total, max(seq) AS last, count(*) AS lines FROM ledger_entries GROUP BY account_id) a
     JOIN ledger_entries e ON e.account_id = a.account_id AND e.seq = a.last WHERE e.balance_after_fen <> a.total OR a.lines <> a.last`,
  );
  await count(
    'M2 completed without exactly one bill and posting',
    `SELECT count(*) AS n FROM charging_orders o WHERE o.state IN ('completed','closed')
     AND ((SELECT count(*) FROM bills b WHERE b.order_id = o.id) <> 1
       OR (SELECT count(*) FROM ledger_transactions t WHERE t.id = 'settle:' || o.id) <> 1)`,
  );
  await count(
    'M3 hold of an order that is over',
    `SELECT count(*) AS n FROM holds h JOIN charging_orders o ON o.id = h.order_id WHERE o.state NOT IN ('starting','charging')`,
  );
  await count(
    'M3 hold account differs from open holds',
    `SELECT count(*) AS n FROM (SELECT account_id, max(seq) AS last FROM ledger_entries WHERE account_id LIKE 'rider:%:hold' GROUP BY account_id) a
     JOIN ledger_entries e ON e.account_id = a.account_id AND e.seq = a.last
     WHERE e.balance_after_fen <> (SELECT coalesce(sum(amount_fen), 0) FROM holds h WHERE 'rider:' || h.rider_id || ':hold' = a.account_id)`,
  );
  return breaches;
}
