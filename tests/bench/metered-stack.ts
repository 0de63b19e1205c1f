import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { D1Database } from '@cloudflare/workers-types';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { applyMigrations } from '../../scripts/stack/apply-migrations.ts';
import { buildWorker } from '../../scripts/stack/build-worker.ts';
import { type BenchServer, bundle } from './servers.ts';

/** What was used between two readings of the meters, in billed units. */
export interface Used {
  readonly d1Statements: number;
  readonly d1RoundTrips: number;
  readonly d1RowsRead: number;
  readonly d1RowsWritten: number;
  /** By the storage's own cursors, with a row for each alarm set. */
  readonly objectRowsWritten: number;
  readonly objectRowsRead: number;
  /** Fetches, calls, alarms, and each inbound WebSocket message as one. */
  readonly objectRequests: number;
  /** How many of `objectRequests` were WebSocket messages; twenty of them are billed as one request. */
  readonly objectMessages: number;
  readonly objectAlarms: number;
  readonly objectWakes: number;
  readonly queueMessages: number;
}

export interface MeteredStack {
  readonly url: string;
  readonly server: BenchServer;
  readonly database: D1Database;
  /** Lets the Worker's clock run on; alarms run when it passes them. Returns its time. */
  advance(ms: number): Promise<number>;
  now(): Promise<number>;
  /** Waits until the queues are empty and nothing changes, then reads the meters. */
  readMeters(): Promise<Used>;
  /** Ends the object as hibernation does: its memory is gone, its socket stays. */
  hibernate(chargerId: string): Promise<void>;
  stop(): Promise<void>;
}

/** Longer than a queue gathers a batch. */
const QUIET_MS = 1_600;
const LOOK_EVERY_MS = 200;

/** The built Worker with meters and a clock of its own. Nothing here is timed. */
export async function startMetered(stateDir: string): Promise<MeteredStack> {
  const worker = await buildWorker();
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: path.join(stateDir, 'v3'),
      cf: false,
      handleStructuredLogs: ({ level, message }) => {
        if (level === 'error') console.error(`worker | ${message}`);
      },
      workers: [
        {
          ...worker.options,
          cronTriggers: [],
          name: 'dianyi',
          rootPath: worker.folder,
          modulesRoot: worker.folder,
          modules: [
            {
              type: 'ESModule',
              path: path.join(worker.folder, 'metered-worker.js'),
              contents: await bundle('metered-worker.ts'),
            },
            { type: 'ESModule', path: path.join(worker.folder, 'index.js') },
          ],
          bindings: { ...worker.options.bindings, COUNTERS: '1' },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0, proxy: false }],
        },
      ],
    }),
  );
  const { port } = await runtime.unsafeGetDirectURL();
  const url = `http://127.0.0.1:${port}`;
  const database = (await runtime.getD1Database('DB')) as unknown as D1Database;
  await applyMigrations(database, worker.migrations);
  const ask = async (pathname: string): Promise<Record<string, number>> => {
    const response = await fetch(url + pathname);
    if (!response.ok) throw new Error(`${pathname}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, number>;
  };
  const meters = async (): Promise<Used> => {
    const [own, objects] = await Promise.all([ask('/debug/counters'), ask('/bench/used')]);
    const of = (from: Record<string, number>, name: string): number => {
      const value = from[name];
      if (value === undefined) throw new Error(`there is no counter ${name}`);
      return value;
    };
    return {
      d1Statements: of(own, 'd1Statements'),
      d1RoundTrips: of(own, 'd1RoundTrips'),
      d1RowsRead: of(own, 'd1RowsRead'),
      d1RowsWritten: of(own, 'd1RowsWritten'),
      objectRowsWritten: of(objects, 'rowsWritten') + of(objects, 'alarmsSet'),
      objectRowsRead: of(objects, 'rowsRead'),
      objectRequests: of(own, 'objectRequests'),
      objectMessages: of(objects, 'messages'),
      objectAlarms: of(objects, 'alarmsRun'),
      objectWakes: of(objects, 'wakes'),
      queueMessages: of(own, 'queueMessages'),
    };
  };
  return {
    url,
    server: { name: 'dianyi', socketUrl: url.replace('http', 'ws'), pid: null, stop: async () => {} },
    database,
    advance: async (ms) => Number((await ask(`/bench/advance?ms=${ms}`)).now),
    now: async () => Number((await ask('/bench/used')).now),
    async readMeters() {
      let last = await meters();
      for (let quiet = 0; quiet < QUIET_MS; quiet += LOOK_EVERY_MS) {
        await sleep(LOOK_EVERY_MS);
        const next = await meters();
        if (JSON.stringify(next) !== JSON.stringify(last)) quiet = 0;
        last = next;
      }
      return last;
    },
    hibernate: (chargerId) =>
      runtime.unsafeEvictDurableObject('dianyi', 'Charger', { name: chargerId, webSockets: 'hibernate' }),
    stop: () => runtime.dispose(),
  };
}

export function difference(before: Used, after: Used): Used {
  const names = Object.keys(before) as (keyof Used)[];
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as unknown as Used;
}
