import { encodeCallError, type Frame, isAnswerable, parseFrame } from '../../protocols/ocpp/frame.ts';
import { FloodGuard } from './flood-guard.ts';

/**
 * What a device socket carries through hibernation; `overlay` is state too fresh to have been committed, as JSON text:
 * one pass gives both its length and what is stored.
 */
interface DeviceAttachment {
  readonly v: 1;
  readonly role: 'device';
  readonly connection: number;
  readonly protocol: string;
  readonly overlay: string | null;
}

export interface LinkLimits {
  readonly messagesPerSecond: number;
  readonly burst: number;
}

export const LARGEST_FRAME = 64 * 1024;
/** The platform keeps 16 KB of a socket's attachment; a margin stays for its own framing. */
const LARGEST_ATTACHMENT = 14 * 1024;
/** The tag of a device's sockets. */
export const DEVICE = 'device';

/** RFC 6455 close codes as used here. */
const CLOSE = { superseded: 4001, released: 4002, policy: 1008, tooBig: 1009, unsupported: 1003 } as const;

/** One device's WebSocket: the newest connection wins, floods and giants are cut off, frames come out parsed. */
export class DeviceLink<Overlay> {
  readonly #ctx: DurableObjectState;
  readonly #limits: LinkLimits;
  /** Attachments as read or written last, without their overlay. */
  readonly #attachments = new WeakMap<WebSocket, DeviceAttachment>();
  #current: WebSocket | null = null;
  #guard: { connection: number; guard: FloodGuard } | null = null;
  #dropped = 0;

  constructor(ctx: DurableObjectState, limits: LinkLimits) {
    this.#ctx = ctx;
    this.#limits = limits;
  }

  /** Accepts a socket as connection number `connection`; every older one is closed and its voice no longer counts. */
  accept(connection: number, protocol: string): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    for (const old of this.#ctx.getWebSockets(DEVICE)) closeQuietly(old, CLOSE.superseded, 'superseded');
    this.#ctx.acceptWebSocket(server, [DEVICE]);
    const attachment: DeviceAttachment = { v: 1, role: 'device', connection, protocol, overlay: null };
    server.serializeAttachment(attachment);
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { 'Sec-WebSocket-Protocol': protocol },
    });
  }

  /** The number of the connection this socket is; null for a socket that is no device's. */
  connectionOf(socket: WebSocket): number | null {
    return this.#baseOf(socket)?.connection ?? null;
  }

  /** The socket of connection number `connection`, if it is still open. */
  socketOf(connection: number): WebSocket | null {
    const known = this.#current;
    if (known !== null && known.readyState === WebSocket.OPEN && this.connectionOf(known) === connection)
      return known;
    this.#current =
      this.#ctx
        .getWebSockets(DEVICE)
        .find((socket) => socket.readyState === WebSocket.OPEN && this.connectionOf(socket) === connection) ??
      null;
    return this.#current;
  }

  /** What the socket of `connection` kept through hibernation; `closing` is one that is closing and may be it. */
  overlayOf(connection: number, closing?: WebSocket): Overlay | null {
    const sockets = closing === undefined ? [] : [closing];
    sockets.push(...this.#ctx.getWebSockets(DEVICE));
    const socket = sockets.find((candidate) => this.connectionOf(candidate) === connection);
    const overlay = socket === undefined ? null : readAttachment(socket)?.overlay;
    return overlay === undefined || overlay === null ? null : (JSON.parse(overlay) as Overlay);
  }

  /** Keeps `overlay` with the socket; false when it is too large and has to be committed instead. */
  keepOverlay(socket: WebSocket, overlay: Overlay): boolean {
    const base = this.#baseOf(socket);
    if (base === null) return false;
    const text = JSON.stringify(overlay);
    if (text.length > LARGEST_ATTACHMENT) return false;
    socket.serializeAttachment({ ...base, overlay: text });
    return true;
  }

  /**
   * Reads a message of the current connection. Null when there is nothing to act on: the socket was closed for its
   * size or its flood, or what came could not be understood (answered where it can be, otherwise counted).
   */
  read(socket: WebSocket, connection: number, message: string | ArrayBuffer, now: number): Frame | null {
    if (typeof message !== 'string') {
      closeQuietly(socket, CLOSE.unsupported, 'text frames only');
      return null;
    }
    // A UTF-16 unit is at least one byte of UTF-8, so only the band between needs counting.
    if (
      message.length > LARGEST_FRAME ||
      (message.length * 3 > LARGEST_FRAME && byteLength(message) > LARGEST_FRAME)
    ) {
      closeQuietly(socket, CLOSE.tooBig, 'message too big');
      return null;
    }
    if (!this.#guardOf(connection, now).admit(now)) {
      closeQuietly(socket, CLOSE.policy, 'too many messages');
      return null;
    }
    const frame = parseFrame(message);
    if (frame.kind !== 'Malformed') return frame;
    this.#dropped += 1;
    if (isAnswerable(frame)) socket.send(encodeCallError(frame.messageId, frame.code, frame.description));
    return null;
  }

  release(reason: string): void {
    for (const socket of this.#ctx.getWebSockets(DEVICE)) closeQuietly(socket, CLOSE.released, reason);
  }

  /** Malformed messages since the object woke. */
  get dropped(): number {
    return this.#dropped;
  }

  #baseOf(socket: WebSocket): DeviceAttachment | null {
    const known = this.#attachments.get(socket);
    if (known !== undefined) return known;
    const attachment = readAttachment(socket);
    if (attachment === null) return null;
    const base = { ...attachment, overlay: null };
    this.#attachments.set(socket, base);
    return base;
  }

  #guardOf(connection: number, now: number): FloodGuard {
    if (this.#guard?.connection !== connection) {
      const { messagesPerSecond, burst } = this.#limits;
      this.#guard = { connection, guard: new FloodGuard(messagesPerSecond, burst, now) };
    }
    return this.#guard.guard;
  }
}

export function closeQuietly(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // Already closed by its other end: that is what was wanted.
  }
}

function readAttachment(socket: WebSocket): DeviceAttachment | null {
  const attachment = socket.deserializeAttachment() as DeviceAttachment | { readonly role: string } | null;
  return attachment?.role === 'device' ? (attachment as DeviceAttachment) : null;
}

const byteLength = (text: string): number => new TextEncoder().encode(text).byteLength;
