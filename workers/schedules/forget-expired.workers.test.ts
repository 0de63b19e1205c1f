import { createScheduledController, env } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { DAY } from '../../domain/units.ts';
import { call } from '../../tests/workers/city.ts';
import { signInRider, signInStaff } from '../../tests/workers/sign-in.ts';
import worker from '../index.ts';

test('once a day what nobody can use any more is forgotten, and nothing else', async () => {
  const rider = await signInRider();
  const staff = await signInStaff('operations');
  const gone = await signInRider();
  const now = Date.now();
  await env.DB.prepare('UPDATE rider_sessions SET expires_at = ? WHERE rider_id = ?')
    .bind(now - 1, gone.id)
    .run();
  const note = (key: string, createdAt: number) =>
    env.DB.prepare(
      'INSERT INTO idempotency_keys (owner, key, request_hash, resource_id, created_at) VALUES (?, ?, ?, ?, ?)',
    )
      .bind(`rider:${rider.id}`, key, 'x', 'x', createdAt)
      .run();
  await note('of-last-month', now - 8 * DAY);
  await note('of-yesterday', now - DAY);
  await worker.scheduled(createScheduledController({ scheduledTime: now, cron: '0 19 * * *' }), env);
  const keys = await env.DB.prepare('SELECT key FROM idempotency_keys WHERE owner = ?')
    .bind(`rider:${rider.id}`)
    .all();
  expect(keys.results).toEqual([{ key: 'of-yesterday' }]);
  const sessions = await env.DB.prepare('SELECT count(*) AS n FROM rider_sessions WHERE rider_id = ?')
    .bind(gone.id)
    .first();
  expect(sessions).toEqual({ n: 0 });
  expect((await call('GET', '/v1/rider/charging-orders', { token: rider.token })).status).toBe(200);
  expect((await call('GET', '/v1/admin/charging-orders', { token: staff.token })).status).toBe(200);
});
