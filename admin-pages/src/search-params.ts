/** What the address says after its `?`, as plain text: `?site=SITE01&online=yes`. */
export type SearchText = Readonly<Record<string, unknown>>;

export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

export function stringifySearch(search: SearchText): string {
  const given = Object.entries(search).flatMap(([name, value]) =>
    value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

export const textIn = (search: SearchText, name: string): string | undefined => {
  const value = search[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** One of the allowed words, or nothing. */
export function oneOf<const Word extends string>(
  search: SearchText,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const value = search[name];
  return words.find((word) => word === value);
}

/** A page's filters out of the address; whoever links to the page may leave out any. */
export const readFilters =
  <Filters extends object>(read: (search: SearchText) => Filters) =>
  (search: SearchText): Partial<Filters> =>
    read(search);
