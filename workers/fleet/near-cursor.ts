import { z } from '@hono/zod-openapi';
import type { Position } from '../../domain/geo/position.ts';
import { ApiError } from '../api-error.ts';

/** Nobody pushes an empty scooter farther than this. */
export const FARTHEST_METERS = 30_000;

/** Where a "near me" page ended. It keeps its origin, so that a rider who walks on sees no site twice. */
export interface NearCursor {
  readonly origin: Position;
  readonly meters: number;
  readonly id: string;
  /** Sites per km² of the page before: how far to look for the next. */
  readonly sitesPerKm2: number;
}

const Encoded = z.strictObject({
  o: z.tuple([z.number().int().min(-90e6).max(90e6), z.number().int().min(-180e6).max(180e6)]),
  d: z.number().int().min(0).max(FARTHEST_METERS),
  id: z.string().max(64),
  k: z.number().min(0).max(1e9),
});

export function encodeNearCursor({ origin, meters, id, sitesPerKm2 }: NearCursor): string {
  const k = Number(sitesPerKm2.toPrecision(3));
  const encoded: z.infer<typeof Encoded> = { o: [origin.latE6, origin.lngE6], d: meters, id, k };
  return btoa(JSON.stringify(encoded)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Refuses `invalid_cursor`. */
export function decodeNearCursor(text: string): NearCursor {
  try {
    const { o, d, id, k } = Encoded.parse(JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/'))));
    return { origin: { latE6: o[0], lngE6: o[1] }, meters: d, id, sitesPerKm2: k };
  } catch {
    throw new ApiError('invalid_cursor');
  }
}
