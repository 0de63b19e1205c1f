import { WebSocket } from 'ws';
import { type CallAnswer, CallChannel, type CallOutcome, type Payload } from './call-channel.ts';
import type { Random } from './random.ts';
import { Timers } from './timers.ts';

export interface UplinkTiming {
  readonly callTimeoutMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
}

export interface UplinkOptions {
  /** WebSocket base; the identity is appended to its path (OCPP-J 1.6, 3.1.1). */
  readonly url: string;
  readonly identity: string;
  /** The Basic auth password, asked at each connection because it can be changed remotely. */
  readonly key: () => string;
  readonly timing: UplinkTiming;
  readonly random: Random;
  readonly clock: () => number;
  /** Announces itself on every connection, not only after a start. */
  readonly bootOnReconnect: boolean;
  readonly bootPayload: () => object;
  readonly pingIntervalMs: () => number;
  readonly onCall: (action: string, payload: Payload) => CallAnswer | undefined;
  readonly onOnline: (booted: boolean) => void;
  /** The interval of an accepted BootNotification, in seconds. */
  readonly onHeartbeatInterval: (seconds: number) => void;
  readonly log: (kind: 'link' | 'frame-in' | 'frame-out', text: string) => void;
}

/** When the central system leaves the choice to the pile (OCPP 1.6, 4.2). */
const OWN_HEARTBEAT_MS = 300_000;

type LinkState = 'off' | 'connecting' | 'registering' | 'online';

