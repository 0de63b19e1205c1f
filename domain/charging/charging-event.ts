import type { Usage } from '../pricing/usage.ts';
import type { CurvePoint, EndReason, StartFailure } from './session.ts';

/** Why an operator should look at an order. */
export type AttentionReason =
  | 'no-readings'
  | 'stop-unanswered'
  | 'meter-reset'
  | 'meter-jump'
  | 'vanished'
  | 'safety-stop';

/** Told to the commercial side through the settlement queue; every one is applied idempotently by order. */
export type SettlementEvent =
  | { readonly type: 'charging.started'; readonly orderId: string; readonly at: number }
  | {
      readonly type: 'charging.start-failed';
      readonly orderId: string;
      readonly reason: StartFailure;
      readonly at: number;
    }
  | {
      readonly type: 'charging.ended';
      readonly orderId: string;
      readonly reason: EndReason;
      readonly startedAt: number;
      readonly endedAt: number;
      readonly meterStartWh: number;
      readonly meterStopWh: number;
      readonly transactionId: number;
      readonly usage: Usage;
      readonly curve: readonly CurvePoint[];
      /** True when the start reached us only after the hold had been released. */
      readonly late: boolean;
    }
  | {
      readonly type: 'charging.quarantined';
      readonly id: string;
      readonly outletNo: number;
      readonly idTag: string;
      readonly orderId: string | null;
      readonly startedAt: number;
      readonly endedAt: number;
      readonly energyWh: number;
      readonly reason: QuarantineReason;
      readonly evidence: Record<string, unknown>;
    }
  | {
      readonly type: 'charging.attention';
      readonly orderId: string;
      readonly reason: AttentionReason;
      readonly at: number;
    };

/** `displaced`: it began in time for its order, but the outlet has another rider's session by now. */
export type QuarantineReason = 'unknown-tag' | 'started-after-deadline' | 'unknown-transaction' | 'displaced';

export type AlarmKind =
  | 'over-power'
  | 'over-temperature'
  | 'over-time'
  | 'stop-unanswered'
  | 'outlet-faulted'
  | 'clock-skew';

/** Told to the operators through the device-events queue. */
export interface AlarmEvent {
  readonly type: 'charger.alarm';
  readonly kind: AlarmKind;
  readonly severity: 'critical' | 'major' | 'minor';
  readonly outletNo: number | null;
  readonly detail: Record<string, unknown>;
  readonly at: number;
}

export type ChargerEvent = SettlementEvent | AlarmEvent;
