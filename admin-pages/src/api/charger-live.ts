import { callApi } from './call-api.ts';
import type { Availability, Facts } from './chargers.ts';

/** `[ms since the session began, W, Wh since the session began]`. */
export type CurvePoint = readonly [number, number, number];

/** A running order. Money in fen, energy in Wh, power in W. */
export interface LiveSession {
  readonly orderId: string;
  readonly state: 'starting' | 'charging' | 'stopping';
  readonly outletNo: number;
  readonly startedAt: number | null;
  readonly energyWh: number;
  readonly powerW: number;
  /** Tenths of a degree Celsius. */
  readonly temperatureDeciC: number | null;
  readonly electricityFen: number;
  readonly serviceFen: number;
  readonly idleFen: number;
  readonly totalFen: number;
  readonly holdFen: number;
  readonly etaMs: number | null;
  readonly full: boolean;
  readonly stopReason: string | null;
  /** When the meter was last heard, by the platform's clock. */
  readonly heardAt: number | null;
  readonly online: boolean;
  readonly curve: readonly CurvePoint[];
}

export interface LiveOutlet {
  readonly outletNo: number;
  /** As the device last reported it, in the words of OCPP. */
  readonly status: string | null;
  readonly errorCode: string | null;
  readonly availability: Availability;
  readonly session: LiveSession | null;
}

/** What a charger is doing at one moment. */
export interface LiveCharger {
  readonly chargerId: string | null;
  readonly connected: boolean;
  readonly online: boolean;
  readonly booted: boolean;
  readonly connectedAt: number | null;
  readonly disconnectedAt: number | null;
  readonly clockSkewMs: number;
  readonly firmware: string | null;
  readonly bootInfo: Facts | null;
  readonly outlets: readonly LiveOutlet[];
  readonly notices: readonly { readonly at: number; readonly action: string; readonly payload: unknown }[];
  readonly commandsWaiting: number;
  readonly eventsWaiting: number;
  readonly malformedMessages: number;
}

const pathOf = (chargerId: string): string => `/v1/admin/chargers/${encodeURIComponent(chargerId)}/live`;

export const readLiveCharger = (chargerId: string): Promise<LiveCharger> => callApi(pathOf(chargerId));

/** Opens the socket on which every change of the charger arrives; a browser shows its token as a subprotocol. */
export const openLiveSocket = (chargerId: string, token: string): WebSocket =>
  new WebSocket(`${location.origin.replace(/^http/, 'ws')}${pathOf(chargerId)}`, ['bearer', token]);

/** The charger in a message of that socket; null for a message of another kind. */
export function chargerInMessage(text: unknown): LiveCharger | null {
  if (typeof text !== 'string') return null;
  try {
    const message = JSON.parse(text) as { readonly type?: string; readonly charger?: LiveCharger } | null;
    return message?.type === 'charger' ? (message.charger ?? null) : null;
  } catch {
    return null;
  }
}
