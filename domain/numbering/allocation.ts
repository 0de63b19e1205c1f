import { ok, type Result, refuse } from '../errors.ts';
import { capacityOf, NETWORK_NUMBER_RANGES, type NetworkNumberKind } from './network-number.ts';

export interface Allocation {
  /** The new numbers, ascending. */
  readonly numbers: readonly number[];
  /** The new high-water mark: the highest number allocation has passed. */
  readonly highWater: number;
}

/**
 * Allocates `count` numbers of a kind, ascending from the high-water mark (null: nothing allocated yet), stepping
 * over the imported ones in `taken`. Nothing at or below the mark is ever given out again, whatever was
 * decommissioned. All or nothing: `network_numbers_exhausted` tells how many are `left`.
 */
export function nextNumbers(input: {
  readonly kind: NetworkNumberKind;
  readonly highWater: number | null;
  readonly count: number;
  readonly taken: ReadonlySet<number>;
}): Result<Allocation> {
  const { kind, highWater, count, taken } = input;
  if (!Number.isSafeInteger(count) || count < 1) return refuse('invalid_request', { reason: 'count', count });
  const { first, last } = NETWORK_NUMBER_RANGES[kind];
  const start = highWater ?? first - 1;
  if (!Number.isSafeInteger(start) || start < first - 1 || start > last)
    return refuse('network_number_invalid', { reason: 'high_water', kind, highWater });

  let left = last - start;
  for (const number of taken) if (number > start && number <= last) left -= 1;
  if (count > left) return refuse('network_numbers_exhausted', { kind, asked: count, left });

  const numbers: number[] = [];
  let mark = start;
  while (numbers.length < count) {
    mark += 1;
    if (!taken.has(mark)) numbers.push(mark);
  }
  return ok({ numbers, highWater: mark });
}

export interface NumberUsage {
  readonly kind: NetworkNumberKind;
  readonly capacity: number;
  readonly allocated: number;
  readonly left: number;
  /** True from 90 % of the capacity on. */
  readonly alert: boolean;
}

/** How far a kind's numbers are used up; `allocatedCount` counts allocated, imported and decommissioned ones. */
export function usage(kind: NetworkNumberKind, allocatedCount: number): NumberUsage {
  const capacity = capacityOf(kind);
  return {
    kind,
    capacity,
    allocated: allocatedCount,
    left: Math.max(0, capacity - allocatedCount),
    alert: allocatedCount * 10 >= capacity * 9,
  };
}
