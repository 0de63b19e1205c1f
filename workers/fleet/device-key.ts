import { sha256 } from '../identifiers.ts';

/**
 * The stored form of a device's key: salted SHA-256. Device keys are random and long, so a slow hash would only make
 * a thousand reconnecting chargers wait; nothing a person chose is kept this way.
 */
export const hashDeviceKey = (salt: string, key: string): Promise<string> => sha256(`${salt}:${key}`);

/** Compares two hex digests without telling by its duration where they differ. */
export function sameDigest(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1)
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}
