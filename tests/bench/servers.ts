import { fork } from 'node:child_process';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { startStack } from '../../scripts/stack/start-stack.ts';
import { type BenchPile, seedBench } from './bench-city.ts';
import { ownChildren } from './process-usage.ts';

export type ServerName = 'dianyi' | 'echo' | 'nodeEcho';

/** Where the client dials, and which process answers. */
export interface BenchServer {
  readonly name: ServerName;
  /** `ws://127.0.0.1:PORT`, without a path. */
  readonly socketUrl: string;
  /** Null where processes cannot be told apart. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

export interface DianyiServer extends BenchServer {
  readonly url: string;
  /** Orders whose money is still held: not settled yet. */
  openHolds(): Promise<number>;
}

const COMPATIBILITY_DATE = '2026-10-01';
/** A closed loop sends as fast as it is answered; the flood guard is not what is measured. */
const NO_FLOOD_LIMIT = { DEVICE_MESSAGES_PER_SECOND: '1000000000', DEVICE_MESSAGE_BURST: '1000000000' };

/** The built Worker on workerd. `seed` fills an empty database first. */
export async function startDianyi(
  stateDir: string,
  seed: readonly BenchPile[] | null,
): Promise<DianyiServer> {
  const before = ownChildren('workerd');
  const stack = await startStack({
    stateDir,
    ports: { api: 0 },
    settings: NO_FLOOD_LIMIT,
    crons: false,
    onLog: ({ level, message }) => {
      if (level === 'error') console.error(`worker | ${message}`);
    },
  });
  if (seed !== null) await seedBench(stack.database, seed, Date.now());
  return {
    name: 'dianyi',
    url: stack.url,
    socketUrl: stack.url.replace('http', 'ws'),
    pid: startedSince(before),
    openHolds: async () =>
      (await stack.database.prepare('SELECT count(*) AS open FROM holds').first<number>('open')) ?? 0,
    stop: () => stack.stop(),
  };
}

/** The bare echo object on a workerd of its own, with its storage on disk like ours. */
export async function startEcho(stateDir: string): Promise<BenchServer> {
  const before = ownChildren('workerd');
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: path.join(stateDir, 'v3'),
      cf: false,
      workers: [
        {
          name: 'echo',
          modules: [{ type: 'ESModule', path: 'echo-worker.js', contents: await bundle('echo-worker.ts') }],
          compatibilityDate: COMPATIBILITY_DATE,
          durableObjects: { ECHO: { className: 'Echo', useSQLite: true } },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0, proxy: false }],
        },
      ],
    }),
  );
  const { port } = await runtime.unsafeGetDirectURL();
  return {
    name: 'echo',
    socketUrl: `ws://127.0.0.1:${port}`,
    pid: startedSince(before),
    stop: () => runtime.dispose(),
  };
}

export async function startNodeEcho(): Promise<BenchServer> {
  const child = fork(path.join(import.meta.dirname, 'node-echo.ts'), { stdio: ['ignore', 2, 2, 'ipc'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('exit', () => reject(new Error('the Node echo server did not start')));
  });
  return {
    name: 'nodeEcho',
    socketUrl: `ws://127.0.0.1:${port}`,
    pid: child.pid ?? null,
    async stop() {
      child.disconnect();
      await gone;
    },
  };
}

/** Bundles one of this folder's Workers; what it imports as `built-worker` is found beside it as `index.js`. */
export async function bundle(file: string): Promise<string> {
  const builtWorker: Plugin = {
    name: 'built-worker',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^built-worker$/ }, () => ({ path: './index.js', external: true })),
  };
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, file)],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    write: false,
    external: ['cloudflare:*'],
    plugins: [builtWorker],
  });
  return outputFiles[0]?.text ?? '';
}

function startedSince(before: ReadonlySet<number>): number | null {
  const [pid = null] = [...ownChildren('workerd')].filter((candidate) => !before.has(candidate));
  return pid;
}
