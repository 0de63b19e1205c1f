import type { EpochMs } from '../units.ts';
import { epochMs, HOUR, MINUTE, SECOND } from '../units.ts';
import type { ChargerEvent, QuarantineReason } from './charging-event.ts';
import type { ChargingOrder, Session } from './session.ts';

/** The facts about a charger that the operator keeps and its object needs to act alone. */
export interface ChargerProfile {
  readonly chargerId: string;
  readonly siteId: string;
  readonly outlets: number;
  readonly ratedPowerW: number;
  readonly maxTemperatureDeciC: number;
  readonly maxSessionMinutes: number;
}

/** OCPP 1.6 §7.7 ChargePointStatus. */
export type OutletStatus =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEVSE'
  | 'SuspendedEV'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted';

export interface ReportedOutlet {
  readonly status: OutletStatus;
  readonly errorCode: string;
  readonly at: EpochMs;
}

/** A transaction the device opened that no live order stands behind, kept until its end is reported. */
export interface StrayTransaction {
  readonly transactionId: number;
  readonly contentKey: string;
  readonly outletNo: number;
  readonly idTag: string;
  readonly startedAt: EpochMs;
  readonly meterStartWh: number;
  readonly lastWh: number;
  readonly reason: Exclude<QuarantineReason, 'unknown-transaction'>;
  readonly orderId: string | null;
  readonly accepted: boolean;
  /** When we were told of it, by our clock. */
  readonly seenAt: EpochMs;
  readonly stopAttempts: number;
  /** When the device is asked again to stop it; null when it may go on, or asking has been given up. */
  readonly stopDeadlineAt: EpochMs | null;
}

/** An order whose start was given up; its device may still tell us that it did start. */
export interface AbandonedStart {
  readonly order: ChargingOrder;
  readonly deadlineAt: EpochMs;
  /** The rider no longer wants it: should it start all the same, it is stopped. */
  readonly cancelled: boolean;
}

/** Enough of an ended transaction to recognise its repeats. */
export interface ClosedTransaction {
  readonly transactionId: number;
  readonly contentKey: string;
  readonly stopKey: string;
  readonly orderId: string | null;
  readonly accepted: boolean;
}

export interface ChargerState {
  readonly v: 1;
  readonly profile: ChargerProfile | null;
  readonly connectedAt: EpochMs | null;
  readonly disconnectedAt: EpochMs | null;
  readonly booted: boolean;
  readonly firmware: string | null;
  /** Device clock minus ours; 0 while it is within tolerance. */
  readonly clockSkewMs: number;
  readonly outlets: Readonly<Record<number, ReportedOutlet>>;
  readonly sessions: Readonly<Record<number, Session>>;
  readonly strays: readonly StrayTransaction[];
  readonly abandoned: readonly AbandonedStart[];
  readonly closed: readonly ClosedTransaction[];
  /** Orders that must never start here any more. */
  readonly fenced: readonly string[];
  readonly nextTransactionId: number;
  /** When metering was last made durable. */
  readonly meteringCommittedAt: EpochMs | null;
}

export const EMPTY_CHARGER: ChargerState = {
  v: 1,
  profile: null,
  connectedAt: null,
  disconnectedAt: null,
  booted: false,
  firmware: null,
  clockSkewMs: 0,
  outlets: {},
  sessions: {},
  strays: [],
  abandoned: [],
  closed: [],
  fenced: [],
  nextTransactionId: 1,
  meteringCommittedAt: null,
};

/** Things for the shell to do once the new state is committed. */
export type Effect =
  | {
      readonly type: 'remoteStart';
      readonly commandId: string;
      readonly outletNo: number;
      readonly idTag: string;
    }
  | { readonly type: 'remoteStop'; readonly commandId: string; readonly transactionId: number }
  | { readonly type: 'disableOutlet'; readonly commandId: string; readonly outletNo: number }
  | { readonly type: 'emit'; readonly event: ChargerEvent };

export interface Outcome<Reply = undefined> {
  readonly state: ChargerState;
  readonly effects: readonly Effect[];
  /** False when losing this change in a crash would lose nothing that a later reading does not bring back. */
  readonly durable: boolean;
  readonly reply: Reply;
}

