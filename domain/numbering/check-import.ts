import { type NetworkNumberKind, parseNetworkNumber } from './network-number.ts';

export type ImportRow =
  | { readonly row: number; readonly text: string; readonly verdict: 'accepted'; readonly number: number }
  | {
      readonly row: number;
      readonly text: string;
      readonly verdict: 'malformed' | 'out_of_range' | 'wrong_kind';
    }
  | { readonly row: number; readonly text: string; readonly verdict: 'taken'; readonly number: number }
  | {
      readonly row: number;
      readonly text: string;
      readonly verdict: 'duplicate';
      readonly number: number;
      /** The row of this list that named the number first. */
      readonly firstRow: number;
    };

/**
 * Judges a list of numbers to import, row by row (rows count from 1): malformed, out of range, of another kind
 * than asked for, already taken on the platform, or named earlier in the same list. Only the first mention of
 * a free number is accepted.
 */
export function checkImport(input: {
  readonly kind: NetworkNumberKind;
  readonly texts: readonly string[];
  readonly taken: ReadonlySet<number>;
}): ImportRow[] {
  const firstRows = new Map<number, number>();
  return input.texts.map((text, index): ImportRow => {
    const row = index + 1;
    const parsed = parseNetworkNumber(text, input.kind);
    if (!parsed.ok) {
      const reason = parsed.error.details?.reason;
      const verdict = reason === 'out_of_range' || reason === 'wrong_kind' ? reason : 'malformed';
      return { row, text, verdict };
    }
    const { number } = parsed.value;
    const firstRow = firstRows.get(number);
    if (firstRow !== undefined) return { row, text, verdict: 'duplicate', number, firstRow };
    firstRows.set(number, row);
    return { row, text, verdict: input.taken.has(number) ? 'taken' : 'accepted', number };
  });
}
