import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { stopCharge } from '../api/charging-orders.ts';
import { FailureText } from '../components/failure-text.tsx';
import { useNotices } from '../components/notices.tsx';
import { useTexts } from '../messages/texts.ts';
import { useMay } from '../session/session.ts';
import { refreshOrders } from './order-queries.ts';

interface StopChargeButtonProps {
  readonly orderId: string;
  readonly chargerId: string;
  readonly outletNo: number;
}

/** Stops a live charge after saying what that does and asking why. */
export function StopChargeButton({ orderId, chargerId, outletNo }: StopChargeButtonProps) {
  const { say } = useTexts();
  const notices = useNotices();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [form] = Form.useForm<{ reason: string }>();
  const stopping = useMutation({
    mutationFn: ({ reason }: { reason: string }) => stopCharge(orderId, reason.trim()),
    onSuccess: () => {
      setAsking(false);
      void notices.success(say('stop.done'));
      return refreshOrders(queries);
    },
  });
  if (!useMay()('charging.order.operate')) return null;
  const ask = () => {
    stopping.reset();
    form.resetFields();
    setAsking(true);
  };
  return (
    <>
      <Button danger onClick={ask}>
        {say('stop.button')}
      </Button>
      <Modal
        open={asking}
        title={say('stop.title')}
        okText={say('stop.button')}
        okButtonProps={{ danger: true }}
        confirmLoading={stopping.isPending}
        onOk={form.submit}
        onCancel={() => setAsking(false)}
        forceRender
      >
        <p>{say('stop.effect', { charger: chargerId, outlet: outletNo })}</p>
        <Form form={form} layout="vertical" onFinish={stopping.mutate}>
          <Form.Item
            name="reason"
            label={say('stop.reason')}
            rules={[
              { required: true, whitespace: true, min: 2, max: 200, message: say('stop.reasonMissing') },
            ]}
          >
            <Input.TextArea rows={2} maxLength={200} showCount placeholder={say('stop.reasonPlaceholder')} />
          </Form.Item>
        </Form>
        {stopping.error !== null && (
          <Alert type="error" showIcon title={<FailureText failure={stopping.error} />} />
        )}
      </Modal>
    </>
  );
}
