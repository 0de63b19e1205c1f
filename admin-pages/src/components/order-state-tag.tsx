import { Tag } from 'antd';
import type { OrderState } from '../api/charging-orders.ts';
import { useTexts } from '../messages/texts.ts';

const COLOURS: Readonly<Record<OrderState | 'stopping', string>> = {
  starting: 'cyan',
  charging: 'blue',
  stopping: 'gold',
  start_failed: 'default',
  completed: 'green',
  quarantined: 'orange',
  closed: 'purple',
};

export function OrderStateTag({ state }: { readonly state: OrderState | 'stopping' }) {
  const { code } = useTexts();
  return <Tag color={COLOURS[state]}>{code('orderState', state)}</Tag>;
}
