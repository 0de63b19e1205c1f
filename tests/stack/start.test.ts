import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRepository } from '../../scripts/stack/repository.ts';
import { request, riderToken } from './city-stack.ts';

const VARIABLES = ['PORT', 'CONSOLE_PORT', 'H5_PORT', 'WECHAT_PEER_PORT', 'FLEET_CONTROL_PORT'] as const;
type Ports = Readonly<Record<(typeof VARIABLES)[number], string>>;

/** A command as `npm run` would start it, in a process group of its own as in a terminal. */
class Command {
  output = '';
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;

  constructor(script: string, environment: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [inRepository('scripts/launch.mjs'), `scripts/${script}`], {
      detached: true,
      env: { ...process.env, FLEET_SIZE: '2', CONSOLE_BUILD: '0', ...environment },
    });
    const listen = (chunk: Buffer) => {
      this.output += chunk.toString();
    };
    this.#child.stdout?.on('data', listen);
    this.#child.stderr?.on('data', listen);
    this.ended = new Promise((resolve) => this.#child.once('close', (code) => resolve(code ?? -1)));
  }

  /** Waits until it has printed that; throws with all it printed when it ends before. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    let over = false;
    void this.ended.then(() => {
      over = true;
    });
    for (;;) {
      const found = pattern.exec(this.output);
      if (found !== null) return found;
      if (over) throw new Error(this.output);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What a terminal does on Ctrl-C. */
  pressCtrlC(): void {
    if (this.#child.pid !== undefined && this.#child.exitCode === null)
      process.kill(-this.#child.pid, 'SIGINT');
  }
}

async function freePorts(): Promise<Ports> {
  const servers = await Promise.all(
    VARIABLES.map(
      (variable) =>
        new Promise<readonly [string, AddressInfo, () => void]>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () =>
            resolve([variable, server.address() as AddressInfo, () => server.close()]),
          );
        }),
    ),
  );
  for (const [, , close] of servers) close();
  return Object.fromEntries(
    servers.map(([variable, { port }]) => [variable, String(port)]),
  ) as unknown as Ports;
}

const answers = (port: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });

let stateDir: string;
let ports: Ports;
let running: Command;
let token: string;

beforeAll(async () => {
  stateDir = await mkdtemp(path.join(tmpdir(), 'dianyi-start-'));
  ports = await freePorts();
  running = new Command('start.ts', { ...ports, STATE_DIR: stateDir });
  await running.until(/Ctrl-C ends it/);
});

afterAll(async () => {
  running.pressCtrlC();
  await running.ended;
  await rm(stateDir, { recursive: true, force: true });
});

test('an empty folder becomes a city: seeded, healthy, with piles online and riders who can sign in', async () => {
  expect(running.output).toContain('60 sites, 220 chargers, 20 riders');
  const health = await request(`http://127.0.0.1:${ports.PORT}`, 'GET', '/healthz');
  expect(health).toMatchObject({ status: 200, body: { status: 'ok' } });
  const viaConsole = await fetch(`http://127.0.0.1:${ports.CONSOLE_PORT}/healthz`);
  expect(viaConsole.status).toBe(200);
  expect(running.output).toMatch(/[12] of 2 piles online/);
  token = await riderToken(`http://127.0.0.1:${ports.PORT}`, 1);
  expect(token).toMatch(/^rt_/);
});

test('a second start on the same data, and a reset, are refused while it runs', async () => {
  const second = new Command('start.ts', { ...(await freePorts()), STATE_DIR: stateDir });
  expect(await second.ended).toBe(1);
  expect(second.output).toMatch(/^A stack already runs on .* \(process \d+\).*\n$/);
  const reset = new Command('reset.ts', { STATE_DIR: stateDir });
  expect(await reset.ended).toBe(1);
  expect(reset.output).toMatch(/^A stack runs on .* End it first\.\n$/);
});

test('a taken port is one line that names the port and the variable', async () => {
  const other = new Command('start.ts', {
    ...(await freePorts()),
    FLEET_CONTROL_PORT: ports.FLEET_CONTROL_PORT,
    STATE_DIR: path.join(stateDir, 'other'),
  });
  expect(await other.ended).toBe(1);
  expect(other.output.trim().split('\n')).toHaveLength(1);
  expect(other.output).toContain(`Port ${ports.FLEET_CONTROL_PORT} for the charger fleet control is taken`);
  expect(other.output).toContain('FLEET_CONTROL_PORT=');
});

test('Ctrl-C ends the Worker, the peers and the fleet', async () => {
  running.pressCtrlC();
  expect(await running.ended).toBe(0);
  expect(await Promise.all(Object.values(ports).map(answers))).toEqual(VARIABLES.map(() => false));
  expect(existsSync(path.join(stateDir, 'stack.pid'))).toBe(false);
});

test('the next start finds the data; a peer that dies ends all of it and is named', async () => {
  // A stack that was killed leaves its file behind; such a number may even belong to somebody else by now.
  await writeFile(path.join(stateDir, 'stack.pid'), `${process.pid}\n`);
  running = new Command('start.ts', { ...ports, STATE_DIR: stateDir, FLEET: '0' });
  const [, wechatProcess] = await running.until(/Simulated WeChat: answers, process (\d+)/);
  await running.until(/Ctrl-C ends it/);
  expect(running.output).toContain('Demo data: kept');
  const me = await request(`http://127.0.0.1:${ports.PORT}`, 'GET', '/v1/rider/me', { token });
  expect(me.status).toBe(200);

  process.kill(Number(wechatProcess), 'SIGKILL');
  expect(await running.ended).toBe(1);
  expect(running.output).toContain('The simulated WeChat ended by itself (SIGKILL)');
  expect(await answers(ports.PORT)).toBe(false);
});

test('a stack that is killed without a word leaves no process behind, and the next one starts', async () => {
  running = new Command('start.ts', { ...ports, STATE_DIR: stateDir });
  await running.until(/Ctrl-C ends it/);
  // The watchdog looks once a second.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  process.kill(Number(await readFile(path.join(stateDir, 'stack.pid'), 'utf8')), 'SIGKILL');
  await running.ended;
  await expect
    .poll(() => Promise.all(Object.values(ports).map(answers)), { timeout: 10_000 })
    .toEqual(VARIABLES.map(() => false));
  running = new Command('start.ts', { ...ports, STATE_DIR: stateDir, FLEET: '0' });
  await running.until(/Ctrl-C ends it/);
  running.pressCtrlC();
  expect(await running.ended).toBe(0);
});

test('a reset leaves nothing of the stack and touches nothing else', async () => {
  await writeFile(path.join(stateDir, 'mine.txt'), 'keep me');
  expect(await new Command('reset.ts', { STATE_DIR: stateDir }).ended).toBe(0);
  expect(existsSync(path.join(stateDir, 'v3'))).toBe(false);
  expect(existsSync(path.join(stateDir, 'mine.txt'))).toBe(true);
});
