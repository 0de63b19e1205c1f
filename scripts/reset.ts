import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { runningStack } from './stack/pid-file.ts';
import { readStateDir } from './stack/start-settings.ts';

/** What a stack writes into its state folder; nothing else is ever deleted, wherever STATE_DIR points. */
const STATE_ENTRIES = ['v3', 'logs', 'fleet.json', 'stack.pid'];

const stateDir = readStateDir(process.env);
const running = runningStack(stateDir);
if (running !== null) {
  console.error(`A stack runs on ${stateDir} (process ${running}). End it first.`);
  process.exit(1);
}
const found = STATE_ENTRIES.map((name) => path.join(stateDir, name)).filter((name) => existsSync(name));
for (const name of found) await rm(name, { recursive: true, force: true });
console.log(
  found.length > 0 ? `${stateDir} is empty; the next start seeds it again.` : `${stateDir} was empty.`,
);
