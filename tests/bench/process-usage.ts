import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel says of a process; null where it does not tell (no /proc). */
export interface ProcessUsage {
  readonly residentBytes: number;
  readonly cpuMs: number;
}

const PAGE = 4096;
/** Linux counts a process's time in hundredths of a second. */
const TICK_MS = 10;

export function usageOf(pid: number | null): ProcessUsage | null {
  if (pid === null) return null;
  try {
    const [, resident = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    const fields = fieldsOf(pid);
    // Fields 14 and 15 of proc(5): user and system time.
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { residentBytes: Number(resident) * PAGE, cpuMs: ticks * TICK_MS };
  } catch {
    return null;
  }
}

/** The processes of this name that this process has started itself. */
export function ownChildren(name: string): ReadonlySet<number> {
  const found = new Set<number>();
  let entries: string[] = [];
  try {
    entries = readdirSync('/proc');
  } catch {
    return found;
  }
  for (const entry of entries) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      const parent = Number(fieldsOf(pid)[1]);
      const program = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      if (parent === process.pid && program === name) found.add(pid);
    } catch {
      // It ended in between.
    }
  }
  return found;
}

/** The fields of /proc/PID/stat from the third on; the second, the name, may hold blanks. */
function fieldsOf(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
