import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Unstable_MiniflareWorkerOptions } from 'wrangler';
import { PlainFailure } from './plain-failure.ts';
import { inRepository, repositoryRoot } from './repository.ts';
import { runToEnd, wranglerCommand } from './run.ts';

export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

type MiniflareOptions = Omit<Unstable_MiniflareWorkerOptions['workerOptions'], 'bindings' | 'cronTriggers'>;

/** What wrangler knows of the Worker, written down so that it need not be asked again. */
export interface WorkerPlan {
  /** The bindings, queue consumers and crons of wrangler.toml, as Miniflare takes them. */
  readonly options: MiniflareOptions & {
    readonly bindings?: Readonly<Record<string, string>>;
    readonly cronTriggers?: readonly string[];
  };
  readonly migrations: readonly Migration[];
}

export interface BuiltWorker extends WorkerPlan {
  /** Holds `index.js`, the very bundle a deploy uploads, and its source map. */
  readonly folder: string;
  readonly fromCache: boolean;
}

const SOURCE_FOLDERS = ['workers', 'durable-objects', 'domain', 'protocols', 'database', 'migrations'];
const SOURCE_FILES = ['wrangler.toml', 'package-lock.json', '.dev.vars', 'scripts/stack/print-plan.ts'];
const BUILDS_KEPT = 3;
const buildsFolder = inRepository('.build/worker');

/**
 * Bundles the Worker as `wrangler deploy` would. Nothing is done when no source has changed since an earlier build.
 * Throws with wrangler's own words when the sources do not bundle.
 */
export async function buildWorker(): Promise<BuiltWorker> {
  await runToEnd([inRepository('scripts/generate-ocpp-validators.ts')]);
  const folder = path.join(buildsFolder, await sourceStamp());
  const known = await readBuild(folder);
  if (known !== null) return { ...known, folder, fromCache: true };

  const unfinished = `${folder}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const [plan] = await Promise.all([
    runToEnd([inRepository('scripts/stack/print-plan.ts')]),
    runToEnd([...wranglerCommand, 'deploy', '--dry-run', '--outdir', unfinished]),
  ]);
  await writeFile(path.join(unfinished, 'plan.json'), plan);
  // Two builds of the same sources are the same: whoever is second keeps the first one's.
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }));
  await dropOldBuilds();
  const built = await readBuild(folder);
  if (built === null) throw new PlainFailure(`${folder} is gone; another build is running. Start again.`);
  return { ...built, folder, fromCache: false };
}

async function readBuild(folder: string): Promise<WorkerPlan | null> {
  try {
    return JSON.parse(await readFile(path.join(folder, 'plan.json'), 'utf8'));
  } catch {
    return null;
  }
}

/** Changes with the name, size and time of any file the bundle is made from. */
async function sourceStamp(): Promise<string> {
  const listings = await Promise.all(
    SOURCE_FOLDERS.map(async (folder) =>
      (await readdir(inRepository(folder), { recursive: true })).map((name) => path.join(folder, name)),
    ),
  );
  const files = [...SOURCE_FILES, ...listings.flat()]
    .filter((name) => path.extname(name) !== '' && !name.endsWith('.test.ts'))
    .sort();
  const facts = await Promise.all(
    files.map(async (name) => {
      const found = await stat(path.join(repositoryRoot, name)).catch(() => null);
      return found === null ? name : `${name} ${found.size} ${found.mtimeMs}`;
    }),
  );
  return createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 16);
}

async function dropOldBuilds(): Promise<void> {
  const builds = await Promise.all(
    (await readdir(buildsFolder))
      .filter((name) => /^[0-9a-f]{16}$/.test(name))
      .map(async (name) => ({ name, at: (await stat(path.join(buildsFolder, name))).mtimeMs })),
  );
  builds.sort((a, b) => b.at - a.at);
  for (const { name } of builds.slice(BUILDS_KEPT)) {
    await rm(path.join(buildsFolder, name), { recursive: true, force: true });
  }
}
