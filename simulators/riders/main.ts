import { readFile } from 'node:fs/promises';
import { httpRiderApi } from './http-api.ts';
import { runRiders } from './population.ts';

/**
 * `node simulators/riders/main.ts`, by environment:
 * API_URL http://127.0.0.1:8787 · FLEET_FILE the piles they may use, [{identity}] · RIDER_CODES comma-separated login
 * codes · RIDERS_EVERY_MS mean time between two charges of all of them (15000).
 */
const env = process.env;
const identities = JSON.parse(await readFile(env.FLEET_FILE ?? '', 'utf8')) as { identity: string }[];
const mine = new Set(identities.map(({ identity }) => `CH${identity}`));

const end = runRiders({
  api: httpRiderApi(env.API_URL ?? 'http://127.0.0.1:8787', (chargerId) => mine.has(chargerId), Math.random),
  codes: (env.RIDER_CODES ?? 'demo-rider-20').split(','),
  centre: { latitude: 22.54, longitude: 113.98 },
  everyMs: Number(env.RIDERS_EVERY_MS ?? 15_000),
  random: Math.random,
  log: (text) => console.log(`${new Date().toISOString()} ${text}`),
});
// Nothing here holds the process open between two charges but this.
const awake = setInterval(() => {}, 60_000);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    end();
    clearInterval(awake);
  });
}
