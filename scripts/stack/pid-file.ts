import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FILE = 'stack.pid';

/** The process that runs a stack on this state folder, or null; a file left by one that died does not count. */
export function runningStack(stateDir: string): number | null {
  let pid: number;
  try {
    pid = Number(readFileSync(path.join(stateDir, FILE), 'utf8'));
  } catch {
    return null;
  }
  if (!Number.isSafeInteger(pid) || pid <= 1 || pid === process.pid) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  return commandOf(pid)?.includes('start.ts') === false ? null : pid;
}

/** Marks the state folder as in use by this process. */
export function claimState(stateDir: string): void {
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(path.join(stateDir, FILE), `${process.pid}\n`);
}

export function releaseState(stateDir: string): void {
  rmSync(path.join(stateDir, FILE), { force: true });
}

/** What a process was started as, since numbers are given out again; null where the system does not tell. */
function commandOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // No /proc here.
  }
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return null;
  }
}
