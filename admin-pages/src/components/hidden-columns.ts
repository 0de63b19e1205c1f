import { storedValue, useStored } from '../preferences/stored-value.ts';

const hiddenColumns = storedValue<Readonly<Record<string, readonly string[]>>>(
  'dianyi.hidden-columns',
  (stored) => (typeof stored === 'object' && stored !== null ? { ...stored } : {}),
);

/** The columns of a list that this person does not want to see. */
export function useHiddenColumns(
  list: string,
): readonly [readonly string[], (keys: readonly string[]) => void] {
  const all = useStored(hiddenColumns);
  const keys = all[list];
  return [
    Array.isArray(keys) ? keys : [],
    (hidden) => hiddenColumns.write({ ...hiddenColumns.read(), [list]: hidden }),
  ];
}
