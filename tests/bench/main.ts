import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchPile, benchPiles, seedBench } from './bench-city.ts';
import { countDevice, type DeviceCounts } from './count-charge.ts';
import { countNearMe, type NearMeCounts, seedSites } from './count-near-me.ts';
import { measureMemory } from './memory.ts';
import { startMetered } from './metered-stack.ts';
import { printReport } from './print-report.ts';
import { buildReport, type Memory } from './report.ts';
import { type BenchServer, startDianyi, startEcho, startNodeEcho } from './servers.ts';
import { makeStorageFolder } from './storage-folder.ts';
import { measureThroughput, type Pace, type SizeResult } from './throughput.ts';

interface Plan {
  readonly sizes: readonly number[];
  readonly memoryConnections: number;
  readonly pace: Pace;
  readonly nearMePlaces: number;
}

const FULL: Plan = {
  sizes: [100, 500, 1_000],
  memoryConnections: 1_000,
  pace: { rounds: 5, warmUpMs: 300, measureMs: 1_000, firstWarmUpMs: 2_000, settleMs: 5_000 },
  nearMePlaces: 50,
};
/** Shows that everything works; its rates say little. */
const QUICK: Plan = {
  sizes: [20],
  memoryConnections: 40,
  pace: { rounds: 2, warmUpMs: 100, measureMs: 300, firstWarmUpMs: 400, settleMs: 500 },
  nearMePlaces: 8,
};

const SITE_COUNTS = [1_000, 100_000] as const;
const GIVE_UP_AFTER_MS = 12 * 60_000;

const options = new Set(process.argv.slice(2));
const quick = options.has('--quick');
const json = options.has('--json');
const plan = quick ? QUICK : FULL;
const began = performance.now();
/** What has to be ended, whatever happens. */
const running = new Set<() => Promise<void>>();

function tell(step: string): void {
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${step}`);
}

async function keeping<Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  running.add(() => server.stop());
  return server;
}

async function stopAll(): Promise<void> {
  const stops = [...running];
  running.clear();
  await Promise.allSettled(stops.map((stop) => stop()));
}

async function memoryOf(folder: string, piles: readonly BenchPile[]): Promise<Memory> {
  const chosen = piles.slice(0, plan.memoryConnections);
  const measure = async (starting: Promise<BenchServer>, urlPath: string, boots: boolean) => {
    const server = await keeping(starting);
    const memory = await measureMemory(server, chosen, urlPath, boots);
    // Sockets that closed are still being noted down.
    await sleep(500);
    await stopAll();
    return memory;
  };
  tell('memory and first connections');
  return {
    dianyi: await measure(startDianyi(path.join(folder, 'dianyi'), piles), 'ocpp', true),
    echo: await measure(startEcho(path.join(folder, 'echo')), 'plain', false),
    nodeEcho: await measure(startNodeEcho(), 'plain', false),
  };
}

/** The servers start again, as after a deploy: the objects are there, their sockets are gone. */
async function throughputOf(folder: string, piles: readonly BenchPile[]): Promise<SizeResult[]> {
  const servers = {
    dianyi: await keeping(startDianyi(path.join(folder, 'dianyi'), null)),
    echo: await keeping(startEcho(path.join(folder, 'echo'))),
    nodeEcho: await keeping(startNodeEcho()),
  };
  const results = await measureThroughput(servers, piles, plan.sizes, plan.pace, tell);
  await stopAll();
  return results;
}

async function countersOf(
  folder: string,
  piles: readonly BenchPile[],
): Promise<{ device: DeviceCounts; nearMe: Record<string, NearMeCounts> }> {
  tell('counters: an idle day and a charge');
  const stack = await keeping(startMetered(path.join(folder, 'metered')));
  const [pile] = piles;
  if (pile === undefined) throw new Error('there is no pile');
  await seedBench(stack.database, [pile], Date.now());
  const device = await countDevice(stack, pile);
  const nearMe: Record<string, NearMeCounts> = {};
  // The pile's own site is one of them.
  let sites = 1;
  for (const count of SITE_COUNTS) {
    tell(`counters: near me with ${count} sites`);
    await seedSites(stack.database, sites, count);
    sites = count;
    nearMe[String(count)] = await countNearMe(stack, pile.riderToken, plan.nearMePlaces);
  }
  await stopAll();
  return { device, nearMe };
}

const { folder, storage } = await makeStorageFolder();
const watchdog = setTimeout(() => {
  void finish(1, `gave up after ${GIVE_UP_AFTER_MS / 60_000} minutes`);
}, GIVE_UP_AFTER_MS);

async function finish(code: number, problem?: string): Promise<never> {
  clearTimeout(watchdog);
  if (problem !== undefined) console.error(problem);
  await stopAll();
  await rm(folder, { recursive: true, force: true });
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void finish(1));
// Whoever started this over a channel is gone when it closes.
process.once('disconnect', () => void finish(1));

try {
  const piles = benchPiles(Math.max(plan.memoryConnections, ...plan.sizes));
  const { device, nearMe } = await countersOf(folder, piles);
  const memory = await memoryOf(folder, piles);
  const sizes = await throughputOf(folder, piles);
  const report = buildReport({ quick, storage, sizes, memory, device, nearMe });
  if (json) {
    const text = `${JSON.stringify(report, null, 2)}\n`;
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  } else printReport(report);
  tell('done');
  await finish(0);
} catch (error) {
  await finish(1, error instanceof Error ? (error.stack ?? error.message) : String(error));
}
