import type { EpochMs } from '../units.ts';
import { epochMs, MINUTE, SECOND } from '../units.ts';
import type { ChargerEvent } from './charging-event.ts';
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
  readonly reason: 'unknown-tag' | 'started-after-deadline';
  readonly orderId: string | null;
  readonly accepted: boolean;
}

/** An order whose start was given up; its device may still tell us that it did start. */
export interface AbandonedStart {
  readonly order: ChargingOrder;
  readonly deadlineAt: EpochMs;
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
  /** From the rider's start to the device's StartTransaction. */
  startDeadline: 90 * SECOND,
  /** From our RemoteStopTransaction to the device's StopTransaction. */
  stopDeadline: 45 * SECOND,
  stopAttempts: 3,
  /** No reading for this long: an operator is told. */
  silence: 60 * MINUTE,
  /** The device says the outlet is free for this long although we think it charges: the session is lost. */
  vanished: 5 * MINUTE,
  /** A battery draws a trickle this long: it is full. */
  trickle: 3 * MINUTE,
  trickleW: 15,
  /** Readings are made durable at least this often while charging. */
  meteringCommit: 20 * MINUTE,
  /** A device clock further off than this is corrected and flagged. */
  clockTolerance: 2 * MINUTE,
  /** Power above rating times this many percent cuts the outlet. */
  overPowerPercent: 115,
  curvePoints: 160,
  closedKept: 60,
  abandonedKept: 20,
  straysKept: 20,
  fencedKept: 40,
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
