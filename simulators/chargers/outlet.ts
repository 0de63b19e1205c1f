import { type Battery, charge, drawnPowerW, rest } from './battery.ts';

export type ConnectorStatus =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEV'
  | 'SuspendedEVSE'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted';

export type StopReason =
  | 'DeAuthorized'
  | 'EVDisconnected'
  | 'HardReset'
  | 'Local'
  | 'Other'
  | 'PowerLoss'
  | 'Reboot'
  | 'Remote'
  | 'SoftReset'
  | 'UnlockCommand';

export interface Transaction {
  readonly idTag: string;
  readonly startedAt: number;
  readonly meterStartWh: number;
  /** Started while there was no connection. */
  readonly startedOffline: boolean;
  /** Given by the central system; undefined until its answer came. */
  transactionId: number | undefined;
  /** The battery took no more at this time. */
  fullAt: number | undefined;
}

export interface Reservation {
  readonly reservationId: number;
  readonly idTag: string;
  readonly expiresAt: number;
}

/** A start that was accepted and waits for a battery. */
export interface AwaitedStart {
  readonly idTag: string;
  readonly cancelTimeout: () => void;
}

/** One socket of a pile: what is plugged in, its relay, its meter. What it shows follows from these facts. */
export class Outlet {
  readonly id: number;
  readonly ratedPowerW: number;
  operative = true;
  /** Goes inoperative when the running transaction ends. */
  closingAfter = false;
  errorCode = 'NoError';
  battery: Battery | undefined;
  transaction: Transaction | undefined;
  awaited: AwaitedStart | undefined;
  reservation: Reservation | undefined;
  /** Not more than this may be drawn; the relay can only open. */
  limitW = Number.POSITIVE_INFINITY;
  /** A transaction has ended and the plug is still in. */
  finished = false;
  /** Draws more than it should. */
  overloaded = false;
  shownStatus: ConnectorStatus | undefined;
  #meterWh: number;

  constructor(id: number, ratedPowerW: number, meterWh: number) {
    this.id = id;
    this.ratedPowerW = ratedPowerW;
    this.#meterWh = meterWh;
  }

  /** The cumulative register in whole Wh. */
  get meterWh(): number {
    return Math.floor(this.#meterWh);
  }

  resetMeter(): void {
    this.#meterWh = 0;
  }

  get status(): ConnectorStatus {
    if (this.errorCode !== 'NoError') return 'Faulted';
    if (this.transaction) {
      if (this.transaction.fullAt !== undefined || !this.battery) return 'SuspendedEV';
      return this.delivering ? 'Charging' : 'SuspendedEVSE';
    }
    if (!this.operative) return 'Unavailable';
    if (this.finished) return 'Finishing';
    if (this.battery || this.awaited) return 'Preparing';
    return this.reservation ? 'Reserved' : 'Available';
  }

  /** The relay is closed. */
  get delivering(): boolean {
    if (!this.transaction || !this.battery || this.errorCode !== 'NoError') return false;
    return drawnPowerW(this.battery) <= this.limitW;
  }

  get powerW(): number {
    if (!this.delivering || !this.battery) return 0;
    return this.overloaded ? this.ratedPowerW * 1.3 : drawnPowerW(this.battery);
  }

  /** Lets so much of the battery's time pass. */
  advance(seconds: number): void {
    if (!this.battery) return;
    if (!this.delivering) {
      this.battery = rest(this.battery, seconds);
      return;
    }
    const overloadW = this.overloaded ? this.powerW : undefined;
    const step = charge(this.battery, seconds);
    this.battery = step.battery;
    this.#meterWh += overloadW === undefined ? step.energyWh : (overloadW * seconds) / 3600;
  }
}
