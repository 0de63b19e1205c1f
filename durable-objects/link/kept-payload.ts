import { maskFrame } from '../../protocols/ocpp/masking.ts';

/**
 * A payload as it may be kept: without secrets, and at most 4 KB. All an object knows is one row, which ends at 2 MB;
 * a device that talks much must not fill it. What is longer is kept as the beginning of its text.
 */
export function keptPayload(payload: unknown): unknown {
  const masked = maskFrame(JSON.stringify(payload ?? null));
  try {
    return JSON.parse(masked);
  } catch {
    return masked;
  }
}
