import { Table } from 'antd';
import type { Bill, BillLine } from '../api/charging-orders.ts';
import { Quiet } from '../components/quiet.tsx';
import { energy, money, unitPrice } from '../format/quantities.ts';
import { duration } from '../format/times.ts';
import { type Texts, useTexts } from '../messages/texts.ts';

function quantityText({ say, language }: Texts, { unit, quantity }: BillLine): string {
  if (unit === 'Wh') return energy(quantity);
  return unit === 'ms' ? duration(quantity, language) : say('bill.once');
}

function rateText({ say }: Texts, { unit, rateCentiFen }: BillLine): string {
  const per = unit === 'Wh' ? 'bill.perKwh' : unit === 'ms' ? 'bill.perHour' : 'bill.perOrder';
  return `${unitPrice(rateCentiFen)}${say(per)}`;
}

/** A metered line by its part and period, an adjustment by its kind. */
function lineName({ code }: Texts, { kind, label }: BillLine): string {
  const name = code('billLine', kind);
  return label === kind || label === '' ? name : `${name} · ${code('period', label)}`;
}

/** The bill line by line; electricity, service and idle fee apart. */
export function BillTable({ bill }: { readonly bill: Bill }) {
  const texts = useTexts();
  const { say } = texts;
  const parts = [
    ['bill.electricity', bill.electricityFen, true],
    ['bill.service', bill.serviceFen, true],
    ['bill.idle', bill.idleFen, bill.idleFen !== 0],
    ['bill.discount', bill.discountFen, bill.discountFen !== 0],
    ['bill.waived', bill.waivedFen, bill.waivedFen !== 0],
    ['order.refunded', bill.refundedFen, bill.refundedFen !== 0],
  ] as const;
  const summary = (title: string, fen: number, strong = false) => (
    <Table.Summary.Row key={title}>
      <Table.Summary.Cell index={0} colSpan={4} align="right">
        {strong ? <strong>{title}</strong> : <Quiet>{title}</Quiet>}
      </Table.Summary.Cell>
      <Table.Summary.Cell index={4} align="right">
        {strong ? <strong>{money(fen)}</strong> : money(fen)}
      </Table.Summary.Cell>
    </Table.Summary.Row>
  );
  return (
    <Table<BillLine & { readonly key: string }>
      size="small"
      pagination={false}
      scroll={{ x: 'max-content' }}
      dataSource={bill.lines.map((line, index) => ({ ...line, key: `${index}` }))}
      columns={[
        { key: 'line', title: say('bill.line'), render: (_, line) => lineName(texts, line) },
        { key: 'part', title: say('bill.part'), render: (_, { part }) => say(`bill.${part}`) },
        {
          key: 'quantity',
          title: say('bill.quantity'),
          align: 'right',
          render: (_, line) => quantityText(texts, line),
        },
        { key: 'rate', title: say('bill.rate'), align: 'right', render: (_, line) => rateText(texts, line) },
        {
          key: 'amount',
          title: say('bill.amount'),
          align: 'right',
          render: (_, line) => money(line.amountFen),
        },
      ]}
      className="figures"
      summary={() => (
        <>
          {parts.map(([title, fen, shown]) => (shown ? summary(say(title), fen) : null))}
          {summary(say('bill.total'), bill.totalFen, true)}
        </>
      )}
    />
  );
}
