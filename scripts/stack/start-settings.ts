import path from 'node:path';
import { PlainFailure } from './plain-failure.ts';
import type { WantedPort } from './ports.ts';
import { repositoryRoot } from './repository.ts';

/** What `npm start` is told by its environment. */
export interface StartSettings {
  readonly host: string;
  readonly stateDir: string;
  readonly ports: Readonly<Record<'api' | 'console' | 'h5' | 'wechatPeer' | 'fleetControl', WantedPort>>;
  /** How many of the demo piles dial in; 0 starts no fleet. */
  readonly fleetSize: number;
  /** False serves the console as it was last built. */
  readonly buildsConsole: boolean;
  /** False leaves an empty database empty. */
  readonly seed: boolean;
  readonly wechatAppId: string;
  readonly wechatAppSecret: string;
  /** Where WeChat is; null starts the simulated peer. */
  readonly wechatOrigin: string | null;
  /** Variables of the Worker that were named in the environment. */
  readonly worker: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings the Worker may be given from the environment as they are; see workers/env.ts. */
const WORKER_SETTINGS = [
  'COUNTERS',
  'HEARTBEAT_INTERVAL_S',
  'DEVICE_MESSAGES_PER_SECOND',
  'DEVICE_MESSAGE_BURST',
  'LOGIN_RATE_PER_MINUTE',
] as const;

/** All the piles of the demo; the fleet has no more. */
const WHOLE_FLEET = 200;

/** The state folder alone, for commands that need no more. */
export function readStateDir(environment: Environment): string {
  return path.resolve(repositoryRoot, environment.STATE_DIR || '.state');
}

/** Reads the settings; throws a PlainFailure that names the variable that cannot be read. */
export function readStartSettings(environment: Environment): StartSettings {
  const port = (variable: string, usual: number, purpose: string): WantedPort => ({
    port: integer(environment, variable, usual, 1, 65_535),
    purpose,
    variable,
  });
  const api = port('PORT', 8787, 'API');
  const worker: Record<string, string> = {};
  for (const name of WORKER_SETTINGS) {
    const value = environment[name];
    if (value !== undefined) worker[name] = value;
  }
  return {
    host: environment.HOST || '127.0.0.1',
    stateDir: readStateDir(environment),
    ports: {
      api,
      console: port('CONSOLE_PORT', 8788, 'console'),
      h5: port('H5_PORT', 8789, 'rider pages'),
      // They follow the API's port, so that a second stack needs only the three ports people know.
      wechatPeer: port('WECHAT_PEER_PORT', api.port + 3, 'simulated WeChat'),
      fleetControl: port('FLEET_CONTROL_PORT', api.port + 4, 'charger fleet control'),
    },
    fleetSize:
      environment.FLEET === '0' ? 0 : integer(environment, 'FLEET_SIZE', WHOLE_FLEET, 0, WHOLE_FLEET),
    buildsConsole: environment.CONSOLE_BUILD !== '0',
    seed: environment.SEED !== '0',
    wechatAppId: environment.WECHAT_APP_ID || 'wx0000000000000001',
    wechatAppSecret: environment.WECHAT_APP_SECRET || 'demo-wechat-secret',
    wechatOrigin: environment.WECHAT_API_ORIGIN || null,
    worker,
  };
}

function integer(
  environment: Environment,
  variable: string,
  usual: number,
  least: number,
  most: number,
): number {
  const text = environment[variable];
  if (text === undefined || text === '') return usual;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new PlainFailure(`${variable} must be a whole number from ${least} to ${most}, not "${text}".`);
  }
  return value;
}
