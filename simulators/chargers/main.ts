import { readFile } from 'node:fs/promises';
import type { PileLogEntry } from './charge-point.ts';
import { startControlServer } from './control-server.ts';
import { Fleet, parsePileListings } from './fleet.ts';

/**
 * `node simulators/chargers/main.ts`, by environment:
 * FLEET_URL ws://127.0.0.1:8787/ocpp · FLEET_FILE a path or an http(s) URL of [{identity,key,outlets,ratedPowerW}] ·
 * FLEET_SPEED battery seconds a second (1) · FLEET_SEED · FLEET_RAMP_PER_SECOND (20) · FLEET_LIFE on|off ·
 * FLEET_CONTROL_PORT (8791) · FLEET_LOG off|link|frames (link).
 */
const env = process.env;
const source = env.FLEET_FILE;
if (!source) {
  console.error('FLEET_FILE must name a file or a URL with [{identity, key, outlets, ratedPowerW}].');
  process.exit(2);
}

async function readListing(from: string): Promise<unknown> {
  if (!/^https?:/.test(from)) return JSON.parse(await readFile(from, 'utf8'));
  const response = await fetch(from);
  if (!response.ok) throw new Error(`${from} answered ${response.status}`);
  return response.json();
}

const verbosity = env.FLEET_LOG ?? 'link';
function log({ identity, kind, text }: PileLogEntry): void {
  if (verbosity === 'off' || (kind !== 'link' && verbosity !== 'frames')) return;
  // A key that is being changed passes here in a frame.
  const shown = text.includes('AuthorizationKey') ? '(authorization key)' : text;
  console.log(`${new Date().toISOString()} ${identity} ${kind} ${shown}`);
}

const piles = parsePileListings(await readListing(source));
const fleet = new Fleet({
  url: env.FLEET_URL ?? 'ws://127.0.0.1:8787/ocpp',
  piles,
  speed: Number(env.FLEET_SPEED ?? 1),
  seed: env.FLEET_SEED ?? 'fleet',
  rampPerSecond: Number(env.FLEET_RAMP_PER_SECOND ?? 20),
  life: env.FLEET_LIFE !== 'off',
  log,
});
const control = await startControlServer(Number(env.FLEET_CONTROL_PORT ?? 8791), fleet.piles);
fleet.start();
console.log(`${piles.length} piles dialling; control on ${control.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.all([control.close(), fleet.shutdown()]).then(() => setTimeout(() => process.exit(0), 200));
  });
}
