import { useQuery } from '@tanstack/react-query';
import { Empty, Flex, Skeleton, Table, Tag } from 'antd';
import { type DeviceCommand, listCommands } from '../api/chargers.ts';
import { FailurePanel } from '../components/failure-panel.tsx';
import { Quiet } from '../components/quiet.tsx';
import { shortId } from '../format/quantities.ts';
import { dateTime } from '../format/times.ts';
import { useTexts } from '../messages/texts.ts';
import { useStored } from '../preferences/stored-value.ts';
import { session } from '../session/session.ts';
import { JsonText } from './json-text.tsx';

const COLOURS: Readonly<Record<DeviceCommand['status'], string>> = {
  pending: 'processing',
  answered: 'success',
  error: 'error',
  timeout: 'warning',
  offline: 'default',
  lost: 'warning',
};

/** The last commands of a charger with what came back, newest first. */
export function CommandLog({ chargerId }: { readonly chargerId: string }) {
  const { say, code } = useTexts();
  const ownId = useStored(session)?.staff.id;
  const { data, error, refetch } = useQuery({
    queryKey: ['commands', chargerId],
    queryFn: ({ signal }) => listCommands(chargerId, signal),
    refetchInterval: 15_000,
  });
  if (data === undefined) {
    return error === null ? (
      <Skeleton active />
    ) : (
      <FailurePanel failure={error} onRetry={() => void refetch()} />
    );
  }
  const sender = (by: string) => {
    if (by === 'platform') return say('common.platform');
    return by === ownId ? say('common.you') : <span title={by}>{shortId(by)}</span>;
  };
  return (
    <Table<DeviceCommand>
      size="small"
      rowKey={({ commandId }) => commandId}
      dataSource={data.toReversed()}
      pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={say('command.none')} /> }}
      expandable={{
        expandRowByClick: true,
        expandedRowRender: ({ payload, response }) => (
          <Flex gap={16} wrap>
            <div style={{ flex: 1, minWidth: 240 }}>
              <Quiet>{say('command.request')}</Quiet>
              <JsonText value={payload} />
            </div>
            <div style={{ flex: 1, minWidth: 240 }}>
              <Quiet>{say('command.response')}</Quiet>
              <JsonText value={response} />
            </div>
          </Flex>
        ),
      }}
      columns={[
        {
          key: 'at',
          title: say('command.at'),
          className: 'figures',
          render: (_, row) => dateTime(row.requestedAt),
        },
        { key: 'action', title: say('command.action'), dataIndex: 'action' },
        {
          key: 'status',
          title: say('command.status'),
          render: (_, { status }) => <Tag color={COLOURS[status]}>{code('commandStatus', status)}</Tag>,
        },
        {
          key: 'took',
          title: say('command.took'),
          align: 'right',
          className: 'figures',
          render: (_, { requestedAt, answeredAt }) =>
            answeredAt === null ? say('common.none') : `${((answeredAt - requestedAt) / 1000).toFixed(1)} s`,
        },
        { key: 'by', title: say('command.by'), render: (_, { by }) => sender(by) },
      ]}
    />
  );
}
