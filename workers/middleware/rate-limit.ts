import type { MiddlewareHandler } from 'hono';
import { ApiError } from '../api-error.ts';
import type { AppEnv } from '../app-env.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** Addresses remembered a route; beyond that the one unheard of for longest is forgotten. */
const REMEMBERED = 20_000;
const MINUTE_MS = 60_000;

/**
 * Lets one address POST to a login route `perMinute` times a minute, at once or spread, and answers `rate_limited`
 * with `Retry-After` beyond. Each isolate counts for itself: it blunts guessing, it is no quota. Other methods pass.
 */
export function limitLogins(perMinute: number): MiddlewareHandler<AppEnv> {
  const buckets = new Map<string, Bucket>();
  return async (context, next) => {
    if (context.req.method === 'POST') {
      const limit = positive(context.env.LOGIN_RATE_PER_MINUTE) ?? perMinute;
      const waitMs = take(buckets, sender(context.req.header('CF-Connecting-IP')), limit, context.get('now'));
      if (waitMs > 0) {
        const retryAfterSeconds = Math.ceil(waitMs / 1000);
        context.header('Retry-After', String(retryAfterSeconds));
        throw new ApiError('rate_limited', { retryAfterSeconds });
      }
    }
    await next();
  };
}

/** Takes one token; the answer is 0, or the ms until there is one. */
function take(buckets: Map<string, Bucket>, key: string, limit: number, now: number): number {
  const known = buckets.get(key) ?? { tokens: limit, at: now };
  const refilled = known.tokens + (Math.max(0, now - known.at) * limit) / MINUTE_MS;
  const tokens = Math.min(limit, refilled);
  const granted = tokens >= 1;
  // Taken out and put back: a Map keeps its order, so the first key is the one unheard of for longest.
  buckets.delete(key);
  buckets.set(key, { tokens: granted ? tokens - 1 : tokens, at: now });
  if (buckets.size > REMEMBERED) {
    const [oldest] = buckets.keys();
    if (oldest !== undefined) buckets.delete(oldest);
  }
  return granted ? 0 : ((1 - tokens) * MINUTE_MS) / limit;
}

/** Whoever holds one IPv6 address holds its whole /64, so that is what counts. */
function sender(address: string | undefined): string {
  if (address === undefined) return 'local';
  if (!address.includes(':')) return address;
  const [head = ''] = address.split('::');
  return [...head.split(':'), '0', '0', '0', '0'].slice(0, 4).join(':').toLowerCase();
}

function positive(setting: string | undefined): number | null {
  const value = Number(setting);
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}
