import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { inRepository } from './repository.ts';
import { runToEnd } from './run.ts';

export type ConsoleBuild = 'absent' | 'unchanged' | 'built';

const folder = inRepository('admin-pages');
const NOT_SOURCES = new Set(['node_modules', 'dist', '.wrangler']);

/** Whether there is a console to build at all. */
export const hasConsole = (): boolean =>
  ['package.json', 'index.html'].every((name) => existsSync(path.join(folder, name)));

/** Installs the console's packages when there are none. */
export async function installConsolePackages(onStep: (step: string) => void): Promise<void> {
  if (existsSync(path.join(folder, 'node_modules'))) return;
  onStep('installing the packages of the console');
  await npm('ci');
}

/** Builds the console when it has no build or one older than its sources; installs its packages before the first. */
export async function buildConsole(onStep: (step: string) => void): Promise<ConsoleBuild> {
  if (!hasConsole()) return 'absent';
  const builtAt = (await stat(path.join(folder, 'dist/index.html')).catch(() => null))?.mtimeMs ?? 0;
  if (builtAt > (await newestSource(folder))) return 'unchanged';
  await installConsolePackages(onStep);
  onStep('building the console');
  await npm('run', 'build');
  return 'built';
}

const npm = (...args: string[]) =>
  runToEnd([...args, '--prefix', folder], { program: process.platform === 'win32' ? 'npm.cmd' : 'npm' });

async function newestSource(of: string): Promise<number> {
  let newest = 0;
  for (const entry of await readdir(of, { withFileTypes: true })) {
    if (NOT_SOURCES.has(entry.name)) continue;
    const name = path.join(of, entry.name);
    const at = entry.isDirectory() ? await newestSource(name) : (await stat(name)).mtimeMs;
    newest = Math.max(newest, at);
  }
  return newest;
}
