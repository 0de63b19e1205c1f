import { randomBytes } from 'node:crypto';

const LIFETIME_MS = 7_200_000;
const EARLY_RENEWAL_MS = 300_000;
const FORCED_A_DAY = 20;
const FORCED_GAP_MS = 30_000;

interface IssuedToken {
  readonly token: string;
  readonly expiresAt: number;
}

export type TokenGrant =
  | { readonly kind: 'granted'; readonly token: string; readonly expiresIn: number }
  | { readonly kind: 'quota' };

/**
 * The stable access token of one app: asked again it stays the same, five minutes before its end a new one is
 * given while the old still works, and a forced renewal ends the old one at once (20 a day, 30 s apart).
 */
export class AccessTokens {
  #current: IssuedToken | undefined;
  #previous: IssuedToken | undefined;
  #forced: number[] = [];

  grant(force: boolean, now: number): TokenGrant {
    const current = this.#current;
    if (force && current) {
      const sinceForced = now - (this.#forced.at(-1) ?? Number.NEGATIVE_INFINITY);
      if (sinceForced >= FORCED_GAP_MS) {
        this.#forced = this.#forced.filter((at) => now - at < 86_400_000);
        if (this.#forced.length >= FORCED_A_DAY) return { kind: 'quota' };
        this.#forced.push(now);
        this.#previous = undefined;
        return this.#issue(now);
      }
    }
    if (current && current.expiresAt - now > EARLY_RENEWAL_MS) {
      return {
        kind: 'granted',
        token: current.token,
        expiresIn: Math.floor((current.expiresAt - now) / 1000),
      };
    }
    this.#previous = current;
    return this.#issue(now);
  }

  check(token: string, now: number): 'valid' | 'expired' | 'unknown' {
    for (const issued of [this.#current, this.#previous]) {
      if (issued?.token === token) return issued.expiresAt > now ? 'valid' : 'expired';
    }
    return 'unknown';
  }

  #issue(now: number): TokenGrant {
    const token = `90_${randomBytes(99).toString('base64url')}`;
    this.#current = { token, expiresAt: now + LIFETIME_MS };
    return { kind: 'granted', token, expiresIn: LIFETIME_MS / 1000 };
  }
}
