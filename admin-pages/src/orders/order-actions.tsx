import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm, Space } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { type ChargingOrder, retrySettlement } from '../api/charging-orders.ts';
import { failureText } from '../components/failure-text.tsx';
import { useNotices } from '../components/notices.tsx';
import { useTexts } from '../messages/texts.ts';
import { useMay } from '../session/session.ts';
import { isOpen, refreshOrders } from './order-queries.ts';

const CloseOrderDialog = lazy(() =>
  import('./close-order-dialog.tsx').then(({ CloseOrderDialog }) => ({ default: CloseOrderDialog })),
);
const RefundDialog = lazy(() =>
  import('./refund-dialog.tsx').then(({ RefundDialog }) => ({ default: RefundDialog })),
);

/** What may be done about an order that does not end by itself, and about a bill that was wrong. */
export function OrderActions({ order, stuck }: { readonly order: ChargingOrder; readonly stuck: boolean }) {
  const texts = useTexts();
  const { say } = texts;
  const notices = useNotices();
  const queries = useQueryClient();
  const may = useMay();
  const [dialog, setDialog] = useState<'close' | 'refund' | null>(null);
  const retrying = useMutation({
    mutationFn: () => retrySettlement(order.id),
    onSuccess: ({ outcome }) => {
      void notices[outcome === 'live' ? 'info' : 'success'](say(`stuck.${outcome}`));
      return refreshOrders(queries);
    },
    onError: (failure) => void notices.error(failureText(texts, failure)),
  });
  const mayMend = stuck && isOpen(order) && may('charging.order.operate');
  const { bill } = order;
  const mayRefund = bill !== null && bill.totalFen > bill.refundedFen && may('charging.order.refund');
  const closeDialog = () => setDialog(null);
  return (
    <Space>
      {mayMend && (
        <>
          <Popconfirm
            title={say('stuck.retry')}
            description={<div style={{ maxWidth: 280 }}>{say('stuck.retryEffect')}</div>}
            onConfirm={() => retrying.mutateAsync().catch(() => undefined)}
          >
            <Button loading={retrying.isPending}>{say('stuck.retry')}</Button>
          </Popconfirm>
          <Button danger onClick={() => setDialog('close')}>
            {say('stuck.close')}
          </Button>
        </>
      )}
      {mayRefund && <Button onClick={() => setDialog('refund')}>{say('refund.button')}</Button>}
      <Suspense>
        {dialog === 'close' && <CloseOrderDialog order={order} onClose={closeDialog} />}
        {dialog === 'refund' && bill !== null && (
          <RefundDialog orderId={order.id} bill={bill} onClose={closeDialog} />
        )}
      </Suspense>
    </Space>
  );
}
