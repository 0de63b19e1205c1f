import { afterEach, expect, test } from 'vitest';
import { startWechatPeer, type WechatPeer, type WechatPeerOptions } from './wechat-peer.ts';

const APP_ID = 'wxdemo0000000001';
const SECRET = 'demo-secret-of-the-app';
let peer: WechatPeer | undefined;

afterEach(async () => {
  await peer?.close();
  peer = undefined;
});

async function start(options: Partial<WechatPeerOptions> = {}) {
  peer = await startWechatPeer({ port: 0, appId: APP_ID, appSecret: SECRET, ...options });
  return peer.url;
}

interface Reply {
  status: number;
  type: string | null;
  body: Record<string, unknown>;
}

async function reply(response: Response): Promise<Reply> {
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function login(url: string, query: Record<string, string> = {}): Promise<Reply> {
  const all = {
    appid: APP_ID,
    secret: SECRET,
    js_code: 'demo-rider-1',
    grant_type: 'authorization_code',
    ...query,
  };
  return reply(await fetch(`${url}/sns/jscode2session?${new URLSearchParams(all)}`));
}

async function post(url: string, path: string, body: unknown): Promise<Reply> {
  return reply(await fetch(url + path, { method: 'POST', body: JSON.stringify(body) }));
}

const credential = { grant_type: 'client_credential', appid: APP_ID, secret: SECRET };

test('a demo rider logs in again and again and stays the same person with a fresh session key', async () => {
  const url = await start();
  const first = await login(url);
  const again = await login(url);
  const other = await login(url, { js_code: 'demo-rider-20' });

  expect(first.status).toBe(200);
  expect(first.type).toBe('text/plain');
  expect(Object.keys(first.body).sort()).toEqual(['openid', 'session_key', 'unionid']);
  expect(first.body.openid).toMatch(/^oDEMO[A-Za-z0-9]{23}$/);
  expect(Buffer.from(String(first.body.session_key), 'base64')).toHaveLength(16);
  expect(again.body.openid).toBe(first.body.openid);
  expect(again.body.unionid).toBe(first.body.unionid);
  expect(again.body.session_key).not.toBe(first.body.session_key);
  expect(other.body.openid).not.toBe(first.body.openid);
});

test('a one-time code works once, then says that it was used', async () => {
  const url = await start();
  const first = await login(url, { js_code: 'once-abc' });
  const second = await login(url, { js_code: 'once-abc' });
  expect(first.body.openid).toMatch(/^oDEMO.{23}$/);
  expect(second.status).toBe(200);
  expect(second.body.errcode).toBe(40163);
  expect(second.body.errmsg).toMatch(/^code been used, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/);
});

test.each([
  ['wrong app', { appid: 'wxother' }, 40013],
  ['wrong secret', { secret: 'nope' }, 40125],
  ['code never issued', { js_code: 'stolen' }, 40029],
  ['a rider beyond the demo', { js_code: 'demo-rider-21' }, 40029],
  ['no code', { js_code: '' }, 41008],
  ['wrong grant type', { grant_type: 'client_credential' }, 40002],
])('login refused with HTTP 200 and an errcode: %s', async (_name, query, errcode) => {
  const { status, type, body } = await login(await start(), query);
  expect(status).toBe(200);
  expect(type).toBe('text/plain');
  expect(body.errcode).toBe(errcode);
});

test('one user logging in too often in a minute is slowed down, others are not', async () => {
  const url = await start({ loginsPerMinute: 2 });
  await login(url);
  await login(url);
  expect((await login(url)).body.errcode).toBe(45011);
  expect((await login(url, { js_code: 'demo-rider-2' })).body.openid).toBeDefined();
});

test('the stable token stays the same until forced, and opens the phone number of a rider', async () => {
  let now = Date.UTC(2026, 10, 1);
  const url = await start({ clock: () => now });
  const phone = (token: unknown, code: string) =>
    post(url, `/wxa/business/getuserphonenumber?access_token=${token}`, { code });

  const first = await post(url, '/cgi-bin/stable_token', credential);
  expect(first.body.expires_in).toBe(7200);
  now += 600_000;
  const same = await post(url, '/cgi-bin/stable_token', credential);
  expect(same.body).toEqual({ access_token: first.body.access_token, expires_in: 6600 });

  const known = await phone(first.body.access_token, 'demo-rider-3');
  expect(known.body).toMatchObject({
    errcode: 0,
    errmsg: 'ok',
    phone_info: {
      phoneNumber: '13900000003',
      purePhoneNumber: '13900000003',
      countryCode: '86',
      watermark: { appid: APP_ID },
    },
  });
  expect((await phone(first.body.access_token, 'nobody')).body.errcode).toBe(40029);
  expect((await phone('made-up', 'demo-rider-3')).body.errcode).toBe(40001);

  const forced = await post(url, '/cgi-bin/stable_token', { ...credential, force_refresh: true });
  expect(forced.body.access_token).not.toBe(first.body.access_token);
  expect((await phone(first.body.access_token, 'demo-rider-3')).body.errcode).toBe(40001);
  now += 7_200_001;
  expect((await phone(forced.body.access_token, 'demo-rider-3')).body.errcode).toBe(42001);
  expect((await post(url, '/cgi-bin/stable_token', { ...credential, secret: 'x' })).body.errcode).toBe(40125);
});

test('faults asked for happen the told number of times, in order', async () => {
  const url = await start();
  const fault = (body: object) => post(url, '/__peer/faults', body);
  await fault({ kind: 'errcode', count: 2 });
  await fault({ kind: 'status', status: 503, path: '/sns/jscode2session' });
  await fault({ kind: 'malformed' });
  await fault({ kind: 'slow', ms: 60 });
  await fault({ kind: 'hang', ms: 30 });

  expect((await login(url)).body.errcode).toBe(-1);
  expect((await login(url)).body.errcode).toBe(-1);
  const query = new URLSearchParams({ appid: APP_ID, secret: SECRET, js_code: 'demo-rider-1' });
  const raw = () => fetch(`${url}/sns/jscode2session?${query}`);
  expect((await raw()).status).toBe(503);
  await expect((await raw()).json()).rejects.toThrow();
  const before = performance.now();
  expect((await login(url)).body.openid).toBeDefined();
  expect(performance.now() - before).toBeGreaterThan(50);
  await expect(raw()).rejects.toThrow();
  expect((await login(url)).body.openid).toBeDefined();
  expect((await post(url, '/__peer/faults', { kind: 'mood' })).status).toBe(400);
});

test('the log shows what came in without its secrets', async () => {
  const url = await start();
  await login(url);
  await post(url, '/cgi-bin/stable_token', credential);
  const text = await (await fetch(`${url}/__peer/log`)).text();
  expect(text).toContain('demo-rider-1');
  expect(text).toContain('/cgi-bin/stable_token');
  expect(text).not.toContain(SECRET);
});
