import { AlertOutlined, ApiOutlined, ThunderboltOutlined, WarningOutlined } from '@ant-design/icons';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Col, Row, Select } from 'antd';
import { lazy, Suspense } from 'react';
import { listOpenOrders, type OpenOrder } from '../api/charging-orders.ts';
import { ListTable } from '../components/list-table.tsx';
import { Quiet } from '../components/quiet.tsx';
import { SearchBox } from '../components/search-box.tsx';
import { useListedRows } from '../components/use-listed-rows.ts';
import { CountCard } from '../live/count-card.tsx';
import { useAlarmCount, useOnlineChargers, useOpenOrderCount, useStuckCount } from '../live/live-counts.ts';
import { useTexts } from '../messages/texts.ts';
import { orderColumns, stuckColumn } from '../orders/order-columns.tsx';
import { useMay } from '../session/session.ts';
import { PageHeading } from '../shell/page-heading.tsx';

const SessionDrawer = lazy(() =>
  import('../orders/session-drawer.tsx').then(({ SessionDrawer }) => ({ default: SessionDrawer })),
);

const REFRESH_MS = 5_000;
const holds = (order: OpenOrder, text: string): boolean =>
  [order.id, order.siteName ?? '', order.siteId, order.chargerId, order.riderId].some((part) =>
    part.toLowerCase().includes(text),
  );

/** What is going on now: four numbers, and every charge in progress. */
export function LivePage() {
  const texts = useTexts();
  const { say, code } = texts;
  const { q, state, order } = useSearch({ from: '/shell/live' });
  const navigate = useNavigate({ from: '/live' });
  const mayDevices = useMay()('fleet.device.read');
  const online = useOnlineChargers({ enabled: mayDevices });
  const open = useOpenOrderCount({ enabled: true });
  const stuck = useStuckCount({ enabled: true });
  const alarms = useAlarmCount({ enabled: mayDevices });
  const text = q?.toLowerCase();
  const list = useListedRows({
    queryKey: ['open-orders'],
    readPage: (cursor, signal) => listOpenOrders({ stuck: 'false', limit: 50, cursor }, signal),
    everyMs: REFRESH_MS,
    keep: (row) => (state === undefined || row.state === state) && (text === undefined || holds(row, text)),
  });
  const { number, site, outlet, state: stateColumn, since, limit, hold, rider } = orderColumns(texts);
  return (
    <>
      <PageHeading title={say('live.title')} />
      <Row gutter={[16, 16]} style={{ marginBlockEnd: 16 }}>
        {mayDevices && (
          <Col xs={12} xl={6}>
            <CountCard
              title={say('live.onlineChargers')}
              icon={<ApiOutlined />}
              tone="success"
              counted={online}
              to="/chargers"
              search={{ online: 'yes' }}
            />
          </Col>
        )}
        <Col xs={12} xl={6}>
          <CountCard
            title={say('live.openOrders')}
            icon={<ThunderboltOutlined />}
            tone="primary"
            counted={open}
          />
        </Col>
        <Col xs={12} xl={6}>
          <CountCard
            title={say('live.stuck')}
            icon={<WarningOutlined />}
            tone="warning"
            counted={stuck}
            to="/stuck"
            quietAtZero
          />
        </Col>
        {mayDevices && (
          <Col xs={12} xl={6}>
            <CountCard
              title={say('live.alarms')}
              icon={<AlertOutlined />}
              tone="error"
              counted={alarms}
              to="/alarms"
              quietAtZero
            />
          </Col>
        )}
      </Row>
      <ListTable<OpenOrder>
        name="live"
        list={list}
        rowKey={({ id }) => id}
        columns={[number, site, outlet, stateColumn, since, limit, hold, rider, stuckColumn(texts)]}
        empty={say(q === undefined && state === undefined ? 'live.empty' : 'live.emptyFiltered')}
        onOpen={({ id }) => void navigate({ search: (now) => ({ ...now, order: id }) })}
        aside={<Quiet>{say('live.every')}</Quiet>}
        filters={
          <>
            <SearchBox
              value={q}
              onChange={(found) => void navigate({ search: (now) => ({ ...now, q: found }), replace: true })}
            />
            <Select
              allowClear
              style={{ width: 140 }}
              placeholder={say('live.allStates')}
              value={state ?? null}
              options={(['starting', 'charging'] as const).map((value) => ({
                value,
                label: code('orderState', value),
              }))}
              onChange={(chosen) =>
                void navigate({ search: (now) => ({ ...now, state: chosen ?? undefined }), replace: true })
              }
            />
          </>
        }
      />
      <Suspense>
        {order !== undefined && (
          <SessionDrawer
            orderId={order}
            onClose={() => void navigate({ search: (now) => ({ ...now, order: undefined }) })}
          />
        )}
      </Suspense>
    </>
  );
}
