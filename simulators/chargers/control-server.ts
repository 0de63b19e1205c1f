import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Battery, createBattery } from './battery.ts';
import type { ChargePoint } from './charge-point.ts';
import { parseFaultOrder } from './faults.ts';

export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

type Reply = readonly [status: number, body: unknown];
const BODY_LIMIT = 16 * 1024;

/**
 * The hand at the kerb, for the demo and the tests: `GET /piles`, `GET /piles/:id`, `POST /piles/:id/faults`,
 * `…/plug {outlet, battery?}`, `…/unplug {outlet}`, `…/tap {outlet, idTag}`. Loopback only.
 */
export async function startControlServer(
  port: number,
  piles: ReadonlyMap<string, ChargePoint>,
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    readJson(request)
      .then((body) => answer(piles, request, body))
      .catch(
        (error: unknown): Reply => [400, { error: error instanceof Error ? error.message : 'bad request' }],
      )
      .then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
        response.end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  piles: ReadonlyMap<string, ChargePoint>,
  request: IncomingMessage,
  body: Record<string, unknown>,
): Promise<Reply> {
  const [room, id, order, ...more] = new URL(request.url ?? '/', 'http://fleet').pathname.split('/').slice(1);
  if (room !== 'piles' || more.length > 0) return [404, { error: 'not found' }];
  if (!id) return request.method === 'GET' ? [200, { piles: [...piles.values()].map(summary) }] : [405, {}];
  const pile = piles.get(decodeURIComponent(id));
  if (!pile) return [404, { error: 'no such pile' }];
  if (!order) return request.method === 'GET' ? [200, pile.view()] : [405, {}];
  if (request.method !== 'POST') return [405, {}];

  if (order === 'faults') {
    const faults = parseFaultOrder(body);
    if (typeof faults === 'string') return [400, { error: faults }];
    pile.setFaults(faults);
    return [200, pile.view()];
  }
  const { outlet } = body;
  if (typeof outlet !== 'number') return [400, { error: 'outlet must be a number' }];
  if (order === 'plug') return outcome(pile.plug(outlet, batteryOf(body.battery)), 'plugged');
  if (order === 'unplug') return outcome(pile.unplug(outlet), 'unplugged');
  if (order === 'tap' && typeof body.idTag === 'string') {
    return [200, { result: await pile.tapCard(outlet, body.idTag) }];
  }
  return [404, { error: 'not found' }];
}

function outcome(result: string, good: string): Reply {
  return [result === good ? 200 : 409, { result }];
}

function summary(pile: ChargePoint) {
  const { identity, link, waitingMessages, outlets } = pile.view();
  return { identity, link, waitingMessages, outlets: outlets.map(({ status }) => status) };
}

/** `{model?, soc?, seed?}`; nothing given lets the pile choose. */
function batteryOf(given: unknown): Battery | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(given));
  const [model, soc, seed] = [fields.get('model'), fields.get('soc'), fields.get('seed')];
  return createBattery(typeof seed === 'string' ? seed : `${Math.random()}`, {
    ...(typeof model === 'string' ? { model } : {}),
    ...(typeof soc === 'number' ? { soc } : {}),
  });
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_LIMIT) throw new RangeError('body too large');
  }
  if (text === '') return {};
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new TypeError('an object is expected');
  return { ...value };
}
