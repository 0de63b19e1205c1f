import { type QueryClient, useQuery } from '@tanstack/react-query';
import { type OrderDetail, readOrder } from '../api/charging-orders.ts';

/** Whether the order has neither a bill nor a failure yet. */
export const isOpen = ({ state }: Pick<OrderDetail, 'state'>): boolean =>
  state === 'starting' || state === 'charging';

/** One order; while it is open it is asked for again. */
export const useOrder = (orderId: string) =>
  useQuery({
    queryKey: ['order', orderId],
    queryFn: ({ signal }) => readOrder(orderId, signal),
    refetchInterval: ({ state }) => (state.data !== undefined && isOpen(state.data) ? 5_000 : false),
  });

/** After something was done about an order, whatever shows orders is asked for again. */
export async function refreshOrders(queries: QueryClient): Promise<void> {
  await Promise.all(
    ['order', 'orders', 'open-orders', 'stuck-orders', 'live-counts'].map((key) =>
      queries.invalidateQueries({ queryKey: [key] }),
    ),
  );
}
