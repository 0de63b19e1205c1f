import { Link } from '@tanstack/react-router';
import { Divider, Drawer, Flex, Skeleton } from 'antd';
import { FailurePanel } from '../components/failure-panel.tsx';
import { shortId } from '../format/quantities.ts';
import { useTexts } from '../messages/texts.ts';
import { LiveCharge } from './live-charge.tsx';
import { OrderActions } from './order-actions.tsx';
import { OrderFacts } from './order-facts.tsx';
import { isOpen, useOrder } from './order-queries.ts';
import { StopChargeButton } from './stop-charge-button.tsx';

/** A look at one order beside the list it was chosen from. */
export function SessionDrawer({
  orderId,
  onClose,
}: {
  readonly orderId: string;
  readonly onClose: () => void;
}) {
  const { say } = useTexts();
  const { data: order, error, refetch } = useOrder(orderId);
  return (
    <Drawer
      open
      size={640}
      onClose={onClose}
      title={
        <Link to="/orders/$orderId" params={{ orderId }}>
          {say('order.title', { id: shortId(orderId) })}
        </Link>
      }
      extra={
        order !== undefined && (
          <Flex gap={8}>
            {order.attention !== null && <OrderActions order={order} stuck />}
            {isOpen(order) && (
              <StopChargeButton orderId={order.id} chargerId={order.chargerId} outletNo={order.outletNo} />
            )}
          </Flex>
        )
      }
    >
      {order === undefined ? (
        error === null ? (
          <Skeleton active paragraph={{ rows: 10 }} />
        ) : (
          <FailurePanel failure={error} onRetry={() => void refetch()} />
        )
      ) : (
        <>
          {isOpen(order) && (
            <>
              <LiveCharge chargerId={order.chargerId} orderId={order.id} />
              <Divider />
            </>
          )}
          <OrderFacts order={order} columns={2} />
        </>
      )}
    </Drawer>
  );
}
