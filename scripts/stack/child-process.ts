import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from './repository.ts';

export interface RunningChild {
  readonly name: string;
  readonly pid: number;
  /** Asks it to end, and ends it after `graceMs`; resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
}

/**
 * Runs one of the project's scripts beside this process. What it prints goes to a log file, its errors to the terminal
 * too. `onDeath` hears of an end that nobody asked for.
 */
export function startChild(options: {
  readonly name: string;
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly onDeath: (how: string) => void;
}): RunningChild {
  mkdirSync(path.dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile);
  const child: ChildProcess = spawn(process.execPath, [options.script], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.on('data', (chunk: Buffer) => {
    log.write(chunk);
    for (const line of chunk.toString().split('\n')) if (line) console.error(`${options.name} | ${line}`);
  });

  let asked = false;
  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      resolve();
      if (!asked) options.onDeath(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', () => log.end());
    child.once('exit', (code, signal) => end(signal === null ? `code ${code}` : signal));
  });
  return {
    name: options.name,
    pid: child.pid ?? 0,
    async stop(graceMs) {
      asked = true;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(late);
    },
    kill() {
      asked = true;
      child.kill('SIGKILL');
    },
  };
}