/** The pile's side of one OCPP-J connection: dial, register, beat, notice that it broke, dial again. */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #timers = new Timers();
  readonly #ghosts = new Set<WebSocket>();
  #state: LinkState = 'off';
  #socket: WebSocket | undefined;
  #channel: CallChannel | undefined;
  #mustBoot = true;
  #failures = 0;
  #messages = 0;
  #clockOffsetMs = 0;
  #beatEveryMs = 0;
  #cancelBeat = () => {};
  #cancelPing = () => {};
  #cancelDial = () => {};

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  get online(): boolean {
    return this.#state === 'online';
  }

  get state(): LinkState {
    return this.#state;
  }

  /** The device's clock, as last set by the central system. */
  now(): number {
    return this.#options.clock() + this.#clockOffsetMs;
  }

  start(): void {
    if (this.#state === 'off') this.#dial(0);
  }

  /** Closes politely and stays away. */
  stop(): void {
    this.#timers.close();
    this.#leave((socket) => socket.close(1001, 'going away'));
    for (const ghost of this.#ghosts) ghost.terminate();
    this.#ghosts.clear();
  }

  /** Reboots: leaves, and after `ms` comes back with a BootNotification. */
  restart(ms: number): void {
    this.#mustBoot = true;
    this.#leave((socket) => socket.close(1001, 'reset'));
    this.#dial(ms);
  }

  /** Loses the network for `ms`: nobody gets a closing frame. */
  drop(ms: number): void {
    this.#leave((socket) => socket.terminate());
    this.#dial(ms);
  }

  /** Dials again while the old socket stays open and silent, as a modem that lost its memory does. */
  haunt(): void {
    const old = this.#socket;
    if (old) {
      this.#ghosts.add(old);
      old.once('close', () => this.#ghosts.delete(old));
    }
    this.#leave(() => {});
    this.#dial(0);
  }

  /** A call that is worth making only while connected; offline it ends as `closed` at once. */
  async call(action: string, payload: object, copies = 1): Promise<CallOutcome> {
    const channel = this.#channel;
    if (!channel || this.#state !== 'online') return { kind: 'closed' };
    const outcome = await channel.call(action, payload, copies);
    // A central system that forgot us answers SecurityError until it sees a BootNotification.
    if (outcome.kind === 'error' && outcome.code === 'SecurityError') {
      if (channel === this.#channel && this.#state === 'online') this.#register(channel);
      return { kind: 'closed' };
    }
    return outcome;
  }

  /** Sends BootNotification again without a reboot (TriggerMessage). */
  registerAgain(): void {
    if (this.#channel && this.#state !== 'connecting') this.#register(this.#channel);
  }

  setHeartbeat(seconds: number): void {
    this.#beatEveryMs = seconds * 1000;
    this.#planBeat();
  }

  async beat(): Promise<void> {
    const outcome = await this.call('Heartbeat', {});
    if (outcome.kind === 'result') this.#setClock(outcome.payload.currentTime);
  }

  #dial(ms: number): void {
    this.#cancelDial();
    this.#state = 'connecting';
    this.#cancelDial = this.#timers.after(ms, () => this.#connect());
  }

  #connect(): void {
    const { url, identity, key, log } = this.#options;
    const credentials = Buffer.from(`${identity}:${key()}`).toString('base64');
    const socket = new WebSocket(`${url.replace(/\/+$/, '')}/${encodeURIComponent(identity)}`, ['ocpp1.6'], {
      headers: { authorization: `Basic ${credentials}` },
      handshakeTimeout: this.#options.timing.callTimeoutMs,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    socket.on('open', () => {
      if (this.#socket !== socket) return socket.terminate();
      log('link', 'connected');
      this.#open(socket);
    });
    socket.on('error', (error) => {
      if (this.#socket === socket) log('link', error.message);
    });
    socket.on('close', (code, reason) => {
      if (this.#socket !== socket) return;
      log('link', `closed ${code} ${String(reason)}`.trim());
      this.#leave(() => {});
      this.#dial(this.#backoffMs());
    });
  }

  #open(socket: WebSocket): void {
    const channel = new CallChannel({
      socket,
      timeoutMs: this.#options.timing.callTimeoutMs,
      nextMessageId: () => this.#nextMessageId(),
      onCall: (action, payload) =>
        this.#socket === socket ? this.#options.onCall(action, payload) : undefined,
      onFrame: (direction, text) => this.#options.log(direction === 'in' ? 'frame-in' : 'frame-out', text),
    });
    this.#channel = channel;
    this.#watch(socket);
    if (this.#mustBoot || this.#options.bootOnReconnect) this.#register(channel);
    else this.#enter(false);
  }

  #register(channel: CallChannel): void {
    this.#state = 'registering';
    void channel.call('BootNotification', this.#options.bootPayload()).then((outcome) => {
      if (channel !== this.#channel) return;
      const answer: Payload = outcome.kind === 'result' ? outcome.payload : {};
      this.#setClock(answer.currentTime);
      const interval =
        typeof answer.interval === 'number' && answer.interval > 0 ? answer.interval : undefined;
      if (answer.status === 'Accepted') {
        this.#mustBoot = false;
        this.#beatEveryMs ||= OWN_HEARTBEAT_MS;
        if (interval) {
          this.#beatEveryMs = interval * 1000;
          this.#options.onHeartbeatInterval(interval);
        }
        return this.#enter(true);
      }
      this.#failures += 1;
      const wait = interval === undefined ? this.#backoffMs() : interval * 1000;
      this.#options.log(
        'link',
        `registration ${String(answer.status ?? outcome.kind)}, again in ${Math.round(wait)} ms`,
      );
      this.#timers.after(wait, () => {
        if (channel === this.#channel && this.#state === 'registering') this.#register(channel);
      });
    });
  }

  #enter(booted: boolean): void {
    this.#state = 'online';
    this.#failures = 0;
    this.#planBeat();
    this.#options.onOnline(booted);
  }

  #leave(part: (socket: WebSocket) => void): void {
    const socket = this.#socket;
    const channel = this.#channel;
    this.#state = 'off';
    this.#socket = undefined;
    this.#channel = undefined;
    this.#cancelBeat();
    this.#cancelPing();
    channel?.close();
    if (socket) part(socket);
  }

  #planBeat(): void {
    this.#cancelBeat();
    if (this.#beatEveryMs === 0 || this.#state !== 'online') return;
    this.#cancelBeat = this.#timers.after(this.#beatEveryMs, () => {
      void this.beat();
      this.#planBeat();
    });
  }

  /** Pings, and gives the socket up when the last ping was not answered. */
  #watch(socket: WebSocket): void {
    let answered = true;
    socket.on('pong', () => {
      answered = true;
    });
    const plan = () => {
      const every = this.#options.pingIntervalMs();
      if (every <= 0) return;
      this.#cancelPing = this.#timers.after(every, () => {
        if (!answered) return socket.terminate();
        answered = false;
        socket.ping();
        plan();
      });
    };
    plan();
  }

  /** Between half and all of an exponentially growing wait, so that a city does not come back in one second. */
  #backoffMs(): number {
    const { backoffMinMs, backoffMaxMs } = this.#options.timing;
    const ceiling = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    return ceiling * (0.5 + this.#options.random() / 2);
  }

  #setClock(currentTime: unknown): void {
    const told = typeof currentTime === 'string' ? Date.parse(currentTime) : Number.NaN;
    // Small differences are the network's; setting the clock to them would make timestamps jump back.
    if (!Number.isNaN(told) && Math.abs(told - this.now()) > 2000)
      this.#clockOffsetMs = told - this.#options.clock();
  }

  #nextMessageId(): string {
    this.#messages += 1;
    return `${this.#messages}-${Math.floor(this.#options.random() * 0x1_0000_0000).toString(16)}`;
  }
}
