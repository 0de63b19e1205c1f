import { ApiFailure } from '../api/call-api.ts';
import { chargerInMessage, type LiveCharger, openLiveSocket, readLiveCharger } from '../api/charger-live.ts';
import { session } from '../session/session.ts';

export interface ChargerWatchState {
  readonly link: 'connecting' | 'live' | 'retrying' | 'refused';
  readonly charger: LiveCharger | null;
  /** When `charger` came, by this browser's clock. */
  readonly receivedAt: number | null;
  readonly failure: ApiFailure | null;
  /** Another page took this one's place; reconnecting by itself would only push that one out. */
  readonly superseded: boolean;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A socket that has been silent for this long may be dead without knowing it. */
const SILENCE_MS = 60_000;
const SUPERSEDED = 4001;

/**
 * Follows one charger over its socket. When the socket breaks it comes back after a growing, random pause, so that a
 * thousand consoles do not come back at once; meanwhile the HTTP snapshot is asked, which also tells why.
 */
export class ChargerWatch {
  readonly #chargerId: string;
  readonly #listeners = new Set<() => void>();
  #state: ChargerWatchState = {
    link: 'connecting',
    charger: null,
    receivedAt: null,
    failure: null,
    superseded: false,
  };
  #socket: WebSocket | null = null;
  #timer: number | undefined;
  #failures = 0;

  constructor(chargerId: string) {
    this.#chargerId = chargerId;
  }

  readonly read = (): ChargerWatchState => this.#state;

  /** Connects with the first listener and hangs up with the last. */
  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) this.#open();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#hangUp();
    };
  };

  readonly reconnect = (): void => {
    this.#hangUp();
    this.#failures = 0;
    this.#open();
  };

  #open(): void {
    const token = session.read()?.token;
    if (token === undefined) return;
    const socket = openLiveSocket(this.#chargerId, token);
    this.#socket = socket;
    this.#tell({ link: this.#failures === 0 ? 'connecting' : 'retrying', superseded: false });
    window.addEventListener('online', this.reconnect);
    socket.onmessage = ({ data }) => {
      const charger = chargerInMessage(data);
      if (charger === null) return;
      this.#failures = 0;
      this.#received(charger, 'live');
      this.#expectMore();
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      if (code === SUPERSEDED) {
        this.#hangUp();
        this.#tell({ link: 'refused', superseded: true });
        return;
      }
      void this.#comeBackLater(socket);
    };
  }

  async #comeBackLater(lost: WebSocket): Promise<void> {
    window.clearTimeout(this.#timer);
    this.#tell({ link: 'retrying' });
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    const pause = longest * (0.5 + Math.random() / 2);
    this.#failures += 1;
    const goesOn = await this.#askSnapshot(lost, 'retrying');
    if (this.#socket !== lost) return;
    if (goesOn) this.#timer = window.setTimeout(() => this.#open(), pause);
    else this.#tell({ link: 'refused' });
  }

  /** False when asking again is pointless. */
  async #askSnapshot(asker: WebSocket, link: ChargerWatchState['link']): Promise<boolean> {
    try {
      const charger = await readLiveCharger(this.#chargerId);
      if (this.#socket === asker) this.#received(charger, link);
      return true;
    } catch (error) {
      const failure = error instanceof ApiFailure ? error : new ApiFailure('unreachable', 0);
      if (this.#socket === asker) this.#tell({ failure });
      return failure.passing;
    }
  }

  #expectMore(): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(async () => {
      const socket = this.#socket;
      if (socket === null) return;
      const answered = await this.#askSnapshot(socket, 'live');
      if (this.#socket !== socket) return;
      if (answered && this.#state.failure === null) this.#expectMore();
      else socket.close();
    }, SILENCE_MS);
  }

  #hangUp(): void {
    window.clearTimeout(this.#timer);
    window.removeEventListener('online', this.reconnect);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #received(charger: LiveCharger, link: ChargerWatchState['link']): void {
    this.#tell({ link, charger, receivedAt: Date.now(), failure: null });
  }

  #tell(news: Partial<ChargerWatchState>): void {
    this.#state = { ...this.#state, ...news };
    for (const listener of this.#listeners) listener();
  }
}
