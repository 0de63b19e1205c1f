import { Tag } from 'antd';
import type { ChargingOrder, OpenOrder } from '../api/charging-orders.ts';
import { Elapsed } from '../components/elapsed.tsx';
import { IdText } from '../components/id-text.tsx';
import type { ListColumn } from '../components/list-table.tsx';
import { OrderStateTag } from '../components/order-state-tag.tsx';
import { energy, money } from '../format/quantities.ts';
import { dateTime } from '../format/times.ts';
import type { Texts } from '../messages/texts.ts';
import { limitText } from './limit-text.ts';

/** The columns that lists of orders share, by their names. */
export function orderColumns(texts: Texts) {
  const { say, code } = texts;
  const column = <Name extends string>(
    name: Name,
    rest: Omit<ListColumn<ChargingOrder>, 'key'>,
  ): ListColumn<ChargingOrder> => ({ key: name, ...rest });
  const moment = (at: number | null) => (at === null ? say('common.none') : dateTime(at));
  return {
    number: column('number', {
      title: say('order.number'),
      render: ({ id }) => <IdText id={id} />,
      csv: ({ id }) => id,
      fixedShown: true,
    }),
    site: column('site', {
      title: say('order.site'),
      render: ({ siteName, siteId }) => siteName ?? siteId,
      csv: ({ siteName, siteId }) => siteName ?? siteId,
    }),
    outlet: column('outlet', {
      title: say('order.outlet'),
      render: ({ chargerId, outletNo }) => `${chargerId} · ${say('order.outletNo', { count: outletNo })}`,
      csv: ({ chargerId, outletNo }) => `${chargerId}-${outletNo}`,
    }),
    state: column('state', {
      title: say('order.state'),
      render: ({ state }) => <OrderStateTag state={state} />,
      csv: ({ state }) => code('orderState', state),
    }),
    limit: column('limit', {
      title: say('order.limit'),
      render: ({ limit }) => limitText(texts, limit),
      csv: ({ limit }) => limitText(texts, limit),
    }),
    hold: column('hold', {
      title: say('order.hold'),
      align: 'right',
      className: 'figures',
      render: ({ holdFen }) => money(holdFen),
      csv: ({ holdFen }) => holdFen / 100,
    }),
    since: column('since', {
      title: say('order.since'),
      render: ({ startedAt, createdAt }) => <Elapsed since={startedAt ?? createdAt} />,
    }),
    createdAt: column('createdAt', {
      title: say('order.createdAt'),
      className: 'figures',
      render: ({ createdAt }) => dateTime(createdAt),
      csv: ({ createdAt }) => dateTime(createdAt),
    }),
    endedAt: column('endedAt', {
      title: say('order.endedAt'),
      className: 'figures',
      render: ({ endedAt }) => moment(endedAt),
      csv: ({ endedAt }) => moment(endedAt),
    }),
    endReason: column('endReason', {
      title: say('order.endReason'),
      render: ({ endReason }) => code('endReason', endReason),
      csv: ({ endReason }) => code('endReason', endReason),
    }),
    energy: column('energy', {
      title: say('order.energy'),
      align: 'right',
      className: 'figures',
      render: ({ energyWh }) => (energyWh === null ? say('common.none') : energy(energyWh)),
      csv: ({ energyWh }) => (energyWh === null ? null : energyWh / 1000),
    }),
    total: column('total', {
      title: say('order.total'),
      align: 'right',
      className: 'figures',
      render: ({ totalFen }) => (totalFen === null ? say('common.none') : money(totalFen)),
      csv: ({ totalFen }) => (totalFen === null ? null : totalFen / 100),
    }),
    rider: column('rider', {
      title: say('order.rider'),
      render: ({ riderId }) => <IdText id={riderId} />,
      csv: ({ riderId }) => riderId,
    }),
  };
}

/** Why somebody should look at an order; nothing for one that goes well. */
export const stuckColumn = ({ say, code }: Texts): ListColumn<OpenOrder> => ({
  key: 'stuck',
  title: say('stuck.reason'),
  render: ({ stuckReason }) =>
    stuckReason === null ? null : <Tag color="orange">{code('stuckReason', stuckReason)}</Tag>,
  csv: ({ stuckReason }) => (stuckReason === null ? '' : code('stuckReason', stuckReason)),
});
