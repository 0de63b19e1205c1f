import { useQuery } from '@tanstack/react-query';
import { listAlarms } from '../api/alarms.ts';
import { serverNow } from '../api/call-api.ts';
import { listChargers } from '../api/chargers.ts';
import { listOpenOrders } from '../api/charging-orders.ts';
import { countListed, LARGEST_PAGE } from '../api/page.ts';

/** Beyond this many pages a number ends with a plus sign. */
const MOST_PAGES = 5;
const DAY_MS = 86_400_000;

interface CountOptions {
  readonly enabled: boolean;
}

/** How many chargers are online. It changes slowly, so it is asked for seldom. */
export const useOnlineChargers = ({ enabled }: CountOptions) =>
  useQuery({
    queryKey: ['live-counts', 'online'],
    queryFn: ({ signal }) =>
      countListed(
        (cursor) => listChargers({ online: 'true', status: 'active', limit: LARGEST_PAGE, cursor }, signal),
        MOST_PAGES,
      ),
    refetchInterval: 15_000,
    enabled,
  });

export const useOpenOrderCount = ({ enabled }: CountOptions) =>
  useQuery({
    queryKey: ['live-counts', 'open'],
    queryFn: ({ signal }) =>
      countListed(
        (cursor) => listOpenOrders({ stuck: 'false', limit: LARGEST_PAGE, cursor }, signal),
        MOST_PAGES,
      ),
    refetchInterval: 10_000,
    enabled,
  });

export const useStuckCount = ({ enabled }: CountOptions) =>
  useQuery({
    queryKey: ['live-counts', 'stuck'],
    queryFn: ({ signal }) =>
      countListed(
        (cursor) => listOpenOrders({ stuck: 'true', limit: LARGEST_PAGE, cursor }, signal),
        MOST_PAGES,
      ),
    refetchInterval: 10_000,
    enabled,
  });

/** Alarms of the last 24 hours; the list is newest first. */
export const useAlarmCount = ({ enabled }: CountOptions) =>
  useQuery({
    queryKey: ['live-counts', 'alarms'],
    queryFn: ({ signal }) => {
      const since = serverNow() - DAY_MS;
      return countListed(
        (cursor) => listAlarms({ limit: LARGEST_PAGE, cursor }, signal),
        MOST_PAGES,
        ({ at }) => at >= since,
      );
    },
    refetchInterval: 15_000,
    enabled,
  });
