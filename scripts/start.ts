import { createWriteStream, mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { demoFleet } from './seed/demo-names.ts';
import { isEmptyDatabase } from './seed/is-empty-database.ts';
import { buildConsole } from './stack/build-console.ts';
import { buildWorker } from './stack/build-worker.ts';
import { type RunningChild, startChild } from './stack/child-process.ts';
import { onEndSignals } from './stack/end-signals.ts';
import { claimState, releaseState, runningStack } from './stack/pid-file.ts';
import { PlainFailure } from './stack/plain-failure.ts';
import { requireFreePorts } from './stack/ports.ts';
import { inSeconds, step } from './stack/progress.ts';
import { firstPilesOnline, startedAnswer } from './stack/readiness.ts';
import { inRepository } from './stack/repository.ts';
import { readStartSettings, type StartSettings } from './stack/start-settings.ts';
import type { Stack, WorkerLog } from './stack/start-stack.ts';
import { startWatchdog } from './stack/watchdog.ts';
import { welcome } from './stack/welcome.ts';

/**
 * `npm start`: the whole platform on this machine. Ports and sizes come from the environment, see
 * `stack/start-settings.ts`. Data stays in STATE_DIR; `npm run reset` empties it.
 */

/** Longer than the queues' batch timeout, so that what the ending devices reported is applied. */
const DRAIN_MS = 1500;
const CHILD_GRACE_MS = 4000;
/** The period in which the sweep asks after each open order once; see workers/schedules/sweep-holds.ts. */
const MISSED_MINUTES = 15;

const CONSOLE_BUILDS = {
  absent: 'skipped, there is none in admin-pages',
  unchanged: 'unchanged',
  built: 'built',
} as const;

const children: RunningChild[] = [];
let stack: Stack | null = null;
let ending = false;

async function start(settings: StartSettings): Promise<void> {
  const { host, ports, stateDir } = settings;
  const running = runningStack(stateDir);
  if (running !== null) {
    throw new PlainFailure(
      `A stack already runs on ${stateDir} (process ${running}). End it, or choose another STATE_DIR.`,
    );
  }
  await requireFreePorts(host, Object.values(ports));
  claimState(stateDir);
  process.once('exit', () => releaseState(stateDir));
  startWatchdog();
  const logsFolder = path.join(stateDir, 'logs');
  mkdirSync(logsFolder, { recursive: true });

  const worker = await step('Worker', buildWorker, ({ fromCache }) => (fromCache ? 'unchanged' : 'built'));
  if (settings.buildsConsole) await step('Console', async (tell) => CONSOLE_BUILDS[await buildConsole(tell)]);
  const wechatApp = {
    WECHAT_APP_ID: settings.wechatAppId,
    WECHAT_APP_SECRET: settings.wechatAppSecret,
  };
  const wechatPeerUrl = `http://127.0.0.1:${ports.wechatPeer.port}`;
  stack = await step(
    'API, database and queues',
    async () => {
      // A large import, which a refusal above need not wait for.
      const { startStack } = await import('./stack/start-stack.ts');
      return startStack({
        worker,
        stateDir,
        host,
        ports: { api: ports.api.port, console: ports.console.port },
        settings: {
          ...wechatApp,
          // Everybody on this machine comes from one address.
          LOGIN_RATE_PER_MINUTE: '1200',
          WECHAT_API_ORIGIN: settings.wechatOrigin ?? wechatPeerUrl,
          ...settings.worker,
        },
        onLog: workerLog(path.join(logsFolder, 'worker.log')),
      });
    },
    ({ migrated }) => (migrated.length > 0 ? `${migrated.length} migrations applied` : 'up to date'),
  );
  onEndSignals(end, kill);
  const { url, deviceUrl, database, runCrons } = stack;
  const isNew = await isEmptyDatabase(database);
  if (settings.seed) {
    await step('Demo data', async () => {
      if (!isNew) return 'kept';
      const { seedDemo } = await import('./seed/seed-demo.ts');
      const counts = await seedDemo(database, { wechatAppId: settings.wechatAppId });
      return counts === null
        ? 'kept'
        : `${counts.sites} sites, ${counts.chargers} chargers, ${counts.riders} riders`;
    });
  }
  if (!isNew) {
    await step('Missed schedules', async () => {
      // As if the crons of the last quarter of an hour ran late: each open order is asked after once in it.
      for (let minute = MISSED_MINUTES - 1; minute >= 0; minute -= 1) {
        await runCrons(new Date(Date.now() - minute * 60_000));
      }
      return 'made up for';
    });
  }
  if (settings.wechatOrigin === null) {
    const { pid } = runBeside(
      'simulated WeChat',
      'simulators/wechat/main.ts',
      path.join(logsFolder, 'wechat.log'),
      {
        ...wechatApp,
        WECHAT_PEER_PORT: `${ports.wechatPeer.port}`,
      },
    );
    await step('Simulated WeChat', async () => {
      await startedAnswer(`${wechatPeerUrl}/__peer/log`);
      return `answers, process ${pid}`;
    });
  }
  await step('Health', async () => {
    await startedAnswer(`${url}/healthz`);
    return 'answers';
  });
  if (settings.fleetSize > 0) {
    const fleetFile = path.join(stateDir, 'fleet.json');
    await writeFile(fleetFile, JSON.stringify(demoFleet().slice(0, settings.fleetSize)));
    const { pid } = runBeside(
      'charger fleet',
      'simulators/chargers/main.ts',
      path.join(logsFolder, 'fleet.log'),
      {
        FLEET_FILE: fleetFile,
        FLEET_URL: deviceUrl,
        FLEET_CONTROL_PORT: `${ports.fleetControl.port}`,
        // A little quicker than life; more would deliver energy faster than its meter could be believed.
        FLEET_SPEED: process.env.FLEET_SPEED ?? '2',
      },
    );
    await step('Charger fleet', async () => {
      const online = await firstPilesOnline(`http://127.0.0.1:${ports.fleetControl.port}/piles`);
      return `${online}, process ${pid}`;
    });
    // The last ten demo riders live in the city; the first ten are left to people who try things out.
    runBeside('rider population', 'simulators/riders/main.ts', path.join(logsFolder, 'riders.log'), {
      API_URL: url,
      FLEET_FILE: fleetFile,
      RIDER_CODES: Array.from({ length: 10 }, (_, index) => `demo-rider-${index + 11}`).join(','),
    });
  }
  console.log(welcome(settings, stack, inSeconds(process.uptime() * 1000)));
}

function runBeside(
  name: string,
  script: string,
  logFile: string,
  environment: Readonly<Record<string, string>>,
): RunningChild {
  const onDeath = (how: string) => {
    if (ending) return;
    console.error(`The ${name} ended by itself (${how}), see ${logFile}. Ending the rest.`);
    void end(1);
  };
  const child = startChild({ name, script: inRepository(script), environment, logFile, onDeath });
  children.push(child);
  return child;
}

/** Everything goes to the file, errors to the terminal too. */
function workerLog(file: string): (log: WorkerLog) => void {
  const log = createWriteStream(file);
  return ({ at, level, message }) => {
    log.write(`${new Date(at).toISOString()} ${level} ${message}\n`);
    if (level === 'error' && !ending) console.error(`worker | ${message}`);
  };
}

/** Ends everything in order: those who dial in first, so that the Worker sees them go, then the Worker. */
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  if (children.length > 0) console.log('Ending …');
  await Promise.all(children.map((child) => child.stop(CHILD_GRACE_MS)));
  await stack?.stop({ drainMs: children.length > 0 ? DRAIN_MS : 0 });
  process.exit(code);
}

function kill(): void {
  for (const child of children) child.kill();
  process.exit(1);
}

onEndSignals(end, kill);
try {
  await start(readStartSettings(process.env));
} catch (error) {
  if (!ending) console.error(error instanceof PlainFailure ? error.message : error);
  await end(1);
}
