import { callApi } from './call-api.ts';
import type { Page } from './page.ts';

export const SEVERITIES = ['critical', 'major', 'minor'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Alarm {
  readonly id: string;
  readonly chargerId: string;
  readonly siteId: string;
  readonly outletNo: number | null;
  readonly kind: string;
  readonly severity: Severity;
  readonly detail: Readonly<Record<string, unknown>>;
  /** UTC, epoch ms. */
  readonly at: number;
}

export interface AlarmFilter {
  readonly siteId?: string | undefined;
  readonly chargerId?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number;
}

export const listAlarms = (filter: AlarmFilter, signal: AbortSignal): Promise<Page<Alarm>> =>
  callApi('/v1/admin/alarms', { query: { ...filter }, signal });
