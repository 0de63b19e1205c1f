import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { auditLog, riders } from '../../database/schema/identity.ts';
import { call, db, type Page, signedInStaff } from './accounts.test-support.ts';
import { givenWechat, signInRider } from './wechat.test-support.ts';

interface Rider {
  readonly id: string;
  readonly displayName: string;
  readonly status: string;
}

beforeEach(() => {
  givenWechat();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const find = (token: string, query: string) =>
  call<Page<Rider>>('GET', `/v1/admin/riders?query=${encodeURIComponent(query)}`, { token });

test('an operator finds a rider by id, openid or a part of the name, and never reads an openid', async () => {
  const { token } = await signedInStaff({ role: 'staff' });
  const { rider } = (await signInRider('find-me')).body;
  await signInRider('somebody-else');
  await db.update(riders).set({ displayName: '张_三 100%' }).where(eq(riders.id, rider.id));

  for (const query of [rider.id, 'o-find-me', '张_', '三 1', '0%'])
    expect(
      (await find(token, query)).body.items.map(({ id }) => id),
      query,
    ).toEqual([rider.id]);
  for (const query of ['%', '_'])
    expect(
      (await find(token, query)).body.items.map(({ id }) => id),
      query,
    ).toEqual([rider.id]);
  expect((await find(token, '张%')).body.items).toEqual([]);

  const one = await call<Rider>('GET', `/v1/admin/riders/${rider.id}`, { token });
  expect(one).toMatchObject({ status: 200, body: { id: rider.id, status: 'active', realName: false } });
  expect(JSON.stringify(one.body)).not.toContain('o-find-me');
  expect((await call('GET', '/v1/admin/riders/nobody', { token })).status).toBe(404);
});

test('the list is walked page by page', async () => {
  const { token } = await signedInStaff();
  for (const name of ['p1', 'p2', 'p3']) await signInRider(name);
  const first = (await call<Page<Rider>>('GET', '/v1/admin/riders?limit=2', { token })).body;
  const second = (
    await call<Page<Rider>>('GET', `/v1/admin/riders?limit=2&cursor=${first.nextCursor}`, { token })
  ).body;
  const ids = [...first.items, ...second.items].map(({ id }) => id);
  expect(ids).toEqual([...ids].sort().reverse());
  expect(new Set(ids).size).toBe(ids.length);
  expect(first.items).toHaveLength(2);
});

test('P3: a rider is blocked and let in again; both steps are in the audit log once', async () => {
  const operator = await signedInStaff({ role: 'operations' });
  const { token, rider } = (await signInRider('blocked-one')).body;
  const change = (verb: string) =>
    call<Rider>('POST', `/v1/admin/riders/${rider.id}/${verb}`, { token: operator.token });

  expect(await change('block')).toMatchObject({ status: 200, body: { status: 'blocked' } });
  expect(await change('block')).toMatchObject({ status: 200, body: { status: 'blocked' } });
  expect((await call('GET', '/v1/rider/me', { token })).status).toBe(401);
  expect((await signInRider('blocked-one')).body.error.code).toBe('account_disabled');

  expect(await change('unblock')).toMatchObject({ status: 200, body: { status: 'active' } });
  // What was valid before the block stays dead; a repeated unblock ends nothing.
  expect((await call('GET', '/v1/rider/me', { token })).status).toBe(401);
  const again = (await signInRider('blocked-one')).body.token;
  await change('unblock');
  expect((await call('GET', '/v1/rider/me', { token: again })).status).toBe(200);

  const rows = await db
    .select()
    .from(auditLog)
    .where(eq(auditLog.subject, `rider:${rider.id}`));
  expect(rows.map(({ action, staffId }) => ({ action, staffId }))).toEqual([
    { action: 'identity.rider.block', staffId: operator.id },
    { action: 'identity.rider.unblock', staffId: operator.id },
  ]);

  await db.update(riders).set({ status: 'deleted' }).where(eq(riders.id, rider.id));
  expect((await change('block')).status).toBe(409);
  expect((await call('POST', '/v1/admin/riders/nobody/block', { token: operator.token })).status).toBe(404);
});

test('P1: who may only read does not block, and who sees only a part sees no riders at all', async () => {
  const { rider } = (await signInRider('kept-safe')).body;
  const finance = await signedInStaff({ role: 'finance' });
  expect((await call('POST', `/v1/admin/riders/${rider.id}/block`, { token: finance.token })).status).toBe(
    403,
  );
  const local = await signedInStaff({ role: 'operations', scope: { kind: 'sites', siteIds: ['s1'] } });
  for (const [method, path] of [
    ['GET', '/v1/admin/riders'],
    ['GET', `/v1/admin/riders/${rider.id}`],
    ['POST', `/v1/admin/riders/${rider.id}/block`],
    ['POST', `/v1/admin/riders/${rider.id}/unblock`],
  ] as const)
    expect(await call(method, path, { token: local.token })).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    });
});
