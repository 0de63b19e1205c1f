/** Node fires at once what is further away than this. */
const LONGEST_MS = 2_147_483_647;

/** Timers of one machine that all end with it. */
export class Timers {
  readonly #pending = new Set<NodeJS.Timeout>();
  #closed = false;

  /** Runs `act` once after `ms`, unless cancelled or closed before. */
  after(ms: number, act: () => void): () => void {
    if (this.#closed) return () => {};
    const timer = setTimeout(
      () => {
        this.#pending.delete(timer);
        act();
      },
      Math.min(Math.max(0, ms), LONGEST_MS),
    );
    this.#pending.add(timer);
    return () => {
      clearTimeout(timer);
      this.#pending.delete(timer);
    };
  }

  /** Forgets everything that is pending. */
  clear(): void {
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
  }

  /** Forgets everything and accepts nothing more. */
  close(): void {
    this.clear();
    this.#closed = true;
  }
}
