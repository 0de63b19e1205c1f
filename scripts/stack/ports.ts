import { createServer } from 'node:net';
import { PlainFailure } from './plain-failure.ts';

/** A port the stack wants, what for, and the variable that moves it. */
export interface WantedPort {
  readonly port: number;
  readonly purpose: string;
  readonly variable: string;
}

/** Where a listener bound to this address can be reached from the same machine. */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** Throws a PlainFailure that names the first port that is taken or wanted twice. */
export async function requireFreePorts(host: string, wanted: readonly WantedPort[]): Promise<void> {
  const claimed = new Map<number, WantedPort>();
  for (const want of wanted) {
    const { port, purpose, variable } = want;
    const other = claimed.get(port);
    if (other !== undefined) {
      throw new PlainFailure(
        `Port ${port} is wanted twice, for the ${other.purpose} (${other.variable}) and the ${purpose} (${variable}).`,
      );
    }
    claimed.set(port, want);
    if (!(await isFree(host, port))) {
      throw new PlainFailure(
        `Port ${port} for the ${purpose} is taken. End what uses it, or choose another: ${variable}=${port + (port < 50_000 ? 10_000 : -10_000)} npm start`,
      );
    }
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else
        reject(new PlainFailure(`${host} cannot be listened on (${error.code ?? error.message}); see HOST.`));
    });
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
