import type { Charger } from '../durable-objects/charger/charger.ts';
import type { DeviceEnv } from '../durable-objects/link/device-env.ts';

/** The Worker's bindings and settings; `wrangler.toml` gives them in production, the local stack elsewhere. */
export interface Env extends DeviceEnv {
  readonly DB: D1Database;
  readonly CHARGERS: DurableObjectNamespace<Charger>;
  readonly WECHAT_API_ORIGIN: string;
  readonly WECHAT_APP_ID: string;
  readonly WECHAT_APP_SECRET: string;
  /** `1` shows what each request cost in a `Server-Timing` header and opens `/debug/counters`. Never set in production. */
  readonly COUNTERS?: string;
  /** Logins a minute one address may try, in place of each login route's own limit. */
  readonly LOGIN_RATE_PER_MINUTE?: string;
}
