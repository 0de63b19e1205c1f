import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { findBrowser } from './browser.ts';
import { checks, generateSources } from './checks.ts';
import { buildWorker } from './stack/build-worker.ts';
import { inSeconds } from './stack/progress.ts';
import { inRepository, repositoryRoot } from './stack/repository.ts';

/**
 * `npm test`: every check, then every test. The last line is `N passed, N failed`; a check counts as one. Arguments go
 * to vitest, so that `npm test -- domain/pricing` runs the tests whose file name holds that.
 */

const filters = process.argv.slice(2);
const reportsFolder = inRepository('.build/test');
const totals = { passed: 0, failed: 0, skipped: 0 };

async function one(name: string, work: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  try {
    await work();
    totals.passed += 1;
    console.log(`✓ ${name} (${inSeconds(performance.now() - startedAt)})`);
  } catch (error) {
    totals.failed += 1;
    console.log(`✗ ${name}\n${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** Runs vitest in the terminal and counts what its report says; a file that does not load counts as one failure. */
async function runVitest(reportName: string, projects: readonly string[], environment = {}): Promise<void> {
  const report = `${reportsFolder}/${reportName}.json`;
  await rm(report, { force: true });
  const code = await runInTerminal(
    [
      inRepository('node_modules/vitest/vitest.mjs'),
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      '--passWithNoTests',
      ...filters,
    ],
    environment,
  );
  let failed = 0;
  try {
    const said: Report = JSON.parse(await readFile(report, 'utf8'));
    const unloaded = said.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    );
    totals.passed += said.numPassedTests;
    totals.skipped += said.numPendingTests;
    failed = said.numFailedTests + unloaded.length;
  } catch {
    console.log(`vitest left no report of ${projects.join(' and ')}.`);
  }
  // An error outside every test fails the run though no test did.
  totals.failed += failed === 0 && code !== 0 ? 1 : failed;
}

function runInTerminal(args: readonly string[], environment: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: repositoryRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', ...environment },
    });
    const endToo = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGTERM', endToo).on('SIGINT', endToo);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', endToo).off('SIGINT', endToo);
      if (signal !== null) process.exit(1);
      resolve(code ?? 1);
    });
  });
}

const startedAt = performance.now();
await mkdir(reportsFolder, { recursive: true });
await one('generated sources', generateSources);
if (filters.length === 0) for (const check of checks()) await one(check.name, () => check.run());

await runVitest('unit', ['node', 'workers']);

await one('the Worker bundles', buildWorker);
const environment: Record<string, string> = {};
if (existsSync(inRepository('tests/browser'))) {
  await one('a browser for the tests', async () => {
    const browser = await findBrowser((detail) => console.log(`… ${detail}`));
    if (browser.kind === 'missing') throw new Error(browser.message);
    environment.CHROMIUM_PATH = browser.path;
  });
}
await runVitest('stack', ['stack'], environment);

if (totals.skipped > 0) console.log(`${totals.skipped} skipped`);
console.log(`Took ${inSeconds(performance.now() - startedAt)}`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 ? 0 : 1;
