import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { inRepository } from '../../scripts/stack/repository.ts';

const run = promisify(execFile);
const deploy = (...args: string[]) =>
  run(process.execPath, [inRepository('scripts/launch.mjs'), 'scripts/deploy.ts', ...args]);

test('a dry run tells the steps in their order and bundles the Worker with its bindings', async () => {
  const { stdout } = await deploy('--dry-run');
  const order = [
    'Migrate the database: wrangler d1 migrations apply dianyi --remote',
    'Deploy the Worker: wrangler deploy',
    'env.DB (dianyi)',
    'Dry run: nothing was deployed.',
  ].map((text) => stdout.indexOf(text));
  expect(order.every((at) => at >= 0)).toBe(true);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

test('an argument it does not know is refused before anything is done', async () => {
  await expect(deploy('--dryrun')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--dryrun'),
  });
});
