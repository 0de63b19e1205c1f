import { desc, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { sites } from '../../database/schema/fleet.ts';
import { auditLog, staff } from '../../database/schema/identity.ts';
import { newId } from '../identifiers.ts';
import {
  call,
  db,
  givenStaff,
  type Page,
  type Refusal,
  signedInStaff,
  signIn,
} from './accounts.test-support.ts';

interface Account {
  readonly id: string;
  readonly username: string;
  readonly status: string;
}

let names = 0;
function wanted(facts: Record<string, unknown> = {}) {
  names += 1;
  return {
    username: `new.${names}`,
    displayName: '李明',
    role: 'operations',
    scope: { kind: 'all' },
    password: 'first-password-to-change',
    ...facts,
  };
}
const create = (token: string, facts: Record<string, unknown> = {}) =>
  call<Account & Refusal>('POST', '/v1/admin/staff', { token, body: wanted(facts) });
const auditOf = (id: string) =>
  db
    .select()
    .from(auditLog)
    .where(eq(auditLog.subject, `staff:${id}`))
    .orderBy(desc(auditLog.id));

test('P3: an account is opened, closed and opened again; each step is in the audit log, no hash is', async () => {
  const admin = await signedInStaff();
  const created = await create(admin.token, { username: 'li.ming' });
  expect(created).toMatchObject({ status: 201, body: { username: 'li.ming', status: 'active' } });
  const { id } = created.body;
  const session = (await signIn('li.ming', 'first-password-to-change')).body.token;

  const disable = () => call<Account>('POST', `/v1/admin/staff/${id}/disable`, { token: admin.token });
  const enable = () => call<Account>('POST', `/v1/admin/staff/${id}/enable`, { token: admin.token });
  expect(await disable()).toMatchObject({ status: 200, body: { id, status: 'disabled' } });
  expect(await disable()).toMatchObject({ status: 200, body: { id, status: 'disabled' } });
  expect((await call('GET', '/v1/admin/me', { token: session })).status).toBe(401);
  expect((await signIn('li.ming', 'first-password-to-change')).body.error.code).toBe('account_disabled');

  expect(await enable()).toMatchObject({ status: 200, body: { id, status: 'active' } });
  expect((await call('GET', '/v1/admin/me', { token: session })).status).toBe(401);
  expect((await signIn('li.ming', 'first-password-to-change')).status).toBe(200);

  const rows = await auditOf(id);
  expect(rows.map(({ action, before, after }) => ({ action, before, after }))).toEqual([
    { action: 'identity.staff.enable', before: { status: 'disabled' }, after: { status: 'active' } },
    { action: 'identity.staff.disable', before: { status: 'active' }, after: { status: 'disabled' } },
    {
      action: 'identity.staff.create',
      before: null,
      after: {
        username: 'li.ming',
        displayName: '李明',
        role: 'operations',
        scope: { kind: 'all' },
        status: 'active',
      },
    },
  ]);
  expect(rows.every(({ staffId }) => staffId === admin.id)).toBe(true);
  expect(JSON.stringify([rows, created.body])).not.toMatch(/scrypt|first-password/);
});

test('opening an account lifts its lock', async () => {
  const { token } = await signedInStaff();
  const locked = await givenStaff({
    status: 'disabled',
    failedAttempts: 5,
    lockedUntil: Date.now() + 600_000,
  });
  await call('POST', `/v1/admin/staff/${locked.id}/enable`, { token });
  expect((await signIn(locked.username)).status).toBe(200);
});

test('what makes no sense is refused, and nothing is left behind', async () => {
  const { token, id } = await signedInStaff();
  const taken = await givenStaff();
  for (const [facts, status, code] of [
    [{ username: taken.username }, 409, 'conflict'],
    [{ username: 'Has Space' }, 400, 'invalid_request'],
    [{ password: 'too-short' }, 400, 'invalid_request'],
    [{ role: 'rider' }, 400, 'invalid_request'],
    [{ role: 'agent' }, 400, 'invalid_request'],
    [{ role: 'system', scope: { kind: 'sites', siteIds: ['s1'] } }, 400, 'invalid_request'],
    [{ scope: { kind: 'sites', siteIds: [] } }, 400, 'invalid_request'],
    [{ passwordHash: 'scrypt$1' }, 400, 'invalid_request'],
  ] as const)
    expect(await create(token, facts), JSON.stringify(facts)).toMatchObject({
      status,
      body: { error: { code } },
    });
  expect(await db.select().from(auditLog).where(eq(auditLog.staffId, id))).toEqual([]);
  expect(await db.select().from(staff).where(eq(staff.username, taken.username))).toHaveLength(1);

  expect((await call('POST', `/v1/admin/staff/${id}/disable`, { token })).body.error).toMatchObject({
    code: 'conflict',
    details: { reason: 'own_account' },
  });
  expect((await call('POST', '/v1/admin/staff/nobody/disable', { token })).status).toBe(404);
  expect((await call('POST', '/v1/admin/staff/nobody/enable', { token })).status).toBe(404);
});

test('P1: only who holds staff.write opens and closes accounts', async () => {
  const other = await givenStaff();
  for (const role of ['operations', 'finance', 'staff'] as const) {
    const { token } = await signedInStaff({ role });
    expect((await create(token)).status).toBe(403);
    expect((await call('POST', `/v1/admin/staff/${other.id}/disable`, { token })).status).toBe(403);
    expect((await call('GET', '/v1/admin/staff', { token })).status).toBe(403);
  }
  const narrow = await signedInStaff({ scope: { kind: 'sites', siteIds: ['s1'] } });
  expect((await create(narrow.token)).status).toBe(403);
  expect((await call('POST', `/v1/admin/staff/${other.id}/disable`, { token: narrow.token })).status).toBe(
    403,
  );
});

test('P1: an agent sees its own people and nobody else’s', async () => {
  const [mine, theirs] = [newId(Date.now()), newId(Date.now())];
  const [mySite, theirSite] = [newId(Date.now()), newId(Date.now())];
  for (const [id, agentId] of [
    [mySite, mine],
    [theirSite, theirs],
  ] as const)
    await db.insert(sites).values({
      id,
      agentId,
      name: '站点',
      address: '路 1 号',
      latE6: 31_200_000,
      lngE6: 121_400_000,
      cell: 0,
      region: 'cn-east',
      openingHours: [],
      phone: '',
      photos: [],
      tariffId: 't1',
      createdAt: 0,
    });
  const boss = await signedInStaff({ role: 'agent', scope: { kind: 'agent', agentId: mine } });
  const keeper = await givenStaff({ role: 'agent', scope: { kind: 'sites', siteIds: [mySite] } });
  await givenStaff({ role: 'agent', scope: { kind: 'agent', agentId: theirs } });
  await givenStaff({ role: 'agent', scope: { kind: 'sites', siteIds: [mySite, theirSite] } });
  await givenStaff();

  const seen = async (token: string) => {
    const { body } = await call<Page<Account>>('GET', '/v1/admin/staff?limit=100', { token });
    return body.items.map(({ id }) => id).sort();
  };
  expect(await seen(boss.token)).toEqual([boss.id, keeper.id].sort());
  expect(await seen((await signIn(keeper.username)).body.token)).toEqual([keeper.id]);
});

test('the list is walked page by page, newest first, each account once', async () => {
  const { token } = await signedInStaff();
  for (let made = 0; made < 3; made += 1) await create(token);
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body }: { body: Page<Account> } = await call<Page<Account>>(
      'GET',
      `/v1/admin/staff?limit=2${from}`,
      { token },
    );
    expect(body.items.length).toBeLessThanOrEqual(2);
    expect(JSON.stringify(body)).not.toContain('scrypt');
    ids.push(...body.items.map(({ id }) => id));
    cursor = body.nextCursor;
  }
  expect(ids).toEqual([...ids].sort().reverse());
  expect(ids).toHaveLength((await db.select({ id: staff.id }).from(staff)).length);
});
