// The front door of the commands: `node scripts/launch.mjs scripts/start.ts …` runs that script with the Node it needs.
// Plain JavaScript that an old Node can still read, so that it can say what is missing.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const LEAST_NODE = 20;
const SOURCES_NODE = 24;
/** A terminal sends Ctrl-C to its whole process group; these get their own, so that they can end in good order. */
const OWN_GROUP = ['scripts/start.ts'];

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const script = process.argv[2];

function refuse(line) {
  console.error(line);
  process.exit(1);
}

// `npm run` puts node_modules/.bin first, so this process may be newer than the Node that npm itself runs on.
const npmAgent = /\bnode\/v(\d+)/.exec(process.env.npm_config_user_agent || '');
const machineNode = npmAgent ? Number(npmAgent[1]) : parseInt(process.versions.node, 10);
if (machineNode < LEAST_NODE) {
  refuse(
    `Node.js ${LEAST_NODE} or newer is needed, this is ${machineNode}. Install it from https://nodejs.org.`,
  );
}
if (!existsSync(path.join(root, 'node_modules', 'wrangler'))) {
  refuse('The packages are not installed yet. Run: npm ci');
}
const ownNode = path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const node = parseInt(process.versions.node, 10) === SOURCES_NODE ? process.execPath : ownNode;
if (!existsSync(node)) {
  refuse(`Node.js ${SOURCES_NODE} is missing from node_modules. Run: npm ci`);
}
if (!existsSync(path.join(root, script))) refuse(`There is no ${script}.`);

// If this process dies, the closed channel tells the script.
const child = spawn(node, [path.join(root, script)].concat(process.argv.slice(3)), {
  cwd: root,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  detached: OWN_GROUP.includes(script) && process.platform !== 'win32',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => refuse(`${node} does not start: ${error.message}`));
child.on('exit', (code, signal) => process.exit(signal === null ? code : 1));
