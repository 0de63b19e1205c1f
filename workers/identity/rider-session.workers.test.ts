import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { riderSessions, riders } from '../../database/schema/identity.ts';
import { epochMs } from '../../domain/units.ts';
import { sha256 } from '../identifiers.ts';
import { call, db, signedInStaff } from './accounts.test-support.ts';
import { forgetExpiredSessions } from './service.ts';
import { answering, givenWechat, signInRider } from './wechat.test-support.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const DAY_MS = 86_400_000;
const ridersOf = (openid: string) => db.select().from(riders).where(eq(riders.openid, openid));

describe('a rider signs in', () => {
  test('the first time makes a rider without a real name, the next finds the same one', async () => {
    givenWechat();
    const first = await signInRider('anna');
    expect(first.status).toBe(200);
    expect(first.body.token).toMatch(/^rt_[\w-]{43}$/);
    expect(first.body.rider).toMatchObject({ realName: false, memberDiscountBp: 0 });
    expect(first.body.rider.displayName).toMatch(/^骑手 \w{4}$/);
    expect(Math.abs(first.body.expiresAt - Date.now() - 30 * DAY_MS)).toBeLessThan(60_000);

    const me = await call('GET', '/v1/rider/me', { token: first.body.token });
    expect(me).toMatchObject({ status: 200, body: first.body.rider });

    const second = await signInRider('anna');
    expect(second.body.rider.id).toBe(first.body.rider.id);
    expect(await ridersOf('o-anna')).toHaveLength(1);
  });

  test('every login has a token of its own; only its hash is kept, and signing out ends that one alone', async () => {
    givenWechat();
    const one = (await signInRider('bo')).body;
    const two = (await signInRider('bo')).body;
    expect(two.token).not.toBe(one.token);

    const kept = await db.select().from(riderSessions).where(eq(riderSessions.riderId, one.rider.id));
    expect(kept.map(({ tokenHash }) => tokenHash).sort()).toEqual(
      [await sha256(one.token), await sha256(two.token)].sort(),
    );

    expect((await call('DELETE', '/v1/rider/session', { token: one.token })).status).toBe(204);
    expect(await call('GET', '/v1/rider/me', { token: one.token })).toMatchObject({
      status: 401,
      body: { error: { code: 'session_expired' } },
    });
    expect((await call('GET', '/v1/rider/me', { token: two.token })).status).toBe(200);
  });

  test('two first logins at once leave one rider, and both are signed in', async () => {
    givenWechat();
    const logins = await Promise.all([signInRider('twin'), signInRider('twin'), signInRider('twin')]);
    expect(logins.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(logins.map(({ body }) => body.rider.id)).size).toBe(1);
    expect(await ridersOf('o-twin')).toHaveLength(1);
    for (const { body } of logins)
      expect((await call('GET', '/v1/rider/me', { token: body.token })).status).toBe(200);
  });

  test('a unionid that WeChat tells later is kept, and never lost again', async () => {
    givenWechat();
    await signInRider('uma');
    vi.restoreAllMocks();
    givenWechat(() => answering({ openid: 'o-uma', session_key: 'a2V5', unionid: 'u-uma' }));
    await signInRider('uma');
    vi.restoreAllMocks();
    givenWechat();
    await signInRider('uma');
    expect(await ridersOf('o-uma')).toMatchObject([{ unionid: 'u-uma' }]);
  });
});

describe('a rider is turned away', () => {
  test.each([
    [40029, 401, 'login_code_invalid'],
    [40163, 401, 'login_code_invalid'],
    [40125, 502, 'identity_provider_unavailable'],
    [45011, 502, 'identity_provider_unavailable'],
  ])('when WeChat says %i, with %i %s', async (errcode, status, code) => {
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { asked } = givenWechat(() => answering({ errcode, errmsg: 'no' }));
    expect(await signInRider('nobody')).toMatchObject({ status, body: { error: { code } } });
    expect(asked).toHaveLength(1);
    expect(await ridersOf('o-nobody')).toEqual([]);
    expect(JSON.stringify(silenced.mock.calls)).not.toContain('test-secret');
  });

  test('not when WeChat stumbles once', async () => {
    let stumbled = false;
    const { asked } = givenWechat(() => {
      if (stumbled) return answering({ openid: 'o-cora', session_key: 'a2V5' });
      stumbled = true;
      return answering({ errcode: -1 });
    });
    expect((await signInRider('cora')).status).toBe(200);
    expect(asked).toEqual(['code-cora', 'code-cora']);
  });

  test('when the request is not what it should be, and WeChat is not bothered with it', async () => {
    const { asked } = givenWechat();
    for (const body of [{}, { code: '' }, { code: 7 }, { code: 'x'.repeat(129) }, { code: 'c', openid: 'o' }])
      expect(await call('POST', '/v1/rider/session', { body })).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_request' } },
      });
    expect(asked).toEqual([]);
  });

  test.each(['blocked', 'deleted'] as const)(
    'when %s: no new session, and the old ones are dead',
    async (status) => {
      givenWechat();
      const { body } = await signInRider(status);
      await db.update(riders).set({ status }).where(eq(riders.id, body.rider.id));
      expect(await signInRider(status)).toMatchObject({
        status: 403,
        body: { error: { code: 'account_disabled' } },
      });
      expect((await call('GET', '/v1/rider/me', { token: body.token })).status).toBe(401);
      expect(
        await db.select().from(riderSessions).where(eq(riderSessions.riderId, body.rider.id)),
      ).toHaveLength(1);
    },
  );

  test('when the session has run out; what has run out is forgotten, what has not stays', async () => {
    givenWechat();
    const old = (await signInRider('olga')).body;
    const fresh = (await signInRider('olga')).body;
    await db
      .update(riderSessions)
      .set({ expiresAt: Date.now() - 1 })
      .where(eq(riderSessions.tokenHash, await sha256(old.token)));
    expect(await call('GET', '/v1/rider/me', { token: old.token })).toMatchObject({
      status: 401,
      body: { error: { code: 'session_expired' } },
    });
    expect(await forgetExpiredSessions(db, epochMs(Date.now()))).toBe(1);
    expect((await call('GET', '/v1/rider/me', { token: fresh.token })).status).toBe(200);
  });

  test('P1: riders and staff do not open each other’s routes', async () => {
    givenWechat();
    const rider = (await signInRider('rita')).body.token;
    const staff = (await signedInStaff()).token;
    for (const [method, path, token] of [
      ['GET', '/v1/admin/me', rider],
      ['GET', '/v1/admin/riders', rider],
      ['DELETE', '/v1/admin/session', rider],
      ['GET', '/v1/rider/me', staff],
      ['DELETE', '/v1/rider/session', staff],
    ] as const)
      expect(await call(method, path, { token })).toMatchObject({
        status: 403,
        body: { error: { code: 'forbidden' } },
      });
    for (const token of [undefined, '', 'rt_', `rt_${'A'.repeat(43)}`, rider.replace('rt_', 'st_'), 'null'])
      expect((await call('GET', '/v1/rider/me', { token })).status).toBe(401);
  });
});
