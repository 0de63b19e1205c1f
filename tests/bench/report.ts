import { availableParallelism, cpus } from 'node:os';
import { median } from './closed-loop.ts';
import type { DeviceCounts } from './count-charge.ts';
import type { NearMeCounts } from './count-near-me.ts';
import type { ConnectionMemory } from './memory.ts';
import { billedRequests, COST_ASSUMPTIONS, type MonthlyCost, monthlyCost } from './monthly-cost.ts';
import type { Contest, Contestant, SizeResult } from './throughput.ts';

export type Memory = Readonly<Record<'dianyi' | 'echo' | 'nodeEcho', ConnectionMemory>>;

export interface Measured {
  readonly quick: boolean;
  /** Where the objects' storage lay: writing a row is much cheaper in memory. */
  readonly storage: 'memory' | 'disk';
  readonly sizes: readonly SizeResult[];
  readonly memory: Memory;
  readonly device: DeviceCounts;
  readonly nearMe: Readonly<Record<string, NearMeCounts>>;
}

export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly value: number;
  readonly met: boolean;
}

export interface BenchReport {
  readonly quick: boolean;
  readonly machine: {
    readonly processors: number;
    readonly model: string;
    readonly node: string;
    readonly storage: 'memory' | 'disk';
  };
  readonly ratios: Readonly<Record<string, number>>;
  readonly throughput: readonly SizeReport[];
  readonly memory: Memory;
  readonly counters: {
    readonly idleDeviceDay: DeviceCounts['idleDeviceDay'] & { readonly objectRequestsBilled: number };
    readonly charge: DeviceCounts['charge'] & { readonly objectRequestsBilled: number };
    readonly reconnection: DeviceCounts['reconnection'] & { readonly objectRequestsBilled: number };
    readonly nearMe: Measured['nearMe'];
  };
  readonly monthlyCostUsd: MonthlyCost & { readonly assumptions: readonly string[] };
  readonly goals: readonly Goal[];
  readonly method: readonly string[];
}

interface RateReport {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverCpuUs: number | null;
  readonly serverCores: number | null;
  readonly clientCores: number;
}

interface SizeReport {
  readonly chargers: number;
  readonly connectionsPerSecond: Readonly<Record<string, number>>;
  readonly heartbeats: Readonly<Record<string, RateReport>>;
  readonly meterValues: Readonly<Record<string, RateReport>>;
  readonly transactions: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
}

const METHOD: readonly string[] = [
  'closed loop: one message in flight a charger; all contestants in alternating rounds of the same run, same client, same frames',
  'ratios: the median over all rounds and sizes of our rate divided by the rate of the contestant in the same round',
  '…ByCpu: the same from the processor time a message costs the serving process, which other load on the machine hardly moves',
  'counters come from a separate run of the same bundle whose clock is set ahead: alarms run when due, the object is put to sleep between readings and before each heartbeat; nothing is extrapolated',
  'objectRowsWritten counts the rows the storage cursors report and one row for each alarm set',
  'idleDeviceDay starts when the charger is connected and its projection sent; connecting is in reconnection',
  'nearMe: means a call of 20 sites, three pages around each place, without the two rows of the session look-up but with the tariffs of the sites shown',
];

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

export function buildReport(measured: Measured): BenchReport {
  const { sizes, device, nearMe } = measured;
  const ratios = headline(sizes);
  const withBilled = <Counts extends DeviceCounts['reconnection']>(counts: Counts) => ({
    ...counts,
    objectRequestsBilled: round(billedRequests(counts), 2),
  });
  return {
    quick: measured.quick,
    machine: {
      processors: availableParallelism(),
      model: cpus()[0]?.model ?? 'unknown',
      node: process.version,
      storage: measured.storage,
    },
    ratios,
    throughput: sizes.map(sizeReport),
    memory: measured.memory,
    counters: {
      idleDeviceDay: withBilled(device.idleDeviceDay),
      charge: withBilled(device.charge),
      reconnection: withBilled(device.reconnection),
      nearMe,
    },
    monthlyCostUsd: { ...monthlyCost(device), assumptions: COST_ASSUMPTIONS },
    goals: goalsOf(measured, ratios),
    method: METHOD,
  };
}

function headline(sizes: readonly SizeResult[]): Record<string, number> {
  const over = (
    kind: 'heartbeats' | 'meterValues',
    contestant: Contestant,
    by: 'rate' | 'serverCpu',
    of: readonly SizeResult[] = sizes,
  ): number => round(median(of.flatMap((size) => size[kind].ratios[contestant]?.[by] ?? [])), 3);
  return {
    heartbeatVsEcho: over('heartbeats', 'echo', 'rate'),
    heartbeatVsNodeEcho: over('heartbeats', 'nodeEcho', 'rate'),
    heartbeatVsEchoByCpu: over('heartbeats', 'echo', 'serverCpu'),
    meterVsEchoRow: over('meterValues', 'echoRow', 'rate'),
    meterVsEcho: over('meterValues', 'echo', 'rate'),
    meterVsNodeEcho: over('meterValues', 'nodeEcho', 'rate'),
    meterVsEchoRowByCpu: over('meterValues', 'echoRow', 'serverCpu'),
    meterVsEchoByCpu: over('meterValues', 'echo', 'serverCpu'),
  };
}

function sizeReport(size: SizeResult): SizeReport {
  const { transactions } = size;
  return {
    chargers: size.chargers,
    connectionsPerSecond: mapValues(size.connectionsPerSecond, (rate) => round(rate, 1)),
    heartbeats: ratesOf(size.heartbeats),
    meterValues: ratesOf(size.meterValues),
    transactions: mapValues({ ...transactions }, (value) => round(value, 2)),
    ratios: headline([size]),
  };
}

const ratesOf = ({ rates }: Contest): Record<string, RateReport> =>
  mapValues(rates, (rate) => ({
    perSecond: round(rate.perSecond, 0),
    p50Ms: round(rate.p50Ms, 2),
    p99Ms: round(rate.p99Ms, 2),
    serverCpuUs: rate.serverCpuUs === null ? null : round(rate.serverCpuUs, 1),
    serverCores: rate.serverCores === null ? null : round(rate.serverCores, 2),
    clientCores: round(rate.clientCores, 2),
  }));

function mapValues<From, To>(
  of: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, map(value)]));
}

function goalsOf({ device, nearMe }: Measured, ratios: Readonly<Record<string, number>>): Goal[] {
  const atLeast = (what: string, value: number, least: number): Goal => ({
    what,
    goal: `≥ ${least}`,
    value,
    met: value >= least,
  });
  const atMost = (what: string, value: number, most: number): Goal => ({
    what,
    goal: `≤ ${most}`,
    value,
    met: value <= most,
  });
  const { idleDeviceDay, charge } = device;
  return [
    atLeast('heartbeats against the bare echo object', ratios.heartbeatVsEcho ?? 0, 0.8),
    atLeast('meter values against the echo object that writes a row', ratios.meterVsEchoRow ?? 0, 0.6),
    atMost(
      'rows written by an idle device a day',
      idleDeviceDay.d1RowsWritten + idleDeviceDay.objectRowsWritten,
      0,
    ),
    atMost('D1 rows written by a charge', charge.d1RowsWritten, 24),
    atMost('object rows written by a charge', charge.objectRowsWritten, 30),
    ...Object.entries(nearMe).map(([sites, { rowsRead, rowsReturned }]) =>
      atMost(`near me, ${sites} sites: rows read a row returned`, round(rowsRead / rowsReturned, 2), 5),
    ),
  ];
}
