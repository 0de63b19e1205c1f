import type { EpochMs } from '../../domain/units.ts';
import { epochMs } from '../../domain/units.ts';

const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt\s](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?$/;

/**
 * Reads an OCPP dateTime; null when it is none. A time without a zone counts as UTC, which OCPP 1.6
 * §3.14 strongly recommends: reading it in a local zone would move sessions by hours. Fractions
 * beyond the millisecond are cut, a leap second becomes the second after it.
 */
export function readTimestamp(text: string): EpochMs | null {
  const match = ISO_8601.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, zoneHours, zoneMinutes] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  if (Number(zoneHours ?? 0) > 23 || Number(zoneMinutes ?? 0) > 59) return null;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // The platform rolls 31 February over to March, and years below 100 into the last century; neither is a date.
  const rolled = new Date(midnight);
  if (rolled.getUTCDate() !== Number(day) || rolled.getUTCMonth() !== Number(month) - 1) return null;
  if (rolled.getUTCFullYear() !== Number(year)) return null;
  const time = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  const zone = (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0)) * 60 * (sign === '-' ? -1 : 1);
  const millis = fraction === undefined ? 0 : Math.floor(Number(`0${fraction}`) * 1000 + 1e-6);
  return epochMs(midnight + (time - zone) * 1000 + Math.min(millis, 999));
}

/** Writes a moment the way every OCPP version reads it: ISO 8601, UTC, milliseconds, `Z`. */
export function writeTimestamp(at: EpochMs): string {
  return new Date(at).toISOString();
}
