import { spawn } from 'node:child_process';
import { generateSources } from './checks.ts';
import { buildConsole, hasConsole } from './stack/build-console.ts';
import { PlainFailure } from './stack/plain-failure.ts';
import { inRepository, repositoryRoot } from './stack/repository.ts';
import { quietEnvironment, wranglerCommand } from './stack/run.ts';

/**
 * `npm run deploy`: migrations, then the Worker, then the console; the database is changed first because the new
 * Worker needs it, so a migration must leave the old Worker working. `-- --dry-run` tells the steps and bundles the
 * Worker without touching anything.
 */

const PLACEHOLDER_DATABASE = '00000000-0000-0000-0000-000000000000';
const CONSOLE_PROJECT = 'dianyi-console';

interface DeployStep {
  readonly name: string;
  readonly command: readonly string[];
  readonly folder?: string;
}

async function deploy(dryRun: boolean): Promise<void> {
  console.log('Generating the sources …');
  await generateSources();
  const database = await readDatabase();
  if (!dryRun && database.id === PLACEHOLDER_DATABASE) {
    throw new PlainFailure(
      `wrangler.toml still names no database. Run: npx wrangler d1 create ${database.name} and put the id it prints into wrangler.toml.`,
    );
  }
  const steps: DeployStep[] = [
    { name: 'Migrate the database', command: ['d1', 'migrations', 'apply', database.name, '--remote'] },
    { name: 'Deploy the Worker', command: ['deploy'] },
  ];
  if (hasConsole()) {
    steps.push({
      name: 'Deploy the console',
      command: ['pages', 'deploy', 'dist', '--project-name', CONSOLE_PROJECT],
      folder: inRepository('admin-pages'),
    });
  }
  if (dryRun) {
    for (const [index, { name, command }] of steps.entries()) {
      console.log(`${index + 1}. ${name}: wrangler ${command.join(' ')}`);
    }
    await runWrangler({ name: 'Bundle the Worker', command: ['deploy', '--dry-run'] }, true);
    console.log('Dry run: nothing was deployed.');
    return;
  }
  await buildConsole((detail) => console.log(`… ${detail}`));
  for (const step of steps) await runWrangler(step, false);
}

async function readDatabase(): Promise<{ readonly id: string; readonly name: string }> {
  const { unstable_readConfig } = await import('wrangler');
  const [database] = unstable_readConfig({ config: inRepository('wrangler.toml') }).d1_databases;
  if (database?.database_name === undefined) throw new PlainFailure('wrangler.toml names no D1 database.');
  return { id: database.database_id ?? PLACEHOLDER_DATABASE, name: database.database_name };
}

/** In the terminal, so that wrangler may ask and sign in; a dry run has nothing to ask. */
function runWrangler({ name, command, folder }: DeployStep, quiet: boolean): Promise<void> {
  console.log(`\n${name} …`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...wranglerCommand, ...command], {
      cwd: folder ?? repositoryRoot,
      stdio: 'inherit',
      env: quiet ? quietEnvironment : process.env,
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new PlainFailure(`${name} failed; nothing after it was done.`)),
    );
  });
}

const args = process.argv.slice(2);
const unknown = args.find((argument) => argument !== '--dry-run');
try {
  if (unknown !== undefined) {
    throw new PlainFailure(`Unknown argument ${unknown}. Usage: npm run deploy [-- --dry-run]`);
  }
  await deploy(args.includes('--dry-run'));
} catch (error) {
  console.error(error instanceof PlainFailure ? error.message : error);
  process.exitCode = 1;
}
