import { createHash } from 'node:crypto';

export interface WechatUser {
  readonly openid: string;
  readonly unionid: string;
  readonly phone: string;
}

export type RedeemedCode =
  | { readonly kind: 'user'; readonly user: WechatUser }
  | { readonly kind: 'used' }
  | { readonly kind: 'unknown' };

const tail = (text: string, length: number) =>
  createHash('sha256').update(text).digest('base64url').replace(/[-_]/g, '0').slice(0, length);

/** The same name under the same app is always the same person: 28-character openid and unionid, a phone. */
export function wechatUser(appId: string, name: string): WechatUser {
  const rider = /^demo-rider-(\d+)$/.exec(name)?.[1];
  const subscriber = rider
    ? Number(rider)
    : 1000 + (createHash('sha256').update(name).digest().readUInt32BE() % 9_000_000);
  return {
    openid: `oDEMO${tail(`openid:${appId}:${name}`, 23)}`,
    unionid: `oUDEM${tail(`unionid:${name}`, 23)}`,
    phone: `1390${String(subscriber).padStart(7, '0')}`,
  };
}

/** `demo-rider-1` … `demo-rider-20`. */
export const demoRiderCodes: readonly string[] = Array.from({ length: 20 }, (_, i) => `demo-rider-${i + 1}`);

/**
 * What `wx.login` and `getPhoneNumber` would have handed out: demo codes may be used again and again, a code
 * starting `once-` is good once for each purpose, anything else was never issued.
 */
export class LoginCodes {
  readonly #appId: string;
  readonly #reusable: ReadonlySet<string>;
  readonly #used = new Set<string>();

  constructor(appId: string, reusable: readonly string[]) {
    this.#appId = appId;
    this.#reusable = new Set(reusable);
  }

  redeem(code: string, purpose: 'login' | 'phone'): RedeemedCode {
    const user = wechatUser(this.#appId, code);
    if (this.#reusable.has(code)) return { kind: 'user', user };
    if (!/^once-./.test(code)) return { kind: 'unknown' };
    const mark = `${purpose}:${code}`;
    if (this.#used.has(mark)) return { kind: 'used' };
    this.#used.add(mark);
    return { kind: 'user', user };
  }
}
