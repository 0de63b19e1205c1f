import { type DeviceCalls, NO_CALLS } from './device-calls.ts';
import { EMPTY_OUTBOX, type Outbox } from './outbox.ts';

/** What the device says of its own jobs (firmware, diagnostics, security events). */
export interface DeviceNotice {
  readonly at: number;
  readonly action: string;
  readonly payload: unknown;
}

/** What every device's object keeps, whatever the device is; committed with the rest of its state as one row. */
export interface DeviceRecord {
  readonly v: 1;
  /** Counts every change, committed or not, so that an overlay can tell whether it is the fresher one. */
  readonly revision: number;
  readonly calls: DeviceCalls;
  readonly outbox: Outbox;
  readonly connection: number;
  readonly notices: readonly DeviceNotice[];
  readonly alarmAt: number | null;
  readonly framesUntil: number | null;
}

export const NEW_DEVICE: DeviceRecord = {
  v: 1,
  revision: 0,
  calls: NO_CALLS,
  outbox: EMPTY_OUTBOX,
  connection: 0,
  notices: [],
  alarmAt: null,
  framesUntil: null,
};

const NOTICES_KEPT = 30;

export const withNotice = <Record extends DeviceRecord>(record: Record, notice: DeviceNotice): Record => ({
  ...record,
  notices: [...record.notices, notice].slice(-NOTICES_KEPT),
});
