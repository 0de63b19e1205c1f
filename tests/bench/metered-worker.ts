import type {
  DurableObjectNamespace,
  DurableObjectState,
  DurableObjectStorage,
  Request,
  SqlStorage,
} from '@cloudflare/workers-types';
import worker, { Charger as BuiltCharger } from 'built-worker';

// The built Worker, untouched, with a clock that can be set ahead and a meter on its objects' storage: a day passes in
// a second, and what is counted is what the platform's own cursors say.

interface Env {
  readonly CHARGERS: DurableObjectNamespace;
}

/** What the objects of this process have used since it started. */
const used = { rowsRead: 0, rowsWritten: 0, alarmsSet: 0, alarmsRun: 0, messages: 0, wakes: 0 };
/** When each object wants to be woken, by the clock of the bench. The platform's own alarms never come due here. */
const alarms = new Map<string, number>();

const realNow = Date.now;
let aheadMs = 0;
Date.now = () => realNow() + aheadMs;

/** Alarms are set this far off, so that the bench alone decides when one runs. */
const NEVER_HERE_MS = 3650 * 24 * 3600 * 1000;
let metered = false;

function meter(storage: DurableObjectStorage): void {
  if (metered) return;
  metered = true;
  const sql = Object.getPrototypeOf(storage.sql) as SqlStorage;
  const { exec } = sql;
  sql.exec = function (this: SqlStorage, ...query: Parameters<SqlStorage['exec']>) {
    const cursor = exec.apply(this, query);
    // By then whoever asked has read the cursor to its end.
    queueMicrotask(() => {
      used.rowsRead += cursor.rowsRead;
      used.rowsWritten += cursor.rowsWritten;
    });
    return cursor;
  } as SqlStorage['exec'];
}

export class Charger extends BuiltCharger {
  constructor(ctx: DurableObjectState, env: object) {
    meter(ctx.storage);
    const { storage } = ctx;
    const { setAlarm } = storage;
    const id = ctx.id.toString();
    storage.setAlarm = (at) => {
      used.alarmsSet += 1;
      alarms.set(id, Number(at));
      return setAlarm.call(storage, Number(at) + NEVER_HERE_MS);
    };
    super(ctx, env);
    used.wakes += 1;
  }

  override webSocketMessage(socket: object, message: string | ArrayBuffer): void {
    used.messages += 1;
    super.webSocketMessage(socket, message);
  }

  /** What the platform does when the alarm is due. */
  async runAlarm(): Promise<void> {
    used.alarmsRun += 1;
    await this.alarm();
  }
}

/** Lets the clock run on by so many ms and runs each alarm at its moment. */
async function advance(env: Env, ms: number): Promise<void> {
  const until = aheadMs + ms;
  for (;;) {
    const [next] = [...alarms].sort(([, left], [, right]) => left - right);
    const realMs = realNow();
    if (next === undefined || next[1] > realMs + until) break;
    alarms.delete(next[0]);
    aheadMs = Math.max(aheadMs, next[1] - realMs);
    const charger = env.CHARGERS.get(env.CHARGERS.idFromString(next[0])) as unknown as {
      runAlarm(): Promise<void>;
    };
    await charger.runAlarm();
  }
  aheadMs = Math.max(aheadMs, until);
}

export default {
  ...worker,
  async fetch(request: Request, env: Env, context: object) {
    const url = new URL(request.url);
    if (url.pathname === '/bench/advance') await advance(env, Number(url.searchParams.get('ms')));
    else if (url.pathname !== '/bench/used') return worker.fetch(request, env, context);
    return Response.json({ ...used, now: Date.now(), alarms: alarms.size });
  },
};
