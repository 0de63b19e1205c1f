import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';

test('the service says it is up, and what it does not know in the one envelope', async () => {
  const health = await exports.default.fetch('https://api.test/healthz');
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({ status: 'ok' });

  const unknown = await exports.default.fetch('https://api.test/nothing-here');
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ error: { code: 'not_found', message: '没有找到您要的内容' } });
});
