import { useInfiniteQuery } from '@tanstack/react-query';
import type { Page } from '../api/page.ts';

export interface ListedRows<Row> {
  /** Null until the first page is there. */
  readonly rows: readonly Row[] | null;
  /** How many there are before `keep` has sorted out. */
  readonly loadedCount: number;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly refreshing: boolean;
  readonly failure: Error | null;
  /** When the rows came, by this browser's clock. */
  readonly updatedAt: number | null;
  loadMore(): void;
  retry(): void;
}

interface ListedRowsOptions<Row> {
  readonly queryKey: readonly unknown[];
  readonly readPage: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Row>>;
  /** Asks again this often, for every page that is loaded. */
  readonly everyMs?: number;
  /** Sorts out among the loaded rows. */
  readonly keep?: (row: Row) => boolean;
}

/** The rows of a keyset-paged list. */
export function useListedRows<Row>({
  queryKey,
  readPage,
  everyMs,
  keep,
}: ListedRowsOptions<Row>): ListedRows<Row> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => readPage(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: everyMs ?? false,
  });
  const loaded = query.data?.pages.flatMap(({ items }) => items);
  return {
    rows: loaded === undefined ? null : keep === undefined ? loaded : loaded.filter(keep),
    loadedCount: loaded?.length ?? 0,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    refreshing: query.isFetching,
    failure: query.error,
    updatedAt: query.dataUpdatedAt === 0 ? null : query.dataUpdatedAt,
    loadMore: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
}
