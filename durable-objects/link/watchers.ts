import { closeQuietly, DEVICE } from './device-link.ts';

/** A person's live view: a rider sees one order, the console sees the whole device. */
export interface WatcherAttachment {
  readonly v: 1;
  readonly role: 'rider' | 'console';
  readonly orderId: string | null;
  readonly subprotocol: string | null;
}

const CONSOLE = 'console';
const riderTag = (orderId: string): string => `rider:${orderId}`;
/** More tabs than a person opens; a leaking client cannot grow without end. */
const MOST_PER_TAG = 20;

export class Watchers {
  readonly #ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  /** Accepts a watcher's socket and tells it `greeting` first. */
  accept(watcher: WatcherAttachment, greeting: unknown): Response {
    const tag = watcher.orderId === null ? CONSOLE : riderTag(watcher.orderId);
    const { 0: client, 1: server } = new WebSocketPair();
    const open = this.#ctx.getWebSockets(tag);
    for (const old of open.slice(0, Math.max(0, open.length - MOST_PER_TAG + 1))) {
      closeQuietly(old, 4001, 'superseded');
    }
    this.#ctx.acceptWebSocket(server, [tag]);
    server.serializeAttachment(watcher);
    server.send(JSON.stringify(greeting));
    const headers = new Headers();
    if (watcher.subprotocol !== null) headers.set('Sec-WebSocket-Protocol', watcher.subprotocol);
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  tellRider(orderId: string, message: unknown): void {
    this.#tell(riderTag(orderId), message);
  }

  tellConsole(message: () => unknown): void {
    this.#tell(CONSOLE, message);
  }

  /** Whether anybody looks on at all, the device apart, which may be there or not: nothing is composed for nobody. */
  any(): boolean {
    return this.#ctx.getWebSockets().length > this.#ctx.getWebSockets(DEVICE).length;
  }

  watches(orderId: string): boolean {
    return this.#ctx.getWebSockets(riderTag(orderId)).length > 0;
  }

  #tell(tag: string, message: unknown | (() => unknown)): void {
    const sockets = this.#ctx.getWebSockets(tag);
    if (sockets.length === 0) return;
    const text = JSON.stringify(typeof message === 'function' ? message() : message);
    for (const socket of sockets) {
      try {
        socket.send(text);
      } catch {
        // A watcher that went away misses nothing it can still see.
      }
    }
  }
}
