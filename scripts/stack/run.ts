import { spawn } from 'node:child_process';
import { PlainFailure } from './plain-failure.ts';
import { inRepository, repositoryRoot } from './repository.ts';

/** What to give Node to run wrangler. */
export const wranglerCommand = [inRepository('node_modules/wrangler/bin/wrangler.js')];

/** Settings that keep tools from asking, phoning home or colouring a pipe. */
export const quietEnvironment = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1', NO_COLOR: '1' };

export interface RunOptions {
  readonly cwd?: string;
  /** A program on the PATH to run in place of this Node. */
  readonly program?: string;
}

/** Runs a command quietly and returns its standard output; throws with all it said when it fails. */
export function runToEnd(args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const program = options.program ?? process.execPath;
    const child = spawn(program, args, {
      cwd: options.cwd ?? repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: quietEnvironment,
    });
    let output = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      said += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new PlainFailure(`${[program, ...args].join(' ')} failed:\n${said.trim()}`));
    });
  });
}
