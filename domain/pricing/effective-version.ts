import type { EpochMs } from '../units.ts';
import type { TariffVersion } from './tariff.ts';

/**
 * The newest version in force at a moment, or null while every version is still ahead. Of two versions that
 * start at the same moment the one later in the list wins: a correction is appended, never edited in.
 */
export function effectiveVersion<V extends Pick<TariffVersion, 'effectiveFrom'>>(
  versions: readonly V[],
  at: EpochMs,
): V | null {
  let inForce: V | null = null;
  for (const version of versions) {
    if (version.effectiveFrom > at) continue;
    if (inForce === null || version.effectiveFrom >= inForce.effectiveFrom) inForce = version;
  }
  return inForce;
}
