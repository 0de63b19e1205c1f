import { ChargePoint, type PileLogEntry } from './charge-point.ts';
import type { WhenFull } from './charging.ts';
import { FleetLife } from './fleet-life.ts';
import { pick, seededRandom } from './random.ts';
import { Timers } from './timers.ts';

export interface PileListing {
  readonly identity: string;
  readonly key: string;
  readonly outlets: number;
  /** Of one outlet. */
  readonly ratedPowerW: number;
}

export interface FleetOptions {
  readonly url: string;
  readonly piles: readonly PileListing[];
  readonly speed?: number;
  readonly seed?: string;
  /** Piles that dial in one second while the fleet starts. */
  readonly rampPerSecond?: number;
  /** Faults and passers-by; true unless told. */
  readonly life?: boolean;
  readonly log?: (entry: PileLogEntry) => void;
}

const endings: readonly [WhenFull, ...WhenFull[]] = [
  'stop-other',
  'stop-other',
  'stop-other',
  'stop-ev-disconnected',
  'stay-suspended',
];

/** Many piles in one process. Each has its own habits, always the same for the same seed. */
export class Fleet {
  readonly piles: ReadonlyMap<string, ChargePoint>;
  readonly #timers = new Timers();
  readonly #rampPerSecond: number;
  readonly #life: FleetLife | undefined;

  constructor(options: FleetOptions) {
    const seed = options.seed ?? 'fleet';
    this.#rampPerSecond = options.rampPerSecond ?? 20;
    this.piles = new Map(
      options.piles.map((listing) => {
        const habits = seededRandom(`${seed}/${listing.identity}/habits`);
        const pile = new ChargePoint({
          ...listing,
          url: options.url,
          seed: `${seed}/${listing.identity}`,
          speed: options.speed ?? 1,
          whenFull: pick(habits, endings),
          bootOnReconnect: habits() < 1 / 3,
          ...(options.log ? { log: options.log } : {}),
        });
        return [listing.identity, pile];
      }),
    );
    if (options.life ?? true) {
      const outletsOf = new Map(options.piles.map(({ identity, outlets }) => [identity, outlets]));
      this.#life = new FleetLife(this.piles, outletsOf, seededRandom(`${seed}/life`));
    }
  }

  start(): void {
    let delay = 0;
    for (const pile of this.piles.values()) {
      this.#timers.after(delay, () => pile.start());
      delay += 1000 / this.#rampPerSecond;
    }
    this.#life?.start();
  }

  async shutdown(): Promise<void> {
    this.#timers.close();
    this.#life?.stop();
    await Promise.all([...this.piles.values()].map((pile) => pile.shutdown()));
  }
}

/** Reads `[{identity, key, outlets, ratedPowerW}]`; throws a TypeError that names the entry that does not fit. */
export function parsePileListings(value: unknown): PileListing[] {
  if (!Array.isArray(value)) throw new TypeError('the list of piles must be an array');
  return value.map((entry: unknown, index) => {
    const fields = new Map(typeof entry === 'object' && entry !== null ? Object.entries(entry) : []);
    const [identity, key] = [fields.get('identity'), fields.get('key')];
    const [outlets, ratedPowerW] = [fields.get('outlets') ?? 10, fields.get('ratedPowerW') ?? 800];
    if (typeof identity !== 'string' || identity === '' || typeof key !== 'string') {
      throw new TypeError(`pile ${index}: identity and key must be strings`);
    }
    if (typeof outlets !== 'number' || !Number.isInteger(outlets) || outlets < 1 || outlets > 64) {
      throw new TypeError(`pile ${index}: outlets must be 1 to 64`);
    }
    if (typeof ratedPowerW !== 'number' || !(ratedPowerW > 0)) {
      throw new TypeError(`pile ${index}: ratedPowerW must be positive`);
    }
    return { identity, key, outlets, ratedPowerW };
  });
}
