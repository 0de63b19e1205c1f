import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Flex, Form, Input, InputNumber, Modal } from 'antd';
import { useRef } from 'react';
import { newIdempotencyKey } from '../api/call-api.ts';
import { type Bill, refundOrder } from '../api/charging-orders.ts';
import { FailureText } from '../components/failure-text.tsx';
import { useNotices } from '../components/notices.tsx';
import { fenOf, money } from '../format/quantities.ts';
import { useTexts } from '../messages/texts.ts';
import { refreshOrders } from './order-queries.ts';

interface RefundForm {
  readonly electricity?: number | null;
  readonly service?: number | null;
  readonly memo: string;
}

interface RefundDialogProps {
  readonly orderId: string;
  readonly bill: Bill;
  readonly onClose: () => void;
}

/** Gives billed money back. The same form sent again, after a lost answer say, refunds once. */
export function RefundDialog({ orderId, bill, onClose }: RefundDialogProps) {
  const { say } = useTexts();
  const notices = useNotices();
  const queries = useQueryClient();
  const [form] = Form.useForm<RefundForm>();
  const sent = useRef({ content: '', key: '' });
  const most = { electricity: bill.electricityFen, service: bill.serviceFen + bill.idleFen };
  const electricityFen = fenOf(Form.useWatch('electricity', form)) ?? 0;
  const serviceFen = fenOf(Form.useWatch('service', form)) ?? 0;
  const amount = money(electricityFen + serviceFen);

  const refunding = useMutation({
    mutationFn: (memo: string) => {
      const refund = { electricityFen, serviceFen, memo: memo.trim() };
      const content = JSON.stringify(refund);
      if (sent.current.content !== content) sent.current = { content, key: newIdempotencyKey() };
      return refundOrder(orderId, refund, sent.current.key);
    },
    onSuccess: () => {
      void notices.success(say('refund.done', { amount }));
      onClose();
      return refreshOrders(queries);
    },
  });

  const amountField = (name: 'electricity' | 'service', mostFen: number) => (
    <Form.Item name={name} label={say(`refund.${name}`)} style={{ flex: 1 }}>
      <InputNumber
        min={0}
        max={mostFen / 100}
        precision={2}
        step={0.1}
        prefix="¥"
        style={{ width: '100%' }}
      />
    </Form.Item>
  );
  return (
    <Modal
      open
      title={say('refund.title')}
      okText={say('refund.submit', { amount })}
      okButtonProps={{ danger: true, disabled: electricityFen + serviceFen === 0 }}
      confirmLoading={refunding.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <p>{say('refund.effect', { electricity: money(most.electricity), service: money(most.service) })}</p>
      {bill.refundedFen > 0 && (
        <p>
          {say('order.refunded')} {money(bill.refundedFen)}
        </p>
      )}
      <Form form={form} layout="vertical" onFinish={({ memo }) => refunding.mutate(memo)}>
        <Flex gap={12}>
          {amountField('electricity', most.electricity)}
          {amountField('service', most.service)}
        </Flex>
        <Form.Item
          name="memo"
          label={say('refund.memo')}
          rules={[{ required: true, whitespace: true, min: 2, max: 200, message: say('refund.memoMissing') }]}
        >
          <Input.TextArea rows={2} maxLength={200} showCount placeholder={say('refund.memoPlaceholder')} />
        </Form.Item>
      </Form>
      {refunding.error !== null && (
        <Alert type="error" showIcon title={<FailureText failure={refunding.error} />} />
      )}
    </Modal>
  );
}
