import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly serverTiming: string;
}

/** The rider's side of the API over a pool of kept connections; `fetch` costs the client several times as much. */
export class RiderApi {
  readonly #origin: string;
  readonly #agent: Agent;
  #keys = 0;

  constructor(origin: string) {
    this.#origin = origin;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 64 });
  }

  get(path: string, token: string): Promise<Answer> {
    return this.#ask('GET', path, token, null);
  }

  /** A POST under a fresh idempotency key. */
  post(path: string, token: string, body: object | null = null): Promise<Answer> {
    return this.#ask('POST', path, token, body === null ? null : JSON.stringify(body));
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(method: string, path: string, token: string, body: string | null): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(method === 'POST'
        ? { 'idempotency-key': `bench-key-${process.pid}-${Date.now()}-${++this.#keys}` }
        : {}),
      ...(body === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    return new Promise((resolve, reject) => {
      const asked = request(this.#origin + path, { method, headers, agent: this.#agent }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          const serverTiming = String(response.headers['server-timing'] ?? '');
          resolve({
            status: response.statusCode ?? 0,
            body: text === '' ? {} : JSON.parse(text),
            serverTiming,
          });
        });
      });
      asked.on('error', reject);
      asked.end(body ?? undefined);
    });
  }
}

/** Throws with the answer unless it has this status. */
export function expectStatus(answer: Answer, status: number, what: string): Answer['body'] {
  if (answer.status !== status) throw new Error(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
