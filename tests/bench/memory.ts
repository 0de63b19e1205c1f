import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPile } from './bench-city.ts';
import { bootAll, connectAll } from './device-socket.ts';
import { usageOf } from './process-usage.ts';
import type { BenchServer } from './servers.ts';

export interface ConnectionMemory {
  /** Of resident memory, the socket and its object together; null where the kernel does not tell. */
  readonly bytesPerConnection: number | null;
  /** Connections a second of devices whose objects are made by them. */
  readonly firstConnectionsPerSecond: number;
}

/** Connected before the first reading, so that what a server needs once is not counted. */
const WARM_UP = 20;
const REST_MS = 1_500;

/** Connects every pile to a server that has just started, and takes how much it grew. */
export async function measureMemory(
  server: BenchServer,
  piles: readonly BenchPile[],
  path: string,
  boots: boolean,
): Promise<ConnectionMemory> {
  const first = await connectAll(server, piles.slice(0, WARM_UP), path);
  if (boots) await bootAll(first.devices);
  await sleep(REST_MS);
  const before = usageOf(server.pid);
  const rest = await connectAll(server, piles.slice(WARM_UP), path);
  if (boots) await bootAll(rest.devices);
  await sleep(REST_MS);
  const after = usageOf(server.pid);
  for (const device of [...first.devices, ...rest.devices]) device.close();
  return {
    bytesPerConnection:
      before === null || after === null
        ? null
        : Math.round((after.residentBytes - before.residentBytes) / rest.devices.length),
    firstConnectionsPerSecond: rest.perSecond,
  };
}
