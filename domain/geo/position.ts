/** A WGS-84 position in integer micro-degrees (1e-6 °): latitude −90,000,000…90,000,000, longitude ±180,000,000. */
export interface Position {
  readonly latE6: number;
  readonly lngE6: number;
}

/** Mean radius of the earth in metres (IUGG R1). */
export const EARTH_RADIUS_METERS = 6_371_008.8;

const RADIANS_PER_E6 = Math.PI / 180e6;

/** Micro-degrees as radians. */
export const radians = (degreesE6: number): number => degreesE6 * RADIANS_PER_E6;

/** Great-circle distance in whole metres (haversine; within 0.6 % of the ellipsoid). */
export function distanceMeters(a: Position, b: Position): number {
  const sinLat = Math.sin(radians(b.latE6 - a.latE6) / 2);
  const sinLng = Math.sin(radians(b.lngE6 - a.lngE6) / 2);
  const chord = sinLat * sinLat + Math.cos(radians(a.latE6)) * Math.cos(radians(b.latE6)) * sinLng * sinLng;
  return Math.round(2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1, Math.sqrt(chord))));
}
