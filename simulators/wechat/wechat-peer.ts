import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AccessTokens } from './access-tokens.ts';
import { type Errcode, errorBody, requestId } from './errcodes.ts';
import { FaultPlan, parseFault } from './faults.ts';
import { demoRiderCodes, LoginCodes } from './login-codes.ts';

export interface WechatPeerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  readonly appId: string;
  readonly appSecret: string;
  /** Codes that may be redeemed again and again; `demo-rider-1` … `demo-rider-20` unless told. */
  readonly demoCodes?: readonly string[];
  /** Logins one user may do in a minute before 45011; the original allows 100. */
  readonly loginsPerMinute?: number;
  readonly clock?: () => number;
}

export interface WechatPeer {
  readonly url: string;
  close(): Promise<void>;
}

interface LoggedRequest {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly body: unknown;
  status: number;
  errcode?: number;
  fault?: string;
}

interface Answer {
  readonly contentType: string;
  readonly body: object;
}

const TEXT = 'text/plain';
const JSON_TYPE = 'application/json; charset=UTF-8';
const LOG_LENGTH = 200;
const BODY_LIMIT = 64 * 1024;

/** A peer that answers like api.weixin.qq.com for one mini-program; resolves when it listens. */
export async function startWechatPeer(options: WechatPeerOptions): Promise<WechatPeer> {
  const host = options.host ?? '127.0.0.1';
  const peer = new PeerBehaviour(options);
  const server = createServer((request, response) => {
    peer.handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        peer.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class PeerBehaviour {
  readonly #options: WechatPeerOptions;
  readonly #clock: () => number;
  readonly #codes: LoginCodes;
  readonly #tokens = new AccessTokens();
  readonly #faults = new FaultPlan();
  readonly #log: LoggedRequest[] = [];
  readonly #logins = new Map<string, number[]>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: WechatPeerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#codes = new LoginCodes(options.appId, options.demoCodes ?? demoRiderCodes);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://peer');
    const text = await readBody(request);
    if (text === undefined) return send(response, 413, TEXT, 'payload too large');
    if (url.pathname.startsWith('/__peer/')) {
      const [status, body] = this.#control(request, url, text);
      return send(response, status, JSON_TYPE, JSON.stringify(body));
    }

    const entry: LoggedRequest = {
      at: new Date(this.#clock()).toISOString(),
      method: request.method ?? 'GET',
      path: url.pathname,
      query: masked<string>(Object.fromEntries(url.searchParams)),
      body: masked(readObject(text)),
      status: 200,
    };
    this.#log.push(entry);
    if (this.#log.length > LOG_LENGTH) this.#log.shift();

    const fault = this.#faults.take(url.pathname);
    if (fault) entry.fault = fault.kind;
    if (fault?.kind === 'hang') {
      entry.status = 0;
      await this.#pause(fault.ms);
      response.destroy();
      return;
    }
    if (fault?.kind === 'status') {
      entry.status = fault.status;
      return send(response, fault.status, 'text/html', `<html><body>${fault.status}</body></html>`);
    }
    if (fault?.kind === 'malformed') return send(response, 200, TEXT, '{"openid":"oDEMO');
    if (fault?.kind === 'errcode') {
      entry.errcode = fault.errcode;
      const errmsg = fault.errcode === -1 ? 'system error' : 'error';
      const body = { errcode: fault.errcode, errmsg: `${errmsg}, rid: ${this.#rid()}` };
      return send(response, 200, TEXT, JSON.stringify(body));
    }
    if (fault?.kind === 'slow') await this.#pause(fault.ms);

    const answer = this.#answer(entry.method, url, text);
    if ('errcode' in answer.body && typeof answer.body.errcode === 'number')
      entry.errcode = answer.body.errcode;
    send(response, 200, answer.contentType, JSON.stringify(answer.body));
  }

  #answer(method: string, url: URL, text: string): Answer {
    switch (url.pathname) {
      case '/sns/jscode2session':
        // The original answers this one, and only this one, as text/plain.
        return { contentType: TEXT, body: this.#codeToSession(url.searchParams) };
      case '/cgi-bin/stable_token':
        return {
          contentType: JSON_TYPE,
          body: this.#posted(method, text, (sent) => this.#stableToken(sent)),
        };
      case '/wxa/business/getuserphonenumber':
        return {
          contentType: JSON_TYPE,
          body: this.#posted(method, text, (sent) =>
            this.#phoneNumber(url.searchParams.get('access_token'), sent),
          ),
        };
      default:
        return { contentType: JSON_TYPE, body: this.#error(40066) };
    }
  }

  #codeToSession(query: URLSearchParams): object {
    const refused = this.#credentials(query.get('appid'), query.get('secret'));
    if (refused) return this.#error(refused);
    if (query.get('grant_type') !== 'authorization_code') return this.#error(40002);
    const code = query.get('js_code');
    if (!code) return this.#error(41008);
    const redeemed = this.#codes.redeem(code, 'login');
    if (redeemed.kind === 'unknown') return this.#error(40029);
    if (redeemed.kind === 'used') return this.#error(40163);
    const { openid, unionid } = redeemed.user;
    if (this.#tooOften(openid)) return this.#error(45011);
    return { session_key: randomBytes(16).toString('base64'), openid, unionid };
  }

  #stableToken(sent: Record<string, unknown>): object {
    if (sent.grant_type !== 'client_credential') return this.#error(40002);
    const refused = this.#credentials(sent.appid, sent.secret);
    if (refused) return this.#error(refused);
    const grant = this.#tokens.grant(sent.force_refresh === true, this.#clock());
    if (grant.kind === 'quota') return this.#error(45009);
    return { access_token: grant.token, expires_in: grant.expiresIn };
  }

  #phoneNumber(token: string | null, sent: Record<string, unknown>): object {
    if (!token) return this.#error(41001);
    const state = this.#tokens.check(token, this.#clock());
    if (state === 'unknown') return this.#error(40001);
    if (state === 'expired') return this.#error(42001);
    if (typeof sent.code !== 'string') return this.#error(47001);
    const redeemed = this.#codes.redeem(sent.code, 'phone');
    // A used phone code is simply invalid to the original, unlike a used login code.
    if (redeemed.kind !== 'user') {
      const hint = randomBytes(6).toString('base64url');
      return { errcode: 40029, errmsg: `invalid code hint: [${hint}] rid: ${this.#rid()}` };
    }
    const { phone } = redeemed.user;
    return {
      errcode: 0,
      errmsg: 'ok',
      phone_info: {
        phoneNumber: phone,
        purePhoneNumber: phone,
        countryCode: '86',
        watermark: { timestamp: Math.floor(this.#clock() / 1000), appid: this.#options.appId },
      },
    };
  }

  #posted(method: string, text: string, answer: (sent: Record<string, unknown>) => object): object {
    if (method !== 'POST') return this.#error(43002);
    if (text === '') return this.#error(44002);
    const sent = readObject(text);
    return sent ? answer(sent) : this.#error(47001);
  }

  #credentials(appId: unknown, secret: unknown): Errcode | undefined {
    if (!appId) return 41002;
    if (appId !== this.#options.appId) return 40013;
    if (!secret) return 41004;
    if (secret !== this.#options.appSecret) return 40125;
    return undefined;
  }

  #tooOften(openid: string): boolean {
    const now = this.#clock();
    const recent = (this.#logins.get(openid) ?? []).filter((at) => now - at < 60_000);
    this.#logins.set(openid, [...recent, now]);
    return recent.length >= (this.#options.loginsPerMinute ?? 100);
  }

  #control(request: IncomingMessage, url: URL, text: string): [status: number, body: object] {
    if (!isLoopback(request.socket.remoteAddress)) return [403, { error: 'loopback only' }];
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /__peer/log':
        return [200, { requests: this.#log }];
      case 'DELETE /__peer/faults':
        this.#faults.clear();
        return [200, { faults: [] }];
      case 'GET /__peer/faults':
        return [200, { faults: this.#faults.list() }];
      case 'POST /__peer/faults': {
        const fault = parseFault(readObject(text));
        if (typeof fault === 'string') return [400, { error: fault }];
        this.#faults.add(fault);
        return [200, { faults: this.#faults.list() }];
      }
      default:
        return [404, { error: 'not found' }];
    }
  }

  #error(errcode: Errcode): object {
    return errorBody(errcode, this.#rid());
  }

  #rid(): string {
    return requestId(this.#clock(), () => randomBytes(4).readUInt32BE());
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.add(timer);
    });
  }
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** The whole body, or undefined when it is larger than any interface here takes. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk as Uint8Array);
    size += part.length;
    if (size <= BODY_LIMIT) chunks.push(part);
  }
  return size > BODY_LIMIT ? undefined : Buffer.concat(chunks).toString('utf8');
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function masked<T>(fields: Record<string, T>): Record<string, T | string>;
function masked<T>(fields: Record<string, T> | undefined): Record<string, T | string> | undefined;
function masked<T>(fields: Record<string, T> | undefined): Record<string, T | string> | undefined {
  if (!fields) return undefined;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, /secret|token|key/i.test(name) ? '***' : value]),
  );
}
