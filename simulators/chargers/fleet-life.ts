import type { ChargePoint } from './charge-point.ts';
import { between, pick, type Random } from './random.ts';
import { Timers } from './timers.ts';

const STEP_MS = 5000;
/** Part of the outlets that stand faulted at any time, and for how long each does. */
const FAULTED = { share: 0.02, fromMs: 180_000, toMs: 900_000 };
/** Part of the outlets where somebody has plugged in without starting, and for how long. */
const VISITED = { share: 0.01, fromMs: 20_000, toMs: 120_000 };
const codes = [
  'GroundFailure',
  'OverCurrentFailure',
  'PowerMeterFailure',
  'InternalError',
  'UnderVoltage',
] as const;

/** What happens at the kerb without any order: outlets break and are mended, passers-by plug in and leave. */
export class FleetLife {
  readonly #piles: readonly ChargePoint[];
  readonly #outletsOf: ReadonlyMap<string, number>;
  readonly #outlets: number;
  readonly #random: Random;
  readonly #timers = new Timers();

  constructor(
    piles: ReadonlyMap<string, ChargePoint>,
    outletsOf: ReadonlyMap<string, number>,
    random: Random,
  ) {
    this.#piles = [...piles.values()];
    this.#outletsOf = outletsOf;
    this.#outlets = [...outletsOf.values()].reduce((sum, outlets) => sum + outlets, 0);
    this.#random = random;
  }

  start(): void {
    this.#timers.after(STEP_MS, () => {
      this.#happen(FAULTED, (pile, outlet, ms) => this.#breakOutlet(pile, outlet, ms));
      this.#happen(VISITED, (pile, outlet, ms) => this.#visit(pile, outlet, ms));
      this.start();
    });
  }

  stop(): void {
    this.#timers.close();
  }

  /** As many events as keep that share of all outlets in the state, on average. */
  #happen(
    often: { share: number; fromMs: number; toMs: number },
    act: (pile: ChargePoint, outlet: number, ms: number) => void,
  ): void {
    const expected = (this.#outlets * often.share * STEP_MS) / ((often.fromMs + often.toMs) / 2);
    const count = Math.floor(expected) + (this.#random() < expected % 1 ? 1 : 0);
    for (let i = 0; i < count; i++) {
      const pile = this.#piles[Math.floor(this.#random() * this.#piles.length)];
      if (!pile) return;
      const outlet = 1 + Math.floor(this.#random() * (this.#outletsOf.get(pile.identity) ?? 1));
      const ms = between(this.#random, often.fromMs, often.toMs);
      if (pile.online && pile.outletStatus(outlet) === 'Available') act(pile, outlet, ms);
    }
  }

  #breakOutlet(pile: ChargePoint, outlet: number, ms: number): void {
    const { faulted } = pile.faults;
    if (faulted === true) return;
    pile.setFaults({ faulted: [...(faulted || []), outlet], faultCode: pick(this.#random, codes) });
    this.#timers.after(ms, () => {
      const now = pile.faults.faulted;
      if (typeof now !== 'boolean') pile.setFaults({ faulted: now.filter((id) => id !== outlet) });
    });
  }

  #visit(pile: ChargePoint, outlet: number, ms: number): void {
    pile.plug(outlet);
    this.#timers.after(ms, () => {
      if (pile.outletStatus(outlet) === 'Preparing') pile.unplug(outlet);
    });
  }
}
