import { useNavigate } from '@tanstack/react-router';
import { listOpenOrders, type OpenOrder } from '../api/charging-orders.ts';
import { type ListColumn, ListTable } from '../components/list-table.tsx';
import { Quiet } from '../components/quiet.tsx';
import { useListedRows } from '../components/use-listed-rows.ts';
import { useTexts } from '../messages/texts.ts';
import { OrderActions } from '../orders/order-actions.tsx';
import { orderColumns, stuckColumn } from '../orders/order-columns.tsx';
import { PageHeading } from '../shell/page-heading.tsx';

/** Orders that do not end by themselves: why, and what may safely be done. */
export function StuckPage() {
  const texts = useTexts();
  const { say } = texts;
  const navigate = useNavigate();
  const list = useListedRows({
    queryKey: ['stuck-orders'],
    readPage: (cursor, signal) => listOpenOrders({ stuck: 'true', limit: 50, cursor }, signal),
    everyMs: 10_000,
  });
  const { number, site, outlet, state, since, hold } = orderColumns(texts);
  const actions: ListColumn<OpenOrder> = {
    key: 'actions',
    title: say('stuck.actions'),
    fixed: 'right',
    fixedShown: true,
    render: (order) => <OrderActions order={order} stuck />,
    ownClicks: true,
  };
  return (
    <>
      <PageHeading title={say('stuck.title')} />
      <ListTable<OpenOrder>
        name="stuck-orders"
        list={list}
        rowKey={({ id }) => id}
        columns={[number, stuckColumn(texts), site, outlet, state, since, hold, actions]}
        empty={
          <>
            <div>{say('stuck.empty')}</div>
            <Quiet>{say('stuck.emptyHint')}</Quiet>
          </>
        }
        onOpen={({ id }) => void navigate({ to: '/orders/$orderId', params: { orderId: id } })}
      />
    </>
  );
}
