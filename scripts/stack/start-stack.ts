import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { D1Database } from '@cloudflare/workers-types';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { applyMigrations } from './apply-migrations.ts';
import { type BuiltWorker, buildWorker } from './build-worker.ts';
import { type ConsoleServer, startConsoleServer } from './console-server.ts';
import { everyMinute } from './every-minute.ts';
import { reachable } from './ports.ts';

export interface WorkerLog {
  readonly at: number;
  readonly level: string;
  readonly message: string;
}

export interface StackOptions {
  /** Where D1, the Durable Objects and all else is kept between runs. */
  readonly stateDir: string;
  /** 0 takes any free port. Without `console` no console is served. */
  readonly ports: { readonly api: number; readonly console?: number };
  readonly host?: string;
  /** Variables and secrets of the Worker, over those of wrangler.toml. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What to run, where it is built already; otherwise the sources are built. */
  readonly worker?: BuiltWorker;
  /** Runs the crons each minute; true unless told. */
  readonly crons?: boolean;
  readonly onLog?: (log: WorkerLog) => void;
}

export interface Stack {
  /** Without a slash at the end, such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Where devices dial; their identity is appended: `ws://127.0.0.1:8787/ocpp`. */
  readonly deviceUrl: string;
  readonly consoleUrl: string | null;
  readonly database: D1Database;
  readonly worker: BuiltWorker;
  /** The migrations that this start applied. */
  readonly migrated: readonly string[];
  /** Runs every cron handler once, now, and waits for it. */
  runCrons(at?: Date): Promise<void>;
  /** Ends it; with `drainMs` it first gives messages under way in the queues this long to be consumed. */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
}

/**
 * Runs the built Worker on workerd with its database, objects and queues on disk. Devices and browsers reach workerd's
 * own socket, with no proxy between. The database is migrated when this resolves.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const host = options.host ?? '127.0.0.1';
  const worker = options.worker ?? (await buildWorker());
  await mkdir(options.stateDir, { recursive: true });
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      // The folder `wrangler --persist-to STATE_DIR` uses, so that its d1 commands see the same database.
      resourcePersistencePath: path.resolve(options.stateDir, 'v3'),
      cf: false,
      handleStructuredLogs: ({ timestamp, level, message }) =>
        (options.onLog ?? showLog)({ at: timestamp, level, message }),
      workers: [
        {
          ...worker.options,
          cronTriggers: [...(worker.options.cronTriggers ?? [])],
          name: 'dianyi',
          rootPath: worker.folder,
          modulesRoot: worker.folder,
          modules: [{ type: 'ESModule', path: path.join(worker.folder, 'index.js') }],
          bindings: { ...worker.options.bindings, ...options.settings },
          unsafeDirectSockets: [{ host, port: options.ports.api, proxy: false }],
        },
      ],
    }),
  );
  let consoleServer: ConsoleServer | null = null;
  try {
    const { port } = await runtime.unsafeGetDirectURL();
    const url = `http://${reachable(host)}:${port}`;
    // Miniflare types its bindings by its own copy of the platform's types.
    const database = (await runtime.getD1Database('DB')) as unknown as D1Database;
    const migrated = await applyMigrations(database, worker.migrations);
    if (options.ports.console !== undefined) {
      consoleServer = await startConsoleServer({ host, port: options.ports.console, apiUrl: url });
    }
    const runCrons = async (at = new Date()) => {
      const handlers = await runtime.getWorker();
      for (const cron of worker.options.cronTriggers ?? []) {
        await handlers.scheduled({ cron, scheduledTime: at });
      }
    };
    const stopCrons = options.crons === false ? () => {} : everyMinute(runCrons);
    return {
      url,
      deviceUrl: `${url.replace('http', 'ws')}/ocpp`,
      consoleUrl: consoleServer?.url ?? null,
      database,
      worker,
      migrated,
      runCrons,
      async stop({ drainMs = 0 } = {}) {
        stopCrons();
        await consoleServer?.close();
        if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs));
        await runtime.dispose();
      },
    };
  } catch (error) {
    await consoleServer?.close();
    await runtime.dispose();
    throw error;
  }
}

function showLog({ level, message }: WorkerLog): void {
  if (level === 'error' || level === 'warn') console.error(`worker | ${message}`);
}
