import { setTimeout as sleep } from 'node:timers/promises';
import type { DeviceSocket } from './device-socket.ts';
import { usageOf } from './process-usage.ts';

/** What one window of a closed loop measured. */
export interface LoopResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the serving process a message, in µs; null where the kernel does not tell. */
  readonly serverCpuUs: number | null;
  /** Processors this process kept busy: near 1 the client is what limits the rate. */
  readonly clientCores: number;
  readonly serverCores: number | null;
  /** CALLERRORs, which a bench must not see. */
  readonly refused: number;
}

export interface Loop {
  readonly devices: readonly DeviceSocket[];
  /** The next frame of device number `index`. */
  readonly frame: (index: number) => string;
  readonly serverPid: number | null;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const MOST_SAMPLES = 500_000;
const LAST_ANSWERS_WITHIN_MS = 15_000;
const LONGEST_WINDOW_MS = 15_000;
/** `4`: the message type of a CALLERROR, the second byte of its frame. */
const CALLERROR_BYTE = 0x34;

/** One message in flight a device, as OCPP demands: each answer brings the next message. */
export async function closedLoop(loop: Loop): Promise<LoopResult> {
  const { devices, frame, serverPid } = loop;
  const sentAt = new Float64Array(devices.length);
  const samples = new Float32Array(MOST_SAMPLES);
  let answers = 0;
  let refused = 0;
  let inFlight = 0;
  let measuring = false;
  let ended = false;
  const send = (device: DeviceSocket, index: number, now: number): void => {
    sentAt[index] = now;
    device.send(frame(index));
  };
  for (const [index, device] of devices.entries()) {
    device.listener = (message) => {
      const now = performance.now();
      if (message[1] === CALLERROR_BYTE) refused += 1;
      if (measuring) samples[answers++ % MOST_SAMPLES] = now - (sentAt[index] ?? now);
      if (ended) inFlight -= 1;
      else send(device, index, now);
    };
    inFlight += 1;
    send(device, index, performance.now());
  }
  await sleep(loop.warmUpMs);
  const cpuBefore = process.cpuUsage();
  const serverBefore = usageOf(serverPid);
  const from = performance.now();
  measuring = true;
  await sleep(loop.measureMs);
  // A window holds at least one answer of each, however slow they are.
  while (answers < devices.length && performance.now() - from < LONGEST_WINDOW_MS) await sleep(50);
  measuring = false;
  const ms = performance.now() - from;
  const cpu = process.cpuUsage(cpuBefore);
  const serverAfter = usageOf(serverPid);
  ended = true;
  for (let waited = 0; inFlight > 0; waited += 10) {
    if (waited >= LAST_ANSWERS_WITHIN_MS) throw new Error(`${inFlight} messages were never answered`);
    await sleep(10);
  }
  for (const device of devices) device.listener = () => {};
  if (answers === 0) throw new Error('nothing was answered');

  const serverMs =
    serverBefore === null || serverAfter === null ? null : serverAfter.cpuMs - serverBefore.cpuMs;
  const sorted = samples.subarray(0, Math.min(answers, MOST_SAMPLES)).sort();
  return {
    perSecond: (answers * 1000) / ms,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    serverCpuUs: serverMs === null ? null : (serverMs * 1000) / answers,
    clientCores: (cpu.user + cpu.system) / 1000 / ms,
    serverCores: serverMs === null ? null : serverMs / ms,
    refused,
  };
}

/** The value below which this share of the ascending samples lies. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The middle one, or the mean of the two in the middle; 0 of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
