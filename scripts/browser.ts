import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { runToEnd } from './stack/run.ts';

export type FoundBrowser =
  | { readonly kind: 'found'; readonly path: string }
  /** `message` is one line that says what to run. */
  | { readonly kind: 'missing'; readonly message: string };

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const OTHER_PLACES = [
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Finds a Chromium: CHROMIUM_PATH, the usual places, Playwright's own. As root on Debian it installs the
 * distribution's when there is none; `tell` hears of that before it begins.
 */
export async function findBrowser(tell: (detail: string) => void = () => {}): Promise<FoundBrowser> {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    return isProgram(named)
      ? { kind: 'found', path: named }
      : { kind: 'missing', message: `CHROMIUM_PATH names ${named}, which is no program.` };
  }
  const known = (await installed()) ?? null;
  if (known !== null) return { kind: 'found', path: known };

  const message =
    'No Chromium found. Run: npx playwright-core install --with-deps chromium (or set CHROMIUM_PATH)';
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return { kind: 'missing', message };
  tell('installing chromium with apt-get');
  try {
    await runToEnd(['update', '-qq'], { program: 'apt-get' });
    await runToEnd(['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], {
      program: 'apt-get',
    });
  } catch {
    return { kind: 'missing', message };
  }
  const fresh = await installed();
  return fresh === null ? { kind: 'missing', message } : { kind: 'found', path: fresh };
}

async function installed(): Promise<string | null> {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const { chromium } = await import('playwright-core');
  return [...onPath, ...OTHER_PLACES, chromium.executablePath()].find(isProgram) ?? null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
