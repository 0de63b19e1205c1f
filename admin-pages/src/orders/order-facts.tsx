import { Link } from '@tanstack/react-router';
import { Alert, Descriptions } from 'antd';
import type { ReactNode } from 'react';
import type { ChargingOrder } from '../api/charging-orders.ts';
import { IdText } from '../components/id-text.tsx';
import { OrderStateTag } from '../components/order-state-tag.tsx';
import { energy, money } from '../format/quantities.ts';
import { dateTime, duration } from '../format/times.ts';
import { useTexts } from '../messages/texts.ts';
import { limitText } from './limit-text.ts';
import { isOpen } from './order-queries.ts';

/** What is known of an order, whatever its state. */
export function OrderFacts({ order, columns }: { readonly order: ChargingOrder; readonly columns: number }) {
  const texts = useTexts();
  const { say, code, language } = texts;
  const time = (at: number | null) => (at === null ? null : dateTime(at));
  const chargedMs =
    order.bill?.durationMs ??
    (order.startedAt !== null && order.endedAt !== null ? order.endedAt - order.startedAt : null);
  // What is not known yet is left out.
  const facts: readonly (readonly [string, ReactNode])[] = [
    [say('order.number'), <IdText key="id" id={order.id} whole />],
    [say('order.state'), <OrderStateTag key="state" state={order.state} />],
    [say('order.site'), order.siteName ?? order.siteId],
    [
      say('order.charger'),
      <Link
        key="charger"
        to="/chargers/$chargerId"
        params={{ chargerId: order.chargerId }}
        search={{ outlet: String(order.outletNo) }}
      >
        {order.chargerId} · {say('order.outletNo', { count: order.outletNo })}
      </Link>,
    ],
    [say('order.rider'), <IdText key="rider" id={order.riderId} />],
    [say('order.limit'), limitText(texts, order.limit)],
    [say('order.hold'), money(order.holdFen)],
    [say('order.createdAt'), time(order.createdAt)],
    [say('order.startedAt'), time(order.startedAt)],
    [say('order.endedAt'), time(order.endedAt)],
    [say('order.endReason'), order.endReason === null ? null : code('endReason', order.endReason)],
    [say('order.duration'), chargedMs === null ? null : duration(chargedMs, language)],
    [say('order.energy'), order.energyWh === null ? null : energy(order.energyWh)],
    [say('order.total'), order.totalFen === null ? null : money(order.totalFen)],
    [say('order.tariff'), <IdText key="tariff" id={order.tariffVersionId} whole />],
    [say('order.attention'), order.attention === null ? null : code('stuckReason', order.attention)],
  ];
  return (
    <>
      {order.attention !== null && isOpen(order) && (
        <Alert
          type="warning"
          showIcon
          title={code('stuckReason', order.attention)}
          style={{ marginBlockEnd: 16 }}
        />
      )}
      <Descriptions
        size="small"
        column={columns}
        className="figures"
        items={facts.flatMap(([label, children]) =>
          children === null ? [] : [{ key: label, label, children }],
        )}
      />
    </>
  );
}
