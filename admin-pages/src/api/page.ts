/** A page of a list; `nextCursor` is null on the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** The most a page may have. */
export const LARGEST_PAGE = 100;

export interface Counted {
  readonly count: number;
  /** True when there are more than were counted. */
  readonly more: boolean;
}

/** Counts what `readPage` lists while `counts` holds, and stops after `mostPages`. */
export async function countListed<Item>(
  readPage: (cursor: string | undefined) => Promise<Page<Item>>,
  mostPages: number,
  counts: (item: Item) => boolean = () => true,
): Promise<Counted> {
  let count = 0;
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { items, nextCursor } = await readPage(cursor);
    for (const item of items) {
      if (!counts(item)) return { count, more: false };
      count += 1;
    }
    if (nextCursor === null) return { count, more: false };
    cursor = nextCursor;
  }
  return { count, more: true };
}
