import { setTimeout as sleep } from 'node:timers/promises';
import type { ChargingPile, LiveCharge } from './charging-pile.ts';
import { quantile } from './closed-loop.ts';
import type { DianyiServer } from './servers.ts';

export interface TransactionResult {
  readonly transactions: number;
  /** From the first tap to the last bill posted; what ran in between, with all piles charging, is not counted. */
  readonly perSecond: number;
  /** A rider's wait: from the tap until power flows, and from the stop to the answered StopTransaction. */
  readonly startP50Ms: number;
  readonly startP99Ms: number;
  readonly stopP50Ms: number;
  readonly stopP99Ms: number;
}

const READINGS = 3;
const SETTLED_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 100;

/**
 * One whole charge a pile, all piles at once: the rider starts through the API, the device begins and reads its meter
 * three times, then `whileCharging`, then the rider stops, the device ends, and every bill is posted.
 */
export async function fullTransactions(
  server: DianyiServer,
  piles: readonly ChargingPile[],
  whileCharging: (charges: readonly LiveCharge[]) => Promise<void>,
): Promise<TransactionResult> {
  const starts: number[] = [];
  const stops: number[] = [];
  const began = performance.now();
  const charges = await Promise.all(
    piles.map(async (pile) => {
      const from = performance.now();
      const charge = await pile.start(Date.now);
      starts.push(performance.now() - from);
      for (let reading = 0; reading < READINGS; reading += 1) await pile.meter(charge, Date.now());
      return charge;
    }),
  );
  const startedMs = performance.now() - began;
  await whileCharging(charges);
  for (const pile of piles) pile.listen();
  const ending = performance.now();
  await Promise.all(
    piles.map(async (pile, index) => {
      const charge = charges[index];
      if (charge === undefined) return;
      const from = performance.now();
      await pile.stop(charge, Date.now);
      stops.push(performance.now() - from);
    }),
  );
  await untilSettled(server);
  const endedMs = performance.now() - ending;
  starts.sort((left, right) => left - right);
  stops.sort((left, right) => left - right);
  return {
    transactions: piles.length,
    perSecond: (piles.length * 1000) / (startedMs + endedMs),
    startP50Ms: quantile(starts, 0.5),
    startP99Ms: quantile(starts, 0.99),
    stopP50Ms: quantile(stops, 0.5),
    stopP99Ms: quantile(stops, 0.99),
  };
}

/** Waits until no money is held any more: every order has its bill. */
async function untilSettled(server: DianyiServer): Promise<void> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const open = await server.openHolds();
    if (open === 0) return;
    if (performance.now() > deadline) throw new Error(`${open} orders were never settled`);
    await sleep(LOOK_EVERY_MS);
  }
}
