/** One way in which the next answers go wrong. `path` narrows it to one interface. */
export interface PeerFault {
  readonly kind: 'status' | 'hang' | 'errcode' | 'malformed' | 'slow';
  /** How many requests it still hits. */
  readonly count: number;
  readonly path?: string;
  /** `status`: the HTTP status given, 502 unless told. */
  readonly status: number;
  /** `errcode`: the code given, −1 (system busy) unless told. */
  readonly errcode: number;
  /** `hang`: how long nothing is answered before the socket is cut. `slow`: the delay of a good answer. */
  readonly ms: number;
}

const kinds = ['status', 'hang', 'errcode', 'malformed', 'slow'] as const;

/** Reads one fault from an unknown body; says in words what does not fit. */
export function parseFault(body: unknown): PeerFault | string {
  if (typeof body !== 'object' || body === null) return 'an object is expected';
  const given = new Map<string, unknown>(Object.entries(body));
  const kind = kinds.find((name) => name === given.get('kind'));
  if (!kind) return `kind must be one of ${kinds.join(', ')}`;
  const integer = (name: string, fallback: number) => {
    const value = given.get(name) ?? fallback;
    return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
  };
  const count = integer('count', 1);
  const status = integer('status', 502);
  const errcode = integer('errcode', -1);
  const ms = integer('ms', kind === 'slow' ? 2_000 : 30_000);
  if (count === undefined || count < 1) return 'count must be a positive integer';
  if (status === undefined || status < 400 || status > 599) return 'status must be 400 to 599';
  if (errcode === undefined) return 'errcode must be an integer';
  if (ms === undefined || ms < 0 || ms > 600_000) return 'ms must be 0 to 600000';
  const path = given.get('path');
  if (path !== undefined && typeof path !== 'string') return 'path must be a string';
  return { kind, count, status, errcode, ms, ...(path === undefined ? {} : { path }) };
}

/** The faults waiting to happen, oldest first. */
export class FaultPlan {
  #waiting: PeerFault[] = [];

  add(fault: PeerFault): void {
    this.#waiting.push(fault);
  }

  clear(): void {
    this.#waiting = [];
  }

  list(): readonly PeerFault[] {
    return this.#waiting;
  }

  /** The fault that hits a request to `path`, used up by one; undefined when the request goes well. */
  take(path: string): PeerFault | undefined {
    const fault = this.#waiting.find((waiting) => waiting.path === undefined || waiting.path === path);
    if (!fault) return undefined;
    this.#waiting = this.#waiting.flatMap((waiting) => {
      if (waiting !== fault) return [waiting];
      return fault.count > 1 ? [{ ...fault, count: fault.count - 1 }] : [];
    });
    return fault;
  }
}
