import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { PERMISSIONS } from '../../domain/access/permissions.ts';
import { ERROR_CODES } from '../../domain/errors.ts';
import { routesOf, type ShownDocument } from './docs-page.ts';

const get = (path: string, headers: Record<string, string> = {}) =>
  exports.default.fetch(`https://api.test${path}`, { headers });

test('P1: the document names for every operation its permission, its words, its examples and its errors', async () => {
  const response = await get('/openapi.json');
  expect(response.status).toBe(200);
  const document = await response.json<ShownDocument & { openapi: string }>();
  expect(document.openapi).toBe('3.1.0');
  const routes = routesOf(document);
  expect(routes.map(({ path }) => path)).toContain('/v1/admin/session');

  const allowed: readonly string[] = ['public', ...PERMISSIONS];
  for (const { method, path, operation } of routes) {
    const name = `${method} ${path}`;
    expect(allowed, name).toContain(operation['x-permission']);
    expect(operation.summary, name).toMatch(/\S{2}/);
    expect(operation.tags?.length, name).toBeGreaterThan(0);

    const answers = Object.entries(operation.responses ?? {});
    const successes = answers.filter(([status]) => Number(status) < 400);
    expect(successes.length, name).toBeGreaterThan(0);
    for (const [status, { content = {} }] of successes) {
      const json = content['application/json'];
      if (json !== undefined)
        expect(
          json.example ?? Object.values(json.examples ?? {})[0]?.value,
          `${name} ${status}`,
        ).toBeDefined();
    }

    const failures = answers.filter(([status]) => Number(status) >= 400);
    const codes = failures.flatMap(([, { content = {} }]) =>
      Object.entries(content['application/json']?.examples ?? {}).map(([code, { value }]) => {
        expect(value, `${name} ${code}`).toMatchObject({ error: { code, message: expect.any(String) } });
        return code;
      }),
    );
    expect(codes, name).toContain('internal_error');
    if (operation['x-permission'] !== 'public') expect(codes, name).toContain('forbidden');
    for (const code of codes) expect(ERROR_CODES as readonly string[], name).toContain(code);
  }
});

test('the page shows every route in the language asked for, runs nothing and loads nothing', async () => {
  const document = await (await get('/openapi.json')).json<ShownDocument>();
  const chinese = await get('/docs');
  expect(chinese.status).toBe(200);
  expect(chinese.headers.get('Content-Type')).toMatch(/^text\/html/);
  const policy = chinese.headers.get('Content-Security-Policy') ?? '';
  expect(policy).toContain("default-src 'none'");

  const page = await chinese.text();
  for (const { method, path } of routesOf(document)) expect(page).toContain(`id="${method}-${path}"`);
  expect(page).toContain('<html lang="zh-CN">');
  expect(page).toContain('用户名或密码不正确');
  expect(page).not.toMatch(/<script|<link|\bsrc=|@import|\burl\(|https?:\/\//);
  expect(page).not.toMatch(/\[object |undefined|&amp;(lt|gt|quot);/);

  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
  expect(policy).toContain(`'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`);

  for (const english of [await get('/docs?lang=en'), await get('/docs', { 'Accept-Language': 'en-GB' })]) {
    const text = await english.text();
    expect(text).toContain('<html lang="en">');
    expect(text).toContain('User name or password is wrong');
  }
  expect((await get('/docs?lang=fr')).status).toBe(400);
});
