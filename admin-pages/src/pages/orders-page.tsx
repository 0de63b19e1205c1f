import { useNavigate, useSearch } from '@tanstack/react-router';
import { Select } from 'antd';
import { listOrders, ORDER_STATES } from '../api/charging-orders.ts';
import { ListTable } from '../components/list-table.tsx';
import { SearchBox } from '../components/search-box.tsx';
import { SiteSelect } from '../components/site-select.tsx';
import { useListedRows } from '../components/use-listed-rows.ts';
import { useTexts } from '../messages/texts.ts';
import { orderColumns } from '../orders/order-columns.tsx';
import { PageHeading } from '../shell/page-heading.tsx';

/** Every charging order in scope, newest first. */
export function OrdersPage() {
  const texts = useTexts();
  const { say, code } = texts;
  const { site, state, rider } = useSearch({ from: '/shell/orders' });
  const navigate = useNavigate({ from: '/orders' });
  const list = useListedRows({
    queryKey: ['orders', { site, state, rider }],
    readPage: (cursor, signal) =>
      listOrders({ siteId: site, state, riderId: rider, limit: 50, cursor }, signal),
  });
  const filtered = site !== undefined || state !== undefined || rider !== undefined;
  const columns = orderColumns(texts);
  return (
    <>
      <PageHeading title={say('order.list')} />
      <ListTable
        name="charging-orders"
        list={list}
        rowKey={({ id }) => id}
        columns={[
          columns.number,
          columns.createdAt,
          columns.site,
          columns.outlet,
          columns.state,
          columns.energy,
          columns.total,
          columns.endReason,
          columns.rider,
        ]}
        empty={say(filtered ? 'order.emptyFiltered' : 'order.empty')}
        onOpen={({ id }) => void navigate({ to: '/orders/$orderId', params: { orderId: id }, search: {} })}
        filters={
          <>
            <SiteSelect
              value={site}
              onChange={(chosen) =>
                void navigate({ search: (now) => ({ ...now, site: chosen }), replace: true })
              }
            />
            <Select
              allowClear
              style={{ width: 150 }}
              placeholder={say('order.allStates')}
              value={state ?? null}
              options={ORDER_STATES.map((value) => ({ value, label: code('orderState', value) }))}
              onChange={(chosen) =>
                void navigate({ search: (now) => ({ ...now, state: chosen ?? undefined }), replace: true })
              }
            />
            <SearchBox
              value={rider}
              placeholder={say('order.riderFilter')}
              onChange={(found) =>
                void navigate({ search: (now) => ({ ...now, rider: found }), replace: true })
              }
            />
          </>
        }
      />
    </>
  );
}