export const LIMITS = {
  /** An order older than this is not started any more; fences need to be remembered no longer. */
  startWithin: 10 * MINUTE,
  /** From the rider's start to the device's StartTransaction. */
  startDeadline: 90 * SECOND,
  /** From our RemoteStopTransaction to the device's StopTransaction. */
  stopDeadline: 45 * SECOND,
  stopAttempts: 3,
  /** Before a refused stop is tried again: the transaction may just have ended, its StopTransaction on the way. */
  stopRetryPause: 10 * SECOND,
  /** After a reconnection, for the StopTransaction the device may have queued. */
  reconnectPause: 5 * SECOND,
  /** A stop that stays unanswered this long is given up, so that no money is held for ever (M3). */
  lastResort: 24 * HOUR,
  /** No reading for this long: an operator is told. */
  silence: 60 * MINUTE,
  /** The device says the outlet is free for this long although we think it charges: the session is lost. */
  vanished: 5 * MINUTE,
  /** A repeated 'free' counts only from a device that has been silent this long: some say it while they charge. */
  repeatBelieved: MINUTE,
  /** A battery draws a trickle this long: it is full. */
  trickle: 3 * MINUTE,
  trickleW: 15,
  /** A trickle was the last thing heard this long ago: it is full, and the device does not report a standstill. */
  trickleUnheard: 15 * MINUTE,
  /** A register of 10 Wh steps read every 10 s jumps by 3,600 W; the average over this long tells the power. */
  powerStretch: 5 * MINUTE,
  /** A coarse register that stands still means no power only after this long. */
  powerStandstill: 15 * MINUTE,
  /**
   * A register that gains more than rated power × time × this many percent, and on top of it more than the largest
   * two-wheeler battery takes, is not believed … Time alone cannot convict it: device clocks are wrong, and what is
   * replayed after a dead line arrives squeezed together.
   */
  jumpPercent: 150,
  jumpAllowanceWh: 20_000,
  /** … unless so many readings in a row agree. */
  jumpReadings: 3,
  /** Readings are made durable at least this often while charging. */
  meteringCommit: 25 * MINUTE,
  /** A device clock further off than this is corrected and flagged. */
  clockTolerance: 2 * MINUTE,
  /** Power above rating times this many percent cuts the outlet. */
  overPowerPercent: 115,
  curvePoints: 160,
  closedKept: 60,
  abandonedKept: 20,
  straysKept: 20,
  fencedKept: 40,
  /** No charger has an outlet numbered higher; what a device says of one is not kept. */
  highestOutletNo: 100,
} as const;

/** What D1's readers are told of an outlet. */
export type OutletAvailability = 'free' | 'occupied' | 'reserved' | 'unavailable' | 'faulted' | 'offline';

const AVAILABILITY: Record<OutletStatus, OutletAvailability> = {
  Available: 'free',
  Preparing: 'occupied',
  Charging: 'occupied',
  SuspendedEVSE: 'occupied',
  SuspendedEV: 'occupied',
  Finishing: 'occupied',
  Reserved: 'reserved',
  Unavailable: 'unavailable',
  Faulted: 'faulted',
};

/** How long after a lost socket the charger still counts as online: reconnect storms must not flicker. */
export const OFFLINE_GRACE = 30 * SECOND;

export const isOnline = (state: ChargerState, now: EpochMs): boolean =>
  state.connectedAt !== null && (state.disconnectedAt === null || now < state.disconnectedAt + OFFLINE_GRACE);

/** The whole charger's availability (connector 0, OCPP 1.6 §4.9) overrules its outlets'. */
export function outletAvailability(state: ChargerState, outletNo: number, now: EpochMs): OutletAvailability {
  if (state.sessions[outletNo] !== undefined) return 'occupied';
  if (!isOnline(state, now)) return 'offline';
  const whole = state.outlets[0]?.status;
  if (whole === 'Faulted') return 'faulted';
  if (whole === 'Unavailable') return 'unavailable';
  const reported = state.outlets[outletNo];
  return reported === undefined ? 'unavailable' : AVAILABILITY[reported.status];
}

export interface ChargerProjection {
  readonly online: boolean;
  readonly outlets: readonly OutletAvailability[];
  readonly firmware: string | null;
}

export function projectCharger(state: ChargerState, now: EpochMs): ChargerProjection {
  const count = state.profile?.outlets ?? 0;
  return {
    online: isOnline(state, now),
    outlets: Array.from({ length: count }, (_, index) => outletAvailability(state, index + 1, now)),
    firmware: state.firmware,
  };
}

/** Whether a command sent now reaches the device. */
export const isLinked = (state: ChargerState): boolean =>
  state.connectedAt !== null && state.disconnectedAt === null;

/** What the device says of an outlet in which a transaction draws, or could draw, power. */
export const saysCharging = (status: OutletStatus | undefined): boolean =>
  status === 'Charging' || status === 'SuspendedEV' || status === 'SuspendedEVSE';

/** What the device says of an outlet that has no transaction (OCPP 1.6 §4.9). */
export const saysFree = (status: OutletStatus): boolean =>
  status === 'Available' || status === 'Preparing' || status === 'Finishing';

export const keepLast = <T>(list: readonly T[], item: T, most: number): T[] => [...list, item].slice(-most);

export function withSession(state: ChargerState, session: Session): ChargerState {
  return { ...state, sessions: { ...state.sessions, [session.order.outletNo]: session } };
}

export function withoutSession(state: ChargerState, outletNo: number): ChargerState {
  const { [outletNo]: _gone, ...sessions } = state.sessions;
  return { ...state, sessions };
}

export const sessionOfOrder = (state: ChargerState, orderId: string): Session | undefined =>
  Object.values(state.sessions).find((session) => session.order.orderId === orderId);

/** The device's time in ours, never in the future. */
export const ourTime = (state: ChargerState, at: EpochMs, now: EpochMs): EpochMs =>
  epochMs(Math.min(at - state.clockSkewMs, now));
