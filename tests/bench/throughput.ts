import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPile } from './bench-city.ts';
import { ChargingPile } from './charging-pile.ts';
import { closedLoop, type LoopResult } from './closed-loop.ts';
import { bootAll, connectAll, type DeviceSocket } from './device-socket.ts';
import { heartbeatFrame, meterFrame } from './frames.ts';
import { RiderApi } from './rider-api.ts';
import type { BenchServer, DianyiServer } from './servers.ts';
import { fullTransactions, type TransactionResult } from './transactions.ts';

export interface Pace {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Before the first round, so that every server has compiled what it runs. */
  readonly firstWarmUpMs: number;
  /** Until the projections of freshly connected chargers have gone through their queue. */
  readonly settleMs: number;
}

export interface Servers {
  readonly dianyi: DianyiServer;
  readonly echo: BenchServer;
  readonly nodeEcho: BenchServer;
}

/** `echo` sends back, `echoRow` writes a row first; both are the bare object. */
export type Contestant = 'dianyi' | 'echo' | 'echoRow' | 'nodeEcho';

export type Rates = Readonly<Partial<Record<Contestant, LoopResult>>>;
/** Ours ÷ theirs, each round by itself. */
export type Ratios = Readonly<
  Partial<Record<Contestant, { readonly rate: number[]; readonly serverCpu: number[] }>>
>;

export interface Contest {
  /** Each contestant's median round. */
  readonly rates: Rates;
  readonly ratios: Ratios;
}

export interface SizeResult {
  readonly chargers: number;
  readonly connectionsPerSecond: Readonly<Partial<Record<Contestant, number>>>;
  readonly heartbeats: Contest;
  readonly meterValues: Contest;
  readonly transactions: TransactionResult;
}

/** Adds chargers size by size and measures each size in turn, all contestants in alternating rounds. */
export async function measureThroughput(
  servers: Servers,
  allPiles: readonly BenchPile[],
  sizes: readonly number[],
  pace: Pace,
  tell: (step: string) => void,
): Promise<SizeResult[]> {
  const api = new RiderApi(servers.dianyi.url);
  const sockets: Record<Contestant, DeviceSocket[]> = { dianyi: [], echo: [], echoRow: [], nodeEcho: [] };
  const results: SizeResult[] = [];
  for (const chargers of sizes) {
    tell(`${chargers} chargers: connecting`);
    const added = allPiles.slice(sockets.dianyi.length, chargers);
    const connectionsPerSecond: Partial<Record<Contestant, number>> = {};
    for (const [contestant, server, path] of [
      ['dianyi', servers.dianyi, 'ocpp'],
      ['echo', servers.echo, 'plain'],
      ['echoRow', servers.echo, 'row'],
      ['nodeEcho', servers.nodeEcho, 'plain'],
    ] as const) {
      const { devices, perSecond } = await connectAll(server, added, path);
      sockets[contestant].push(...devices);
      connectionsPerSecond[contestant] = perSecond;
      if (contestant === 'dianyi') await bootAll(devices);
    }
    await sleep(pace.settleMs);

    const pids = { dianyi: servers.dianyi.pid, echo: servers.echo.pid, echoRow: servers.echo.pid };
    const contest = (
      contestants: readonly Contestant[],
      frame: (index: number) => string,
    ): Promise<Contest> =>
      alternate(contestants, pace, (contestant, warmUpMs, measureMs) =>
        closedLoop({
          devices: sockets[contestant],
          frame,
          serverPid: contestant === 'nodeEcho' ? servers.nodeEcho.pid : pids[contestant],
          warmUpMs,
          measureMs,
        }),
      );
    tell(`${chargers} chargers: heartbeats`);
    const heartbeats = await contest(['dianyi', 'echo', 'nodeEcho'], heartbeatFrame);

    tell(`${chargers} chargers: starting charges`);
    const piles = sockets.dianyi.map((device, index) => {
      const pile = allPiles[index];
      if (pile === undefined) throw new Error('more devices than piles');
      return new ChargingPile(pile, device, api);
    });
    let meterValues: Contest | null = null;
    const transactions = await fullTransactions(servers.dianyi, piles, async (charges) => {
      tell(`${chargers} chargers: meter values`);
      meterValues = await contest(['dianyi', 'echoRow', 'echo', 'nodeEcho'], (index) => {
        const charge = charges[index];
        if (charge === undefined) throw new Error('a pile without a charge');
        return meterFrame(charge, Date.now());
      });
      tell(`${chargers} chargers: ending charges`);
    });
    if (meterValues === null) throw new Error('the meter values were not measured');
    results.push({ chargers, connectionsPerSecond, heartbeats, meterValues, transactions });
  }
  api.close();
  for (const device of Object.values(sockets).flat()) device.close();
  return results;
}

/** Round after round, each contestant once a round and the order turned round each time: what drifts hits all alike. */
async function alternate(
  contestants: readonly Contestant[],
  pace: Pace,
  run: (contestant: Contestant, warmUpMs: number, measureMs: number) => Promise<LoopResult>,
): Promise<Contest> {
  const all: Partial<Record<Contestant, LoopResult[]>> = {};
  for (let round = 0; round < pace.rounds; round += 1) {
    const order = round % 2 === 0 ? contestants : [...contestants].reverse();
    for (const contestant of order) {
      const warmUpMs = round === 0 ? pace.firstWarmUpMs : pace.warmUpMs;
      const result = await run(contestant, warmUpMs, pace.measureMs);
      if (contestant === 'dianyi' && result.refused > 0)
        throw new Error(`${result.refused} messages were refused`);
      all[contestant] = [...(all[contestant] ?? []), result];
    }
  }
  const own = all.dianyi ?? [];
  const rates: Partial<Record<Contestant, LoopResult>> = {};
  const ratios: Partial<Record<Contestant, { rate: number[]; serverCpu: number[] }>> = {};
  for (const contestant of contestants) {
    const theirs = all[contestant] ?? [];
    const middle = medianRound(theirs);
    if (middle !== undefined) rates[contestant] = middle;
    if (contestant === 'dianyi') continue;
    ratios[contestant] = {
      rate: own.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? perSecond)),
      serverCpu: own.flatMap(({ serverCpuUs }, round) => {
        const other = theirs[round]?.serverCpuUs ?? null;
        return serverCpuUs === null || other === null || serverCpuUs === 0 ? [] : [other / serverCpuUs];
      }),
    };
  }
  return { rates, ratios };
}

const medianRound = (rounds: readonly LoopResult[]): LoopResult | undefined =>
  [...rounds].sort((left, right) => left.perSecond - right.perSecond)[Math.floor(rounds.length / 2)];
