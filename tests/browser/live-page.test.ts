import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../../scripts/browser.ts';
import { buildConsole } from '../../scripts/stack/build-console.ts';
import { inRepository } from '../../scripts/stack/repository.ts';
import { type CityStack, eventually, riderToken, startCharge, startCity } from '../stack/city-stack.ts';
import { connectForeignPile, type ForeignPile, sample } from '../stack/foreign-client.ts';

const PICTURES = inRepository('.build/screenshots');
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let city: CityStack;
let browser: Browser;
let pile: ForeignPile;

beforeAll(async () => {
  const found = await findBrowser();
  if (found.kind === 'missing') throw new Error(found.message);
  await mkdir(PICTURES, { recursive: true });
  await buildConsole(() => {});
  city = await startCity({}, { console: 0 });
  browser = await chromium.launch({ executablePath: found.path, args: QUIET });
  pile = await connectForeignPile(city, 30007);
  const token = await riderToken(city.url, 3);
  const started = await startCharge(city.url, token, '30007-1', { kind: 'money', fen: 500 });
  expect(started).toMatchObject({ status: 201 });
  const { idTag } = await pile.remoteStart();
  const begun = Date.now();
  const { transactionId } = await pile.call('StartTransaction', {
    connectorId: 1,
    idTag,
    meterStart: 0,
    timestamp: new Date(begun).toISOString(),
  });
  await pile.call('MeterValues', {
    connectorId: 1,
    transactionId,
    meterValue: [sample(begun + 10, 12, 236)],
  });
});
afterAll(async () => {
  await browser?.close();
  await pile?.close();
  await city?.demolish();
});

/** A console of one operator; `problems` gathers what a person would find in the browser's own console. */
async function signIn(colorScheme: 'light' | 'dark'): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme,
    locale: 'zh-CN',
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${city.consoleUrl}/`);
  await page.getByLabel('用户名').fill('operations');
  await page.getByLabel('密码').fill('demo-password-2026');
  await page.locator('button[type=submit]').click();
  await page.waitForURL('**/live');
  return { page, problems };
}

test('an operator signs in and sees the live charge without reloading, by day and by night', async () => {
  for (const scheme of ['light', 'dark'] as const) {
    const { page, problems } = await signIn(scheme);
    const row = page.getByRole('row').filter({ hasText: '30007' });
    await row.first().waitFor();
    expect(await row.first().textContent()).toContain('充电中');
    await page.screenshot({ path: path.join(PICTURES, `live-${scheme}.png`) });
    expect(problems).toEqual([]);
    await page.context().close();
  }
});

test('a charger’s page follows its device over the WebSocket', async () => {
  const { page, problems } = await signIn('light');
  await page.goto(`${city.consoleUrl}/chargers/CH30007`);
  await page.getByText('236').first().waitFor();
  await pile.call('StatusNotification', { connectorId: 2, errorCode: 'GroundFailure', status: 'Faulted' });
  await eventually(async () => ((await page.getByText('故障').count()) > 0 ? true : undefined));
  await page.screenshot({ path: path.join(PICTURES, 'charger.png') });
  expect(problems).toEqual([]);
  await page.context().close();
});

test('a wrong password is told in Chinese', async () => {
  const page = await browser.newPage({ locale: 'zh-CN' });
  await page.goto(`${city.consoleUrl}/`);
  await page.getByLabel('用户名').fill('operations');
  await page.getByLabel('密码').fill('not-the-password');
  await page.locator('button[type=submit]').click();
  await page.getByText('用户名或密码不正确').waitFor();
  await page.close();
});
