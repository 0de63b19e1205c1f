import { useParams } from '@tanstack/react-router';
import { Empty, Flex, Skeleton } from 'antd';
import { CurveChart } from '../components/curve-chart.tsx';
import { FailurePanel } from '../components/failure-panel.tsx';
import { Panel } from '../components/panel.tsx';
import { shortId } from '../format/quantities.ts';
import { useTexts } from '../messages/texts.ts';
import { BillTable } from '../orders/bill-table.tsx';
import { LiveCharge } from '../orders/live-charge.tsx';
import { OrderActions } from '../orders/order-actions.tsx';
import { OrderFacts } from '../orders/order-facts.tsx';
import { isOpen, useOrder } from '../orders/order-queries.ts';
import { StopChargeButton } from '../orders/stop-charge-button.tsx';
import { useMay } from '../session/session.ts';
import { PageHeading } from '../shell/page-heading.tsx';

/** One order: what it was, what it cost line by line, and how the charge went. */
export function OrderPage() {
  const { say } = useTexts();
  const { orderId } = useParams({ from: '/shell/orders/$orderId' });
  const { data: order, error, refetch } = useOrder(orderId);
  const mayWatch = useMay()('live.read');
  if (order === undefined) {
    return (
      <Panel>
        {error === null ? (
          <Skeleton active paragraph={{ rows: 12 }} />
        ) : (
          <FailurePanel failure={error} onRetry={() => void refetch()} />
        )}
      </Panel>
    );
  }
  const open = isOpen(order);
  return (
    <>
      <PageHeading title={say('order.title', { id: shortId(order.id) })}>
        <OrderActions order={order} stuck={order.attention !== null} />
        {open && (
          <StopChargeButton orderId={order.id} chargerId={order.chargerId} outletNo={order.outletNo} />
        )}
      </PageHeading>
      <Flex vertical gap={16}>
        <Panel title={say('order.facts')}>
          <OrderFacts order={order} columns={3} />
        </Panel>
        <Panel title={say(open ? 'order.progress' : 'order.curve')}>
          {open && mayWatch ? (
            <LiveCharge chargerId={order.chargerId} orderId={order.id} />
          ) : (
            <CurveChart points={order.curve} startedAt={order.startedAt ?? order.createdAt} />
          )}
        </Panel>
        <Panel title={say('order.bill')} padding={order.bill === null ? 24 : 0}>
          {order.bill === null ? (
            <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={say('order.noBill')} />
          ) : (
            <BillTable bill={order.bill} />
          )}
        </Panel>
      </Flex>
    </>
  );
}
