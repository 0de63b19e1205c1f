import { callApi } from './call-api.ts';
import type { Page } from './page.ts';

export const AVAILABILITIES = ['free', 'occupied', 'reserved', 'unavailable', 'faulted', 'offline'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

export interface Charger {
  readonly id: string;
  readonly name: string;
  readonly serial: string;
  readonly modelId: string;
  readonly siteId: string;
  readonly status: 'active' | 'decommissioned';
  readonly createdAt: number;
  readonly dtuNumber: number | null;
  readonly online: boolean;
  readonly outlets: number;
  readonly outletsFree: number;
  readonly outletStates: readonly Availability[];
  /** When the device side last changed, UTC epoch ms; 0: never. */
  readonly projectedAt: number;
  readonly firmware: string | null;
}

export interface ChargerFilter {
  readonly siteId?: string | undefined;
  readonly status?: Charger['status'] | undefined;
  readonly online?: 'true' | 'false' | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number;
}

export interface DeviceCommand {
  readonly commandId: string;
  readonly action: string;
  readonly status: 'pending' | 'answered' | 'error' | 'timeout' | 'offline' | 'lost';
  /** A staff id, or `platform`. */
  readonly by: string;
  readonly requestedAt: number;
  readonly answeredAt: number | null;
  readonly payload: unknown;
  readonly response: unknown;
}

export type Facts = Readonly<Record<string, unknown>>;

const pathOf = (chargerId: string): string => `/v1/admin/chargers/${encodeURIComponent(chargerId)}`;

export const listChargers = (filter: ChargerFilter, signal: AbortSignal): Promise<Page<Charger>> =>
  callApi('/v1/admin/chargers', { query: { ...filter }, signal });

export const readCharger = (chargerId: string, signal: AbortSignal): Promise<Charger> =>
  callApi(pathOf(chargerId), { signal });

/** The last commands, newest last. */
export const listCommands = async (
  chargerId: string,
  signal: AbortSignal,
): Promise<readonly DeviceCommand[]> =>
  (await callApi<{ items: readonly DeviceCommand[] }>(`${pathOf(chargerId)}/commands`, { signal })).items;

/** Sends an OCPP 1.6 operation and waits for what the device answers. */
export const sendCommand = (
  chargerId: string,
  action: string,
  payload: Facts,
): Promise<{ readonly commandId: string; readonly response: Facts }> =>
  callApi(`${pathOf(chargerId)}/commands`, { method: 'POST', body: { action, payload } });
