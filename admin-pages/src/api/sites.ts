import { callApi } from './call-api.ts';
import { LARGEST_PAGE, type Page } from './page.ts';

export interface Site {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly status: 'open' | 'closed';
}

/** Enough for a filter to choose from; a larger fleet is found by typing. */
const MOST_PAGES = 5;

/** The sites in scope, up to some hundreds. */
export async function listSites(signal: AbortSignal): Promise<readonly Site[]> {
  const found: Site[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await callApi<Page<Site>>('/v1/admin/sites', {
      query: { limit: LARGEST_PAGE, cursor },
      signal,
    });
    found.push(...answer.items);
    if (answer.nextCursor === null) break;
    cursor = answer.nextCursor;
  }
  return found;
}

export const searchSites = async (q: string, signal: AbortSignal): Promise<readonly Site[]> =>
  (await callApi<Page<Site>>('/v1/admin/sites', { query: { limit: 20, q }, signal })).items;

export const readSite = (siteId: string, signal: AbortSignal): Promise<Site> =>
  callApi(`/v1/admin/sites/${encodeURIComponent(siteId)}`, { signal });
