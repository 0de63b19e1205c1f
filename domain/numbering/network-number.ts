import { ok, type Result, refuse } from '../errors.ts';

export type NetworkNumberKind = 'dtu' | 'battery' | 'tbox';

/**
 * The network number plan (网络编号), bounds inclusive. The plan leaves TBOX open above; 99,999,999 is the
 * platform's choice: eight digits still fit a label and a rider's dictation, and 95 million are enough.
 */
export const NETWORK_NUMBER_RANGES = {
  dtu: { first: 20_001, last: 200_000 },
  battery: { first: 200_001, last: 5_000_000 },
  tbox: { first: 5_000_001, last: 99_999_999 },
} as const satisfies Record<NetworkNumberKind, { readonly first: number; readonly last: number }>;

export const NETWORK_NUMBER_KINDS: readonly NetworkNumberKind[] = ['dtu', 'battery', 'tbox'];

/** A well-formed number together with the kind it tells. */
export interface NetworkNumber {
  readonly number: number;
  readonly kind: NetworkNumberKind;
}

/** How many numbers the plan has for a kind. */
export function capacityOf(kind: NetworkNumberKind): number {
  const { first, last } = NETWORK_NUMBER_RANGES[kind];
  return last - first + 1;
}

/** The kind a number tells, or null when it is no network number at all. */
export function kindOfNetworkNumber(number: number): NetworkNumberKind | null {
  if (!Number.isSafeInteger(number)) return null;
  for (const kind of NETWORK_NUMBER_KINDS) {
    const { first, last } = NETWORK_NUMBER_RANGES[kind];
    if (number >= first && number <= last) return kind;
  }
  return null;
}

/**
 * Reads a network number from text: ASCII digits only, no leading zero, sign, space or full-width digit.
 * Refuses with `network_number_invalid` and a `reason`: `format`, `out_of_range`, or, when a kind is expected,
 * `wrong_kind`.
 */
export function parseNetworkNumber(text: string, expected?: NetworkNumberKind): Result<NetworkNumber> {
  if (!/^[1-9][0-9]*$/.test(text)) return refuse('network_number_invalid', { reason: 'format' });
  const number = Number(text);
  const kind = kindOfNetworkNumber(number);
  if (kind === null) return refuse('network_number_invalid', { reason: 'out_of_range' });
  if (expected !== undefined && kind !== expected)
    return refuse('network_number_invalid', { reason: 'wrong_kind', kind, expected });
  return ok({ number, kind });
}
