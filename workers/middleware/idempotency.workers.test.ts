import { env } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { type DatabaseCosts, openDatabase } from '../../database/open.ts';
import { favouriteSites } from '../../database/schema/identity.ts';
import { epochMs } from '../../domain/units.ts';
import { ApiError } from '../api-error.ts';
import { findIdempotent, idempotencyStatement, type KeyUse, once, requestHash } from './idempotency.ts';

const now = epochMs(1767225600000);
const db = openDatabase(env.DB);

/** Something a rider makes: a favourite, whose id is `siteId`. */
const favour = (use: KeyUse, siteId: string, spoken = db) =>
  once(spoken, use, async () => {
    await spoken.batch([
      idempotencyStatement(spoken, use.owner, use.key, use.hash, siteId, now),
      spoken.insert(favouriteSites).values({ riderId: use.owner, siteId, createdAt: now }),
    ]);
    return siteId;
  });

test('a request sent ten times at once happens once, and everyone hears of the same thing', async () => {
  const use = { owner: 'rider:R1', key: 'key-00000001', hash: await requestHash('favour', { a: 1, b: [2] }) };
  const answers = await Promise.all(Array.from({ length: 10 }, (_, site) => favour(use, `S${site}`)));

  expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
  const made = answers.find(({ repeated }) => !repeated)?.resourceId;
  expect(new Set(answers.map(({ resourceId }) => resourceId))).toEqual(new Set([made]));
  expect(await db.select().from(favouriteSites)).toEqual([
    { riderId: 'rider:R1', siteId: made, createdAt: now },
  ]);
  expect(await findIdempotent(db, 'rider:R1', use.key)).toEqual({ requestHash: use.hash, resourceId: made });
});

test('a key belongs to its owner and to one request', async () => {
  const hash = await requestHash('favour', { site: 'A' });
  const use = { owner: 'rider:R2', key: 'key-00000002', hash };
  expect(await favour(use, 'A')).toEqual({ resourceId: 'A', repeated: false });
  expect(await favour({ ...use, owner: 'rider:R3' }, 'B')).toEqual({ resourceId: 'B', repeated: false });

  const other = { ...use, hash: await requestHash('favour', { site: 'C' }) };
  await expect(favour(other, 'C')).rejects.toEqual(new ApiError('idempotency_key_reused'));
  const elsewhere = { ...use, hash: await requestHash('forget', { site: 'A' }) };
  await expect(favour(elsewhere, 'A')).rejects.toEqual(new ApiError('idempotency_key_reused'));
});

test('a request that failed may be tried again with its key', async () => {
  const use = { owner: 'rider:R4', key: 'key-00000004', hash: await requestHash('favour', {}) };
  await favour({ ...use, key: 'key-before' }, 'taken');
  await expect(favour(use, 'taken')).rejects.toThrow();
  expect(await favour(use, 'free')).toEqual({ resourceId: 'free', repeated: false });
});

test('the order of a body’s fields does not matter, that of a list does, and a key costs one row', async () => {
  expect(await requestHash('x', { a: 1, b: { c: 2, d: 3 } })).toBe(
    await requestHash('x', { b: { d: 3, c: 2 }, a: 1 }),
  );
  expect(await requestHash('x', [1, 2])).not.toBe(await requestHash('x', [2, 1]));

  const costs: DatabaseCosts = { d1Statements: 0, d1RoundTrips: 0, d1RowsRead: 0, d1RowsWritten: 0 };
  const use = { owner: 'rider:R5', key: 'key-00000005', hash: 'h' };
  await favour(use, 'S', openDatabase(env.DB, costs));
  expect(costs.d1RowsWritten).toBe(2);
});
