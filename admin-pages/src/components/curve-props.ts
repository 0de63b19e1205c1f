import type { CurvePoint } from '../api/charger-live.ts';

export interface CurveProps {
  readonly points: readonly CurvePoint[];
  /** When the session began, UTC epoch ms. */
  readonly startedAt: number;
  readonly height?: number;
}
