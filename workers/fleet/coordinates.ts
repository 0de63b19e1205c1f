import { z } from '@hono/zod-openapi';
import gcoord from 'gcoord';
import type { Position } from '../../domain/geo/position.ts';

/** WGS-84 is what satellites and the database mean; GCJ-02 is what maps in China draw. */
export const CoordinateSystem = z.enum(['wgs84', 'gcj02']);
export type CoordinateSystem = z.infer<typeof CoordinateSystem>;

const Latitude = z.number().min(-90).max(90);
const Longitude = z.number().min(-180).max(180);

/** A point as people and maps give it, in degrees. */
export const Point = z.strictObject({ lat: Latitude, lng: Longitude, system: CoordinateSystem });

export const LatLng = z.object({ lat: z.number(), lng: z.number() });
export type LatLng = z.infer<typeof LatLng>;

export const PositionView = z
  .object({ wgs84: LatLng, gcj02: LatLng })
  .openapi('Position', { description: 'The same place in both coordinate systems, in degrees.' });

/** A given point as it is stored: WGS-84 in micro-degrees. */
export function toPosition({ lat, lng, system }: z.infer<typeof Point>): Position {
  const [wgsLng, wgsLat] =
    system === 'wgs84' ? [lng, lat] : gcoord.transform([lng, lat], gcoord.GCJ02, gcoord.WGS84);
  return { latE6: Math.round(wgsLat * 1e6), lngE6: Math.round(wgsLng * 1e6) };
}

/** A stored position in degrees of the system asked for, to a micro-degree. */
export function fromPosition({ latE6, lngE6 }: Position, system: CoordinateSystem): LatLng {
  if (system === 'wgs84') return { lat: latE6 / 1e6, lng: lngE6 / 1e6 };
  const [lng, lat] = gcoord.transform([lngE6 / 1e6, latE6 / 1e6], gcoord.WGS84, gcoord.GCJ02);
  return { lat: Math.round(lat * 1e6) / 1e6, lng: Math.round(lng * 1e6) / 1e6 };
}

export const bothSystems = (position: Position): z.infer<typeof PositionView> => ({
  wgs84: fromPosition(position, 'wgs84'),
  gcj02: fromPosition(position, 'gcj02'),
});
