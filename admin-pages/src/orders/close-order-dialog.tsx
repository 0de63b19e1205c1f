import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, DatePicker, Flex, Form, Input, InputNumber, Modal } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import timezone from 'dayjs/plugin/timezone';
import utc from 'dayjs/plugin/utc';
import { useNotices } from '../components/notices.tsx';
import 'dayjs/locale/zh-cn';
import { serverNow } from '../api/call-api.ts';
import { type ChargingOrder, closeOrder } from '../api/charging-orders.ts';
import { FailureText } from '../components/failure-text.tsx';
import { money } from '../format/quantities.ts';
import { useTexts } from '../messages/texts.ts';
import { refreshOrders } from './order-queries.ts';

dayjs.extend(utc);
dayjs.extend(timezone);
const ZONE = 'Asia/Shanghai';

interface EvidenceForm {
  readonly startedAt: Dayjs;
  readonly endedAt: Dayjs;
  readonly energyWh: number;
  readonly reason: string;
}

/** The picked wall-clock time is Shanghai's, whatever the browser's zone is. */
const shanghai = (at: number): Dayjs => dayjs(at).tz(ZONE);
const epoch = (picked: Dayjs): number => dayjs.tz(picked.format('YYYY-MM-DDTHH:mm:ss'), ZONE).valueOf();

interface CloseOrderDialogProps {
  readonly order: ChargingOrder;
  readonly onClose: () => void;
}

/** Ends an order by hand, on evidence, when its charger cannot say what was delivered. */
export function CloseOrderDialog({ order, onClose }: CloseOrderDialogProps) {
  const { say } = useTexts();
  const notices = useNotices();
  const queries = useQueryClient();
  const [form] = Form.useForm<EvidenceForm>();
  const closing = useMutation({
    mutationFn: ({ startedAt, endedAt, energyWh, reason }: EvidenceForm) =>
      closeOrder(order.id, {
        startedAt: epoch(startedAt),
        endedAt: epoch(endedAt),
        energyWh,
        reason: reason.trim(),
      }),
    onSuccess: (closed) => {
      void notices.success(say('stuck.closed', { amount: money(closed.totalFen ?? 0) }));
      onClose();
      return refreshOrders(queries);
    },
  });
  const timeRules = (after?: 'startedAt') => [
    { required: true, message: say('stuck.timeMissing') },
    {
      validator: (_rule: unknown, picked: Dayjs | undefined) => {
        if (picked === undefined || picked === null) return Promise.resolve();
        if (epoch(picked) > serverNow()) return Promise.reject(new Error(say('stuck.timeFuture')));
        const start = after === undefined ? undefined : form.getFieldValue(after);
        return start !== undefined && start !== null && epoch(picked) < epoch(start)
          ? Promise.reject(new Error(say('stuck.timeOrder')))
          : Promise.resolve();
      },
    },
  ];
  return (
    <Modal
      open
      title={say('stuck.closeTitle')}
      okText={say('stuck.close')}
      okButtonProps={{ danger: true }}
      confirmLoading={closing.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <p>{say('stuck.closeEffect')}</p>
      <Form<EvidenceForm>
        form={form}
        layout="vertical"
        initialValues={{
          startedAt: shanghai(order.startedAt ?? order.createdAt),
          endedAt: shanghai(order.endedAt ?? serverNow()),
        }}
        onFinish={closing.mutate}
      >
        <Flex gap={12}>
          <Form.Item
            name="startedAt"
            label={say('stuck.evidenceStart')}
            rules={timeRules()}
            style={{ flex: 1 }}
          >
            <DatePicker showTime style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item
            name="endedAt"
            label={say('stuck.evidenceEnd')}
            dependencies={['startedAt']}
            rules={timeRules('startedAt')}
            style={{ flex: 1 }}
          >
            <DatePicker showTime style={{ width: '100%' }} />
          </Form.Item>
        </Flex>
        <Form.Item
          name="energyWh"
          label={say('stuck.evidenceEnergy')}
          extra={say('stuck.evidenceEnergyHint')}
          rules={[
            { required: true, type: 'integer', min: 0, max: 50_000, message: say('stuck.energyMissing') },
          ]}
        >
          <InputNumber min={0} max={50_000} precision={0} suffix="Wh" style={{ width: 200 }} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={say('stuck.evidenceReason')}
          rules={[
            {
              required: true,
              whitespace: true,
              min: 4,
              max: 500,
              message: say('stuck.evidenceReasonMissing'),
            },
          ]}
        >
          <Input.TextArea
            rows={3}
            maxLength={500}
            showCount
            placeholder={say('stuck.evidenceReasonPlaceholder')}
          />
        </Form.Item>
      </Form>
      {closing.error !== null && (
        <Alert type="error" showIcon title={<FailureText failure={closing.error} />} />
      )}
    </Modal>
  );
}
