import { z } from '@hono/zod-openapi';

/** Query parameters of every list: a keyset cursor and a bounded page size. */
export const PageQuery = z.object({
  cursor: z
    .string()
    .max(400)
    .optional()
    .openapi({ description: 'Opaque; from `nextCursor` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(100).default(20).openapi({ example: 20 }),
});

/** A page of a list; `nextCursor` is null on the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** Cuts `limit + 1` rows to a page; the cursor is the key of its last row. */
export function toPage<Row>(rows: readonly Row[], limit: number, key: (row: Row) => string) {
  const items = rows.slice(0, limit);
  const last = items[items.length - 1];
  return { items, nextCursor: rows.length > limit && last !== undefined ? key(last) : null };
}
