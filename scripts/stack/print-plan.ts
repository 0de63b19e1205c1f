import { readdir, readFile } from 'node:fs/promises';
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from 'wrangler';
import type { Migration, WorkerPlan } from './build-worker.ts';
import { inRepository } from './repository.ts';

/**
 * Prints what wrangler makes of wrangler.toml and migrations/. A process of its own, because wrangler is a large
 * import whose memory a running stack does not need.
 */

const { workerOptions } = unstable_getMiniflareWorkerOptions(inRepository('wrangler.toml'));
const { modulesRules: _, ...options } = workerOptions;
const names = (await readdir(inRepository('migrations'))).filter((name) => name.endsWith('.sql')).sort();
const migrations = await Promise.all(
  names.map(async (name): Promise<Migration> => {
    const text = await readFile(inRepository('migrations', name), 'utf8');
    return { name, statements: unstable_splitSqlQuery(text) };
  }),
);
process.stdout.write(
  JSON.stringify({ options, migrations } satisfies { [Key in keyof WorkerPlan]: unknown }),
);
