import { isOnline, outletAvailability } from '../../domain/charging/charger-state.ts';
import { type LiveView, liveView } from '../../domain/charging/live-view.ts';
import type { EpochMs } from '../../domain/units.ts';
import type { DeviceNotice } from '../link/device-record.ts';
import type { BootInfo, ChargerRecord } from './charger-record.ts';

/** What an operator sees of one charger at this moment. */
export interface ChargerSnapshot {
  readonly chargerId: string | null;
  readonly connected: boolean;
  readonly online: boolean;
  readonly booted: boolean;
  readonly connectedAt: number | null;
  readonly disconnectedAt: number | null;
  readonly clockSkewMs: number;
  readonly firmware: string | null;
  readonly bootInfo: BootInfo | null;
  readonly outlets: readonly {
    readonly outletNo: number;
    readonly status: string | null;
    readonly errorCode: string | null;
    readonly availability: string;
    readonly session: LiveView | null;
  }[];
  readonly notices: readonly DeviceNotice[];
  readonly commandsWaiting: number;
  readonly eventsWaiting: number;
  /** Messages that could not be understood, since the object last woke. */
  readonly malformedMessages: number;
  readonly framesUntil: number | null;
}

export function chargerSnapshot(
  record: ChargerRecord,
  connected: boolean,
  malformedMessages: number,
  now: EpochMs,
): ChargerSnapshot {
  const { charger } = record;
  const count = charger.profile?.outlets ?? 0;
  return {
    chargerId: charger.profile?.chargerId ?? null,
    connected,
    online: isOnline(charger, now),
    booted: charger.booted,
    connectedAt: charger.connectedAt,
    disconnectedAt: charger.disconnectedAt,
    clockSkewMs: charger.clockSkewMs,
    firmware: charger.firmware,
    bootInfo: record.bootInfo,
    outlets: Array.from({ length: count }, (_, index) => {
      const outletNo = index + 1;
      const session = charger.sessions[outletNo];
      return {
        outletNo,
        status: charger.outlets[outletNo]?.status ?? null,
        errorCode: charger.outlets[outletNo]?.errorCode ?? null,
        availability: outletAvailability(charger, outletNo, now),
        session: session === undefined ? null : liveView(charger, session.order.orderId, now),
      };
    }),
    notices: record.notices,
    commandsWaiting: record.calls.waiting.length + (record.calls.inFlight === null ? 0 : 1),
    eventsWaiting: record.outbox.items.length,
    malformedMessages,
    framesUntil: record.framesUntil,
  };
}
