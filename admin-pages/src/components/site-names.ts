import { useQuery } from '@tanstack/react-query';
import { listSites, searchSites } from '../api/sites.ts';

/** The sites in scope; they change seldom. */
export const useSites = () =>
  useQuery({
    queryKey: ['sites'],
    queryFn: ({ signal }) => listSites(signal),
    staleTime: 5 * 60_000,
  });

/** The sites that match what was typed, for scopes with more sites than are listed. */
export const useSiteSearch = (typed: string) =>
  useQuery({
    queryKey: ['sites', 'search', typed],
    queryFn: ({ signal }) => searchSites(typed, signal),
    enabled: typed !== '',
    staleTime: 60_000,
  });

/** A site's name by its id; the id until its name is known. */
export function useSiteName(): (siteId: string) => string {
  const { data } = useSites();
  const names = new Map(data?.map(({ id, name }) => [id, name]));
  return (siteId) => names.get(siteId) ?? siteId;
}
