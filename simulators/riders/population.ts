/** What the rider population needs from the platform's API; whoever wires it knows the routes. */
export interface RiderApi {
  login(code: string): Promise<string>;
  /** Outlets near a point that could be used now. */
  freeOutletsNear(token: string, point: { latitude: number; longitude: number }): Promise<readonly string[]>;
  quote(token: string, outletId: string): Promise<string>;
  startCharge(token: string, quoteId: string): Promise<void>;
}

export interface RiderPopulationOptions {
  readonly api: RiderApi;
  /** Login codes, one a rider. */
  readonly codes: readonly string[];
  readonly centre: { readonly latitude: number; readonly longitude: number };
  /** Mean time between two charges of the whole population. */
  readonly everyMs: number;
  readonly random: () => number;
  readonly log?: (text: string) => void;
}

/** Starts a charge by a random rider now and then. Returns what ends it. A failed try is logged and forgotten. */
export function runRiders(options: RiderPopulationOptions): () => void {
  const { api, codes, centre, random } = options;
  const tokens = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const chargeOnce = async () => {
    const code = codes[Math.floor(random() * codes.length)];
    if (!code) return;
    try {
      const token = tokens.get(code) ?? (await api.login(code));
      tokens.set(code, token);
      const near = (degrees: number) => degrees + (random() - 0.5) * 0.05;
      const point = { latitude: near(centre.latitude), longitude: near(centre.longitude) };
      const outlets = await api.freeOutletsNear(token, point);
      const outlet = outlets[Math.floor(random() * outlets.length)];
      if (outlet) await api.startCharge(token, await api.quote(token, outlet));
    } catch (error) {
      tokens.delete(code);
      options.log?.(`${code}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  const plan = () => {
    if (ended) return;
    const wait = -Math.log(1 - random()) * options.everyMs;
    timer = setTimeout(() => void chargeOnce().then(plan), Math.min(wait, 10 * options.everyMs));
  };
  plan();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
