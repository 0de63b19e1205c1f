import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { auditLog, staff, staffSessions } from '../../database/schema/identity.ts';
import { sha256 } from '../identifiers.ts';
import { call, db, givenStaff, PASSWORD, signedInStaff, signIn } from './accounts.test-support.ts';

const HOUR_MS = 3_600_000;
const WRONG = 'wrong-password-1';

async function lockOf(id: string) {
  const row = await db
    .select({ failedAttempts: staff.failedAttempts, lockedUntil: staff.lockedUntil })
    .from(staff)
    .where(eq(staff.id, id))
    .get();
  if (row === undefined) throw new Error('no such account');
  return row;
}

describe('staff sign in', () => {
  test('with their password, see what they may do, and sign out', async () => {
    const { username, id } = await givenStaff({ role: 'finance' });
    const { status, body } = await signIn(username.toUpperCase());
    expect(status).toBe(200);
    expect(body.token).toMatch(/^st_[\w-]{43}$/);
    expect(Math.abs(body.expiresAt - Date.now() - 12 * HOUR_MS)).toBeLessThan(60_000);
    expect(body.staff).toMatchObject({ id, username, role: 'finance', scope: { kind: 'all' } });
    expect(body.staff.permissions).toContain('ledger.adjust');
    expect(body.staff.permissions).not.toContain('staff.write');
    expect(JSON.stringify(body)).not.toContain('scrypt');

    const me = await call('GET', '/v1/admin/me', { token: body.token });
    expect(me).toMatchObject({ status: 200, body: body.staff });
    expect((await call('DELETE', '/v1/admin/session', { token: body.token })).status).toBe(204);
    expect((await call('GET', '/v1/admin/me', { token: body.token })).status).toBe(401);
  });

  test('with a new token each time, of which only the hash is kept', async () => {
    const { username, id } = await givenStaff();
    const one = (await signIn(username)).body.token;
    const two = (await signIn(username)).body.token;
    expect(one).not.toBe(two);
    const kept = await db.select().from(staffSessions).where(eq(staffSessions.staffId, id));
    expect(kept.map(({ tokenHash }) => tokenHash).sort()).toEqual(
      [await sha256(one), await sha256(two)].sort(),
    );
  });

  test('not for longer than twelve hours', async () => {
    const { token } = await signedInStaff();
    await db
      .update(staffSessions)
      .set({ expiresAt: Date.now() - 1 })
      .where(eq(staffSessions.tokenHash, await sha256(token)));
    expect(await call('GET', '/v1/admin/me', { token })).toMatchObject({
      status: 401,
      body: { error: { code: 'session_expired' } },
    });
  });
});

