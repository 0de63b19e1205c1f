import { expect, test } from 'vitest';
import { epochMs } from '../../domain/units.ts';
import { newRouter } from '../http.ts';
import { answerError } from './errors.ts';
import { limitLogins } from './rate-limit.ts';

const START = 1_767_225_600_000;

function givenLogin(perMinute: number, setting?: string) {
  const clock = { now: START };
  const app = newRouter();
  app.onError(answerError);
  app.use(async (context, next) => {
    context.set('now', epochMs(clock.now));
    await next();
  });
  app.use('/login', limitLogins(perMinute));
  app.all('/login', (context) => context.text('in'));
  const env = setting === undefined ? {} : { LOGIN_RATE_PER_MINUTE: setting };
  const knock = (ip?: string, method = 'POST') =>
    app.request('/login', { method, headers: ip === undefined ? {} : { 'CF-Connecting-IP': ip } }, env);
  const passes = async (times: number, ip?: string) => {
    let passed = 0;
    for (let knocks = 0; knocks < times; knocks += 1) if ((await knock(ip)).status === 200) passed += 1;
    return passed;
  };
  return { clock, knock, passes };
}

test('a minute’s worth may come at once, then it flows back evenly', async () => {
  const { clock, knock, passes } = givenLogin(30);
  expect(await passes(40, '203.0.113.1')).toBe(30);
  const refused = await knock('203.0.113.1');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('Retry-After')).toBe('2');
  expect(await refused.json()).toMatchObject({
    error: { code: 'rate_limited', details: { retryAfterSeconds: 2 } },
  });

  clock.now += 2_000;
  expect(await passes(5, '203.0.113.1')).toBe(1);
  clock.now += 3_600_000;
  expect(await passes(40, '203.0.113.1')).toBe(30);
});

test('addresses do not pay for each other; one IPv6 network is one address', async () => {
  const { passes } = givenLogin(3);
  expect(await passes(5, '203.0.113.1')).toBe(3);
  expect(await passes(5, '203.0.113.2')).toBe(3);
  expect(await passes(5)).toBe(3);
  expect(await passes(2, '2001:db8:1:2::1')).toBe(2);
  expect(await passes(5, '2001:DB8:1:2:ffff::9')).toBe(1);
  expect(await passes(5, '2001:db8:1:3::1')).toBe(3);
});

test('only tries to sign in count', async () => {
  const { knock, passes } = givenLogin(1);
  for (const method of ['GET', 'DELETE', 'GET']) expect((await knock(undefined, method)).status).toBe(200);
  expect(await passes(3)).toBe(1);
});

test('the setting takes the place of the route’s own limit, unless it is no number', async () => {
  expect(await givenLogin(3, '5').passes(9)).toBe(5);
  for (const setting of ['', '0', '-1', '1.5', 'many'])
    expect(await givenLogin(3, setting).passes(9)).toBe(3);
});
