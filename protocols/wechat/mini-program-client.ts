import { z } from 'zod';

/** The part of `fetch` that is needed here. */
export type HttpGet = (url: string, init: { signal: AbortSignal; redirect: 'manual' }) => Promise<Response>;

export interface MiniProgramAccess {
  /** `https://api.weixin.qq.com`, without a path. */
  readonly origin: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly fetch: HttpGet;
  /** How long one attempt may take, in ms; 5000 unless told. */
  readonly timeoutMs?: number;
}

export type CodeSession =
  | {
      readonly kind: 'ok';
      readonly openid: string;
      readonly sessionKey: string;
      readonly unionid: string | null;
    }
  /** The code is unknown, expired or used, or WeChat refuses this user: a fresh `wx.login` is the only way on. */
  | { readonly kind: 'invalid-code'; readonly errcode: number }
  /** Our app id or secret is wrong, or WeChat says something that only the operator can put right. */
  | { readonly kind: 'misconfigured'; readonly errcode: number }
  /** WeChat does not answer usefully right now; `errcode` is null when no return code came back. */
  | {
      readonly kind: 'busy';
      readonly errcode: number | null;
      readonly cause: 'told' | 'status' | 'timeout' | 'network' | 'garbage';
    };

const TIMEOUT_MS = 5_000;

const Answer = z.object({
  errcode: z.number().int().default(0),
  openid: z.string().min(1).optional(),
  session_key: z.string().min(1).optional(),
  unionid: z.string().min(1).optional(),
});

/**
 * Exchanges the code of `wx.login` for who the user is (`GET /sns/jscode2session`). Never throws. It tries a second
 * time only where WeChat itself failed (errcode -1, a 5xx): a code is good once, so any other answer is final.
 */
export async function code2Session(access: MiniProgramAccess, code: string): Promise<CodeSession> {
  const first = await exchange(access, code);
  const failedThere =
    first.kind === 'busy' && (first.cause === 'status' || (first.cause === 'told' && first.errcode === -1));
  return failedThere ? exchange(access, code) : first;
}

async function exchange(access: MiniProgramAccess, code: string): Promise<CodeSession> {
  const { origin, appId, appSecret, fetch, timeoutMs = TIMEOUT_MS } = access;
  const query = new URLSearchParams({
    appid: appId,
    secret: appSecret,
    js_code: code,
    grant_type: 'authorization_code',
  });
  let status: number;
  let text: string;
  try {
    // A redirect would carry the secret to wherever it points.
    const response = await fetch(`${origin}/sns/jscode2session?${query}`, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'manual',
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    const timedOut = error instanceof Error && /^(TimeoutError|AbortError)$/.test(error.name);
    return { kind: 'busy', errcode: null, cause: timedOut ? 'timeout' : 'network' };
  }
  if (status >= 500) return { kind: 'busy', errcode: null, cause: 'status' };
  return understand(text);
}

/** The body alone decides: WeChat answers 200 with `text/plain` and a JSON text, errors included. */
function understand(text: string): CodeSession {
  const garbage = { kind: 'busy', errcode: null, cause: 'garbage' } as const;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return garbage;
  }
  const answer = Answer.safeParse(json);
  if (!answer.success) return garbage;
  const { errcode, openid, session_key: sessionKey, unionid } = answer.data;
  switch (errcode) {
    case 0:
      if (openid === undefined || sessionKey === undefined) return garbage;
      return { kind: 'ok', openid, sessionKey, unionid: unionid ?? null };
    case -1:
    case 45011:
      return { kind: 'busy', errcode, cause: 'told' };
    case 40029:
    case 40163:
    // WeChat's own risk control stops this user; a retry with the same code never helps.
    case 40226:
      return { kind: 'invalid-code', errcode };
    default:
      return { kind: 'misconfigured', errcode };
  }
}
