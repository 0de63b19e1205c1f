import type {
  DurableObjectNamespace,
  DurableObjectState,
  Response as PlatformResponse,
  WebSocket as PlatformSocket,
  Request,
} from '@cloudflare/workers-types';

// Bundled for workerd, which has these; this project's Node types do not.
declare const WebSocketPair: new () => { readonly 0: PlatformSocket; readonly 1: PlatformSocket };
declare const Response: new (
  body: null,
  init: { readonly status: number; readonly webSocket?: PlatformSocket; readonly headers?: object },
) => PlatformResponse;

interface Env {
  readonly ECHO: DurableObjectNamespace;
}

/** Connections to `/row/…` write a row a message before they echo it. */
const WRITES_ROWS = 'row';

/**
 * The least a Durable Object with a hibernating socket can do: send each message back, and in the other mode write one
 * row first. One object a connection, as with chargers.
 */
export class Echo {
  readonly #ctx: DurableObjectState;
  /** One object, one connection, one mode; null until the first message after waking. */
  #writesRows: boolean | null = null;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS last (id INTEGER PRIMARY KEY, message TEXT NOT NULL)');
  }

  fetch(request: Request): PlatformResponse {
    const [, mode = ''] = new URL(request.url).pathname.split('/');
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [mode]);
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { 'Sec-WebSocket-Protocol': request.headers.get('Sec-WebSocket-Protocol') ?? '' },
    });
  }

  webSocketMessage(socket: PlatformSocket, message: string | ArrayBuffer): void {
    this.#writesRows ??= this.#ctx.getTags(socket)[0] === WRITES_ROWS;
    if (this.#writesRows) {
      this.#ctx.storage.sql.exec('INSERT OR REPLACE INTO last (id, message) VALUES (1, ?)', message);
    }
    socket.send(message);
  }

  webSocketClose(socket: PlatformSocket, code: number): void {
    socket.close(code === 1005 ? 1000 : code);
  }
}

export default {
  fetch: (request: Request, env: Env): Promise<PlatformResponse> =>
    env.ECHO.get(env.ECHO.idFromName(new URL(request.url).pathname)).fetch(request),
};
