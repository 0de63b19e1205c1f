import { DEMO_PASSWORD, DEMO_STAFF_NAMES, OUTSIDE_KEY } from '../seed/demo-names.ts';
import { reachable } from './ports.ts';
import type { StartSettings } from './start-settings.ts';
import type { Stack } from './start-stack.ts';

/** What somebody who has just started the platform wants to know. */
export function welcome(
  { host, ports, fleetSize, wechatOrigin }: StartSettings,
  stack: Stack,
  took: string,
): string {
  const at = (port: number) => `http://${reachable(host)}:${port}`;
  return `
电驿 is up (${took})

  Console        ${stack.consoleUrl}      ${DEMO_STAFF_NAMES.join(' · ')}, password ${DEMO_PASSWORD}
  API            ${stack.url}      documentation at /docs, OpenAPI at /openapi.json
  Riders         POST ${stack.url}/v1/rider/session {"code"} with demo-rider-1 … demo-rider-20
  Devices        ${stack.deviceUrl}/<identity>      30001 … 30020 are free, key ${OUTSIDE_KEY}
  WeChat         ${wechatOrigin ?? `${at(ports.wechatPeer.port)}      simulated`}
  Charger fleet  ${fleetSize > 0 ? `http://127.0.0.1:${ports.fleetControl.port}/piles      ${fleetSize} simulated piles` : 'none'}

Ctrl-C ends it, the data stays; npm run reset starts afresh.
`;
}
