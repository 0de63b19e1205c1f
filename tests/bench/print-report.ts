import type { BenchReport } from './report.ts';

/** The report as tables for a terminal. */
export function printReport(report: BenchReport): void {
  const { machine, throughput, memory, counters, monthlyCostUsd } = report;
  const lines: string[] = [
    `${machine.processors} × ${machine.model}, Node ${machine.node}, storage in ${machine.storage}`,
    '',
  ];
  lines.push(row('chargers', 'what', 'contestant', 'a second', 'p50 ms', 'p99 ms', 'CPU µs', 'ours ÷'));
  for (const size of throughput) {
    for (const [contestant, rate] of Object.entries(size.connectionsPerSecond)) {
      lines.push(row(size.chargers, 'connections', contestant, rate));
    }
    for (const kind of ['heartbeats', 'meterValues'] as const) {
      for (const [contestant, rate] of Object.entries(size[kind])) {
        const name = `${kind === 'heartbeats' ? 'heartbeat' : 'meter'}Vs${contestant[0]?.toUpperCase()}${contestant.slice(1)}`;
        const { perSecond, p50Ms, p99Ms, serverCpuUs } = rate;
        const ratio = size.ratios[name] ?? '';
        lines.push(row(size.chargers, kind, contestant, perSecond, p50Ms, p99Ms, serverCpuUs ?? '', ratio));
      }
    }
    const { perSecond = '', startP50Ms = '', startP99Ms = '' } = size.transactions;
    lines.push(row(size.chargers, 'whole charges', 'dianyi', perSecond, startP50Ms, startP99Ms));
  }
  lines.push('', row('memory', '', 'contestant', 'KB', '(a connection)'));
  for (const [contestant, { bytesPerConnection }] of Object.entries(memory)) {
    lines.push(
      row('', '', contestant, bytesPerConnection === null ? '?' : Math.round(bytesPerConnection / 1024)),
    );
  }
  lines.push('', row('counters', '', '', 'D1 written', 'D1 read', 'obj. written', 'obj. requests', 'queue'));
  for (const [name, counts] of [
    ['idle device-day', counters.idleDeviceDay],
    ['reconnection', counters.reconnection],
    [`charge of ${counters.charge.hours} h`, counters.charge],
  ] as const) {
    const { d1RowsWritten, d1RowsRead, objectRowsWritten, objectRequestsBilled, queueMessages } = counts;
    lines.push(
      row('', name, '', d1RowsWritten, d1RowsRead, objectRowsWritten, objectRequestsBilled, queueMessages),
    );
  }
  lines.push('', row('near me', 'sites', '', 'read', 'returned', 'worst read', 'returned'));
  for (const [sites, { rowsRead, rowsReturned, worst }] of Object.entries(counters.nearMe)) {
    lines.push(row('', sites, '', rowsRead, rowsReturned, worst.rowsRead, worst.rowsReturned));
  }
  const usd = (value: number): string => `$${value.toFixed(6)}`;
  lines.push(
    '',
    `a month: ${usd(monthlyCostUsd.perIdleDevice)} an idle device, ${usd(monthlyCostUsd.perThousandCharges)} a thousand charges, ${usd(monthlyCostUsd.perReconnection)} a reconnection`,
    '',
    ...report.goals.map(
      ({ what, goal, value, met }) => `${met ? '✓' : '✗'} ${what}: ${value} (goal ${goal})`,
    ),
  );
  console.log(lines.join('\n'));
}

const WIDTHS = [9, 16, 11, 11, 15, 13, 14, 9];

function row(...cells: readonly (string | number)[]): string {
  return cells
    .map((cell, index) => {
      const width = WIDTHS[index] ?? 10;
      return typeof cell === 'number' || index > 2 ? String(cell).padStart(width) : cell.padEnd(width);
    })
    .join(' ')
    .trimEnd();
}
