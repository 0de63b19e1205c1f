import { expect, test } from 'vitest';
import { auditLog } from '../../database/schema/identity.ts';
import { newId } from '../identifiers.ts';
import { call, db, type Page, signedInStaff } from '../identity/accounts.test-support.ts';

interface Entry {
  readonly id: string;
  readonly staffName: string | null;
  readonly subject: string;
}

const START = 1_767_225_600_000;

test('what staff did is read newest first, page by page, by subject and by person', async () => {
  const { token, id } = await signedInStaff({ role: 'operations', displayName: '王芳' });
  const rows = Array.from({ length: 5 }, (_, index) => ({
    id: newId(START + index),
    at: START + index,
    staffId: index % 2 === 0 ? id : 'somebody',
    action: 'fleet.site.update',
    subject: index < 3 ? 'site:one' : 'site:two',
    before: index === 0 ? null : { name: `旧 ${index}` },
    after: { name: `新 ${index}` },
    requestId: newId(START + index),
  }));
  await db.insert(auditLog).values(rows);
  const read = async (query: string) =>
    (await call<Page<Entry>>('GET', `/v1/admin/audit-log?${query}`, { token })).body;
  const ids = (...indexes: number[]) => indexes.map((index) => rows[index]?.id);

  const first = await read('limit=3');
  expect(first.items.map((entry) => entry.id)).toEqual(ids(4, 3, 2));
  expect(first.items[0]).toEqual({ ...rows[4], staffName: '王芳' });
  expect(first.items[1]?.staffName).toBeNull();
  const second = await read(`limit=3&cursor=${first.nextCursor}`);
  expect(second.items.map((entry) => entry.id)).toEqual(ids(1, 0));
  expect(second.items[1]).toMatchObject({ before: null });
  expect(second.nextCursor).toBeNull();

  expect((await read('subject=site:one')).items.map((entry) => entry.id)).toEqual(ids(2, 1, 0));
  expect((await read(`staffId=${id}`)).items.map((entry) => entry.id)).toEqual(ids(4, 2, 0));
  expect((await read(`staffId=${id}&subject=site:two`)).items.map((entry) => entry.id)).toEqual(ids(4));
});

test('P1: it is closed to other roles, and to who answers for a part only', async () => {
  for (const facts of [
    { role: 'finance' },
    { role: 'staff' },
    { role: 'agent', scope: { kind: 'agent', agentId: 'a1' } },
    { role: 'operations', scope: { kind: 'sites', siteIds: ['s1'] } },
  ] as const) {
    const { token } = await signedInStaff(facts);
    expect((await call('GET', '/v1/admin/audit-log', { token })).status).toBe(403);
  }
  expect((await call('GET', '/v1/admin/audit-log')).status).toBe(401);
});
