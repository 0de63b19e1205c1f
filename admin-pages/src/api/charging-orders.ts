import { callApi } from './call-api.ts';
import type { CurvePoint } from './charger-live.ts';
import type { Page } from './page.ts';

export const ORDER_STATES = [
  'starting',
  'charging',
  'start_failed',
  'completed',
  'quarantined',
  'closed',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export type ChargingLimit =
  | { readonly kind: 'full' }
  | { readonly kind: 'money'; readonly fen: number }
  | { readonly kind: 'energy'; readonly wh: number }
  | { readonly kind: 'minutes'; readonly minutes: number };

export interface BillLine {
  readonly kind: string;
  readonly part: 'electricity' | 'service' | 'idle';
  readonly label: string;
  readonly quantity: number;
  readonly unit: 'Wh' | 'ms' | 'order';
  /** 1/100 fen per kWh, hour or order. */
  readonly rateCentiFen: number;
  readonly amountFen: number;
}

export interface Bill {
  readonly totalFen: number;
  readonly electricityFen: number;
  readonly serviceFen: number;
  readonly idleFen: number;
  readonly discountFen: number;
  readonly waivedFen: number;
  readonly refundedFen: number;
  readonly energyWh: number;
  readonly durationMs: number;
  readonly lines: readonly BillLine[];
  readonly issuedAt: number;
}

export interface ChargingOrder {
  readonly id: string;
  readonly state: OrderState;
  readonly siteId: string;
  readonly siteName: string | null;
  readonly chargerId: string;
  readonly outletNo: number;
  readonly limit: ChargingLimit;
  readonly tariffVersionId: string;
  readonly holdFen: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly endReason: string | null;
  readonly energyWh: number | null;
  readonly totalFen: number | null;
  readonly bill: Bill | null;
  readonly riderId: string;
  /** Why somebody should look at it. */
  readonly attention: string | null;
}

export type OpenOrder = ChargingOrder & { readonly stuckReason: string | null };
export type OrderDetail = ChargingOrder & { readonly curve: readonly CurvePoint[] };

export interface OrderFilter {
  readonly siteId?: string | undefined;
  readonly riderId?: string | undefined;
  readonly state?: OrderState | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number;
}

export interface OpenOrderFilter {
  readonly stuck: 'true' | 'false';
  readonly cursor?: string | undefined;
  readonly limit?: number;
}

/** What an order is closed on when its charger cannot say: times in epoch ms, energy in Wh. */
export interface Evidence {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly energyWh: number;
  readonly reason: string;
}

export interface Refund {
  readonly electricityFen: number;
  readonly serviceFen: number;
  readonly memo: string;
}

const pathOf = (orderId: string): string => `/v1/admin/charging-orders/${encodeURIComponent(orderId)}`;

export const listOrders = (filter: OrderFilter, signal: AbortSignal): Promise<Page<ChargingOrder>> =>
  callApi('/v1/admin/charging-orders', { query: { ...filter }, signal });

/** Orders that are not settled yet. */
export const listOpenOrders = (filter: OpenOrderFilter, signal: AbortSignal): Promise<Page<OpenOrder>> =>
  callApi('/v1/admin/live/charging-orders', { query: { ...filter }, signal });

export const readOrder = (orderId: string, signal: AbortSignal): Promise<OrderDetail> =>
  callApi(pathOf(orderId), { signal });

export const stopCharge = (orderId: string, reason: string): Promise<ChargingOrder> =>
  callApi(`${pathOf(orderId)}/stop`, { method: 'POST', body: { reason } });

export const retrySettlement = (
  orderId: string,
): Promise<{ readonly outcome: 'settled' | 'released' | 'live' }> =>
  callApi(`${pathOf(orderId)}/retry-settlement`, { method: 'POST' });

export const closeOrder = (orderId: string, evidence: Evidence): Promise<ChargingOrder> =>
  callApi(`${pathOf(orderId)}/close`, { method: 'POST', body: evidence });

export const refundOrder = (
  orderId: string,
  refund: Refund,
  idempotencyKey: string,
): Promise<ChargingOrder> =>
  callApi(`${pathOf(orderId)}/refund`, { method: 'POST', body: refund, idempotencyKey });