describe('guessing', () => {
  test('an unknown name gets the answer of a wrong password and takes as long', async () => {
    const { username } = await givenStaff();
    const timed = async (name: string) => {
      const started = performance.now();
      const { status, body } = await signIn(name, WRONG);
      return { status, code: body.error.code, ms: performance.now() - started };
    };
    const wrong = await timed(username);
    const unknown = await timed('nobody.here');
    expect(unknown).toMatchObject({ status: 401, code: 'bad_credentials' });
    expect(wrong).toMatchObject({ status: 401, code: 'bad_credentials' });
    // Both pay for scrypt, which dwarfs the rest; without it an answer comes in a few milliseconds.
    expect(unknown.ms).toBeGreaterThan(wrong.ms / 4);
  });

  test('five failures lock for 15 minutes, and the right password does not help meanwhile', async () => {
    const { username, id } = await givenStaff();
    for (let failures = 1; failures <= 5; failures += 1) {
      expect(await signIn(username, WRONG)).toMatchObject({
        status: 401,
        body: { error: { code: 'bad_credentials' } },
      });
      expect((await lockOf(id)).failedAttempts).toBe(failures);
    }
    const { lockedUntil } = await lockOf(id);
    expect(Math.abs((lockedUntil ?? 0) - Date.now() - 15 * 60_000)).toBeLessThan(60_000);
    for (const password of [PASSWORD, WRONG])
      expect(await signIn(username, password)).toMatchObject({
        status: 423,
        body: { error: { code: 'account_locked', details: { lockedUntil } } },
      });
    expect((await lockOf(id)).lockedUntil).toBe(lockedUntil);

    await db
      .update(staff)
      .set({ lockedUntil: Date.now() - 1 })
      .where(eq(staff.id, id));
    expect((await signIn(username, WRONG)).status).toBe(401);
    expect(await lockOf(id)).toEqual({ failedAttempts: 1, lockedUntil: null });
    expect((await signIn(username)).status).toBe(200);
    expect(await lockOf(id)).toEqual({ failedAttempts: 0, lockedUntil: null });
  });

  test('a success takes the count back', async () => {
    const { username, id } = await givenStaff();
    for (let round = 0; round < 2; round += 1) {
      for (let failures = 0; failures < 4; failures += 1) await signIn(username, WRONG);
      expect((await signIn(username)).status).toBe(200);
    }
    expect(await lockOf(id)).toEqual({ failedAttempts: 0, lockedUntil: null });
  });

  test('guesses sent at once do not outrun the lock', async () => {
    const { username } = await givenStaff();
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(username, WRONG)));
    const tried = answers.filter(({ status }) => status === 401);
    expect(tried).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 423)).toHaveLength(7);
  });

  test('a closed account says so only to who knows its password', async () => {
    const { username } = await givenStaff({ status: 'disabled' });
    expect(await signIn(username, WRONG)).toMatchObject({
      status: 401,
      body: { error: { code: 'bad_credentials' } },
    });
    expect(await signIn(username)).toMatchObject({
      status: 403,
      body: { error: { code: 'account_disabled' } },
    });
  });

  test('an address that tries too often is told to wait, whatever name it tries', async () => {
    const ip = '203.0.113.7';
    const body = { username: '', password: '' };
    const statuses: number[] = [];
    for (let tries = 0; tries < 31; tries += 1)
      statuses.push((await call('POST', '/v1/admin/session', { ip, body })).status);
    expect(new Set(statuses.slice(0, 30))).toEqual(new Set([400]));
    const refused = await call('POST', '/v1/admin/session', { ip, body });
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'rate_limited' } } });
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
    expect((await call('POST', '/v1/admin/session', { ip: '203.0.113.8', body })).status).toBe(400);
    expect((await call('DELETE', '/v1/admin/session', { ip })).status).toBe(401);
  });
});

describe('the own password', () => {
  const change = (token: string, current: string, next: string) =>
    call('POST', '/v1/admin/me/password', { token, body: { current, next } });

  test('changes, ends the other sessions, keeps this one, and leaves an audit row without secrets', async () => {
    const { username, id } = await givenStaff();
    const here = (await signIn(username)).body.token;
    const elsewhere = (await signIn(username)).body.token;
    expect((await change(here, PASSWORD, 'staple-under-the-bridge')).status).toBe(204);

    expect((await call('GET', '/v1/admin/me', { token: here })).status).toBe(200);
    expect((await call('GET', '/v1/admin/me', { token: elsewhere })).status).toBe(401);
    expect((await signIn(username)).status).toBe(401);
    expect((await signIn(username, 'staple-under-the-bridge')).status).toBe(200);

    const rows = await db
      .select()
      .from(auditLog)
      .where(eq(auditLog.subject, `staff:${id}`));
    expect(rows).toMatchObject([{ staffId: id, action: 'identity.staff.change-password' }]);
    expect(JSON.stringify(rows)).not.toMatch(/scrypt|staple|battery/);
  });

  test('a stolen session does not help to guess it', async () => {
    const { token, id } = await signedInStaff();
    for (let failures = 0; failures < 5; failures += 1)
      expect(await change(token, WRONG, 'staple-under-the-bridge')).toMatchObject({
        status: 401,
        body: { error: { code: 'bad_credentials' } },
      });
    expect(await change(token, PASSWORD, 'staple-under-the-bridge')).toMatchObject({
      status: 423,
      body: { error: { code: 'account_locked' } },
    });
    expect(
      await db
        .select()
        .from(auditLog)
        .where(eq(auditLog.subject, `staff:${id}`)),
    ).toEqual([]);
  });

  test('two changes at once: one wins, and the other does not say it did', async () => {
    const { token, id } = await signedInStaff();
    const answers = await Promise.all([
      change(token, PASSWORD, 'first-new-password'),
      change(token, PASSWORD, 'second-new-password'),
    ]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(
      await db
        .select()
        .from(auditLog)
        .where(eq(auditLog.subject, `staff:${id}`)),
    ).toHaveLength(1);
  });

  test('is not changed to something short', async () => {
    const { token } = await signedInStaff();
    expect((await change(token, PASSWORD, 'ninechars')).status).toBe(400);
  });
});
