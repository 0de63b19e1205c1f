import {
  type ChargerProjection,
  type ChargerState,
  EMPTY_CHARGER,
  type ReportedOutlet,
} from '../../domain/charging/charger-state.ts';
import { extendCurve } from '../../domain/charging/metering.ts';
import { isRunning, type Metering, type RunningSession } from '../../domain/charging/session.ts';
import { type DeviceRecord, NEW_DEVICE } from '../link/device-record.ts';

/** Who made the pile and what runs on it, as its last BootNotification said. */
export type BootInfo = Readonly<Record<string, unknown>>;

/** Everything a charger's object keeps, committed together as one row. */
export interface ChargerRecord extends DeviceRecord {
  readonly charger: ChargerState;
  readonly bootInfo: BootInfo | null;
  /** What D1 was last told of this charger, and how often. */
  readonly projected: ChargerProjection | null;
  readonly projectionSeq: number;
  /** When a difference from `projected` arose; null while there is none. */
  readonly projectionDirtyAt: number | null;
}

export const NEW_CHARGER: ChargerRecord = {
  ...NEW_DEVICE,
  charger: EMPTY_CHARGER,
  bootInfo: null,
  projected: null,
  projectionSeq: 0,
  projectionDirtyAt: null,
};

/** What changes too often to be committed each time; it rides on the device's socket through hibernation. */
export interface ChargerOverlay {
  readonly revision: number;
  readonly metering: Readonly<
    Record<number, { readonly transactionId: number; readonly metering: Metering }>
  >;
  readonly outlets: Readonly<Record<number, ReportedOutlet>>;
  readonly alarmAt: number | null;
}

/** Points that can have come since the last commit; older ones are in the committed row. */
const TAIL = 24;

export function overlayOf({ charger: state, revision, alarmAt }: ChargerRecord): ChargerOverlay {
  const metering: Record<number, { transactionId: number; metering: Metering }> = {};
  for (const [outletNo, session] of Object.entries(state.sessions)) {
    if (isRunning(session)) {
      const { curve } = session.metering;
      metering[Number(outletNo)] = {
        transactionId: session.transactionId,
        metering: { ...session.metering, curve: curve.slice(-TAIL) },
      };
    }
  }
  return { revision, metering, outlets: state.outlets, alarmAt };
}

/** The committed record with the readings that came after it; an overlay older than the commit says nothing new. */
export function withOverlay(record: ChargerRecord, overlay: ChargerOverlay): ChargerRecord {
  if (overlay.revision <= record.revision) return record;
  const sessions = { ...record.charger.sessions };
  for (const [key, session] of Object.entries(sessions)) {
    const fresher = overlay.metering[Number(key)];
    if (!isRunning(session) || fresher?.transactionId !== session.transactionId) continue;
    const curve = fresher.metering.curve.reduce(extendCurve, [...session.metering.curve]);
    sessions[Number(key)] = { ...session, metering: { ...fresher.metering, curve } } as RunningSession;
  }
  return {
    ...record,
    revision: overlay.revision,
    alarmAt: overlay.alarmAt,
    charger: { ...record.charger, sessions, outlets: overlay.outlets },
  };
}
