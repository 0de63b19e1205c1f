import { type ChargeTarget, etaMs } from '../pricing/quote.ts';
import { basisPoints, durationMs, type EpochMs, MINUTE, watt } from '../units.ts';
import { type ChargerState, isOnline, sessionOfOrder } from './charger-state.ts';
import { costSoFar, deliveredWh } from './metering.ts';
import type { ChargingOrder, CurvePoint, RunningSession } from './session.ts';

/** What the rider's screen shows of a running order. Money in fen, energy in Wh, power in W. */
export interface LiveView {
  readonly orderId: string;
  readonly state: 'starting' | 'charging' | 'stopping';
  readonly outletNo: number;
  readonly startedAt: number | null;
  readonly energyWh: number;
  readonly powerW: number;
  readonly temperatureDeciC: number | null;
  readonly electricityFen: number;
  readonly serviceFen: number;
  readonly idleFen: number;
  readonly totalFen: number;
  readonly holdFen: number;
  /** Until the rider's limit at the present power; null when that cannot be told. */
  readonly etaMs: number | null;
  readonly full: boolean;
  readonly stopReason: string | null;
  /** When the meter was last heard, by the platform's clock. */
  readonly heardAt: number | null;
  readonly online: boolean;
  readonly curve: readonly CurvePoint[];
}

/** What an order's screen shows now; null when no live session here is its. */
export function liveView(state: ChargerState, orderId: string, now: EpochMs): LiveView | null {
  const session = sessionOfOrder(state, orderId);
  if (session === undefined) return null;
  const common = {
    orderId,
    outletNo: session.order.outletNo,
    holdFen: session.order.holdFen,
    online: isOnline(state, now),
  };
  if (session.phase === 'starting') {
    return {
      ...common,
      state: 'starting',
      startedAt: null,
      energyWh: 0,
      powerW: 0,
      temperatureDeciC: null,
      electricityFen: 0,
      serviceFen: 0,
      idleFen: 0,
      totalFen: 0,
      etaMs: null,
      full: false,
      stopReason: null,
      heardAt: null,
      curve: [],
    };
  }
  const { metering } = session;
  const cost = costSoFar(session.order, metering);
  return {
    ...common,
    state: session.phase,
    startedAt: session.startedAt,
    energyWh: deliveredWh(metering),
    powerW: metering.powerW,
    temperatureDeciC: metering.temperatureDeciC,
    electricityFen: cost.electricityFen,
    serviceFen: cost.serviceFen,
    idleFen: cost.idleFen,
    totalFen: cost.totalFen,
    etaMs: timeLeft(session),
    full: metering.usage.fullAt !== null || metering.trickleSince !== null,
    stopReason: session.phase === 'stopping' ? session.reason : null,
    heardAt: metering.heardAt,
    curve: metering.curve,
  };
}

function timeLeft({ order, metering }: RunningSession): number | null {
  const target = targetOf(order);
  if (target === null) return null;
  return etaMs(metering.usage, order.rules, target, watt(metering.powerW), {
    memberDiscountBp: basisPoints(order.memberDiscountBp),
  });
}

/** When a battery is full only the battery knows. */
function targetOf({ limit }: ChargingOrder): ChargeTarget | null {
  switch (limit.kind) {
    case 'energy':
      return { kind: 'energy', energyWh: limit.wh };
    case 'minutes':
      return { kind: 'time', durationMs: durationMs(limit.minutes * MINUTE) };
    case 'money':
      return { kind: 'money', amountFen: limit.fen };
    case 'full':
      return null;
  }
}
