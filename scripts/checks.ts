import { existsSync } from 'node:fs';
import { hasConsole, installConsolePackages } from './stack/build-console.ts';
import { PlainFailure } from './stack/plain-failure.ts';
import { inRepository } from './stack/repository.ts';
import { runToEnd } from './stack/run.ts';

/** Something that is either fine or throws with what is wrong. */
export interface Check {
  readonly name: string;
  run(): Promise<void>;
}

const tool = (name: string, file: string, ...args: string[]): Check => ({
  name,
  run: async () => {
    await runToEnd([inRepository('node_modules', file), ...args]);
  },
});

const LEAST_MODULES = 100;
const ROOMS = [
  'workers',
  'durable-objects',
  'domain',
  'protocols',
  'database',
  'simulators',
  'scripts',
  'tests',
  'admin-pages/src',
  'admin-pages/functions',
];

/** What every change is held to, besides the tests. */
export function checks(): readonly Check[] {
  const rooms = ROOMS.filter((room) => existsSync(inRepository(room)));
  return [
    tool('types of the Worker', 'typescript/bin/tsc', '-p', 'tsconfig.json'),
    tool('types of what runs on Node', 'typescript/bin/tsc', '-p', 'tsconfig.node.json'),
    ...(hasConsole() ? [consoleTypes] : []),
    tool('style', '@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
    { name: 'arrows', run: () => checkArrows(rooms) },
  ];
}

async function checkArrows(rooms: readonly string[]): Promise<void> {
  const said = await runToEnd([
    inRepository('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
    '--output-type',
    'err',
    ...rooms,
  ]);
  // Without a parser for TypeScript it finds hardly a module, and nothing wrong with it.
  const modules = Number(/\((\d+) modules/.exec(said)?.[1] ?? 0);
  if (modules < LEAST_MODULES) throw new PlainFailure('No TypeScript was read: is @swc/core installed?');
}

const consoleTypes: Check = {
  name: 'types of the console',
  run: async () => {
    await installConsolePackages(() => {});
    await runToEnd([inRepository('node_modules/typescript/bin/tsc'), '--noEmit', '-p', 'admin-pages']);
  },
};

/** Compiles what the types are checked against; nothing is done when it is there already. */
export async function generateSources(): Promise<void> {
  await runToEnd([inRepository('scripts/generate-ocpp-validators.ts')]);
}
