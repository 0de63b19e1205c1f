import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The city in a process group of its own, so that all of it can be killed at once and started again. */
export interface KillableStack {
  readonly url: string;
  readonly deviceUrl: string;
  /** SIGKILL to every process of the stack: nothing gets to say goodbye. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Runs the crons as if it were `minutes` later. */
  sweep(minutes: number): Promise<void>;
  /** Ends the stack in order and opens its database for the audit. */
  breaches(): Promise<string[]>;
  counts(): Promise<Record<string, number>>;
  /** Orders that have not ended, for the message of a failure. */
  live(): Promise<Record<string, unknown>[]>;
  demolish(): Promise<void>;
}

export async function prepareKillableStack(): Promise<KillableStack> {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'dianyi-kill-'));
  const [port, wechatPort] = [await freePort(), await freePort()];
  let child: ChildProcess | null = null;
  let answers: ((line: string) => void)[] = [];

  const ask = (line: string) =>
    new Promise<string>((resolve, reject) => {
      if (child?.stdin === null || child === null) return reject(new Error('the stack is not running'));
      answers.push(resolve);
      child.stdin.write(`${line}\n`);
    });

  const stack: KillableStack = {
    url: `http://127.0.0.1:${port}`,
    deviceUrl: `ws://127.0.0.1:${port}/ocpp`,
    async start() {
      child = spawn(process.execPath, [path.join(import.meta.dirname, 'killable-stack-process.ts')], {
        detached: true,
        stdio: ['pipe', 'pipe', 'inherit'],
        env: {
          ...process.env,
          STATE_DIR: stateDir,
          PORT: String(port),
          WECHAT_PEER_PORT: String(wechatPort),
        },
      });
      answers = [];
      let rest = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) answers.shift()?.(line);
      });
      await new Promise<string>((resolve) => answers.push(resolve));
    },
    async kill() {
      const dying = child;
      child = null;
      if (dying?.pid === undefined) return;
      const gone = new Promise((resolve) => dying.once('exit', resolve));
      process.kill(-dying.pid, 'SIGKILL');
      await gone;
    },
    async sweep(minutes) {
      await ask(`sweep ${minutes}`);
    },
    breaches: async () => JSON.parse(await ask('breaches')) as string[],
    counts: async () => JSON.parse(await ask('counts')) as Record<string, number>,
    live: async () => JSON.parse(await ask('live')) as Record<string, unknown>[],
    async demolish() {
      await stack.kill();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
  return stack;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
