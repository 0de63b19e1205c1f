import { DownloadOutlined, ReloadOutlined, SettingOutlined } from '@ant-design/icons';
import { Alert, Button, Checkbox, Empty, Flex, Popover, Skeleton, Table, theme } from 'antd';
import type { MouseEvent, ReactNode } from 'react';
import { useTexts } from '../messages/texts.ts';
import { AgoHere } from './ago.tsx';
import { FailurePanel } from './failure-panel.tsx';
import { FailureText } from './failure-text.tsx';
import { useHiddenColumns } from './hidden-columns.ts';
import { Panel } from './panel.tsx';
import { saveCsv } from './save-csv.ts';
import type { ListedRows } from './use-listed-rows.ts';

export interface ListColumn<Row> {
  readonly key: string;
  readonly title: string;
  render(row: Row): ReactNode;
  /** What a spreadsheet gets; without it the column is not exported. */
  csv?(row: Row): string | number | null;
  /** Cannot be hidden. */
  readonly fixedShown?: boolean;
  readonly align?: 'right';
  readonly fixed?: 'right';
  readonly className?: string;
  /** A click here is not a click on the row. */
  readonly ownClicks?: boolean;
}

const keepClick = () => ({ onClick: (event: MouseEvent) => event.stopPropagation() });

interface ListTableProps<Row> {
  /** Names the list in this browser's settings and in its exports. */
  readonly name: string;
  readonly columns: readonly ListColumn<Row>[];
  readonly list: ListedRows<Row>;
  readonly rowKey: (row: Row) => string;
  readonly filters?: ReactNode;
  readonly aside?: ReactNode;
  readonly empty: ReactNode;
  readonly onOpen?: (row: Row) => void;
}

/** Every list of the console: filters, columns to choose, export, skeleton, empty and broken states, more on demand. */
export function ListTable<Row extends object>(props: ListTableProps<Row>) {
  const { name, columns, list, rowKey, filters, aside, empty, onOpen } = props;
  const { say } = useTexts();
  const { token } = theme.useToken();
  const [hidden, setHidden] = useHiddenColumns(name);
  const shown = columns.filter(({ key, fixedShown }) => fixedShown === true || !hidden.includes(key));

  const body = () => {
    if (list.rows === null) {
      if (list.failure !== null) return <FailurePanel failure={list.failure} onRetry={list.retry} />;
      return <Skeleton active title={false} paragraph={{ rows: 9, width: '100%' }} style={{ padding: 20 }} />;
    }
    return (
      <>
        {list.failure !== null && list.updatedAt !== null && (
          <Alert
            banner
            type="warning"
            title={
              <>
                <AgoHere at={list.updatedAt} wrap={(ago) => say('failure.stale', { ago })} />{' '}
                <FailureText failure={list.failure} />
              </>
            }
            action={
              <Button size="small" onClick={list.retry}>
                {say('common.retry')}
              </Button>
            }
          />
        )}
        <Table<Row>
          size="middle"
          rowKey={rowKey}
          dataSource={[...list.rows]}
          columns={shown.map(({ key, title, render, ownClicks, align, fixed, className }) => ({
            key,
            title,
            render: (_value: unknown, row: Row) => render(row),
            ...(ownClicks === true ? { onCell: keepClick } : {}),
            ...(align === undefined ? {} : { align }),
            ...(fixed === undefined ? {} : { fixed }),
            ...(className === undefined ? {} : { className }),
          }))}
          pagination={false}
          scroll={{ x: 'max-content' }}
          locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} /> }}
          {...(onOpen === undefined
            ? {}
            : { rowClassName: 'row-link', onRow: (row: Row) => ({ onClick: () => onOpen(row) }) })}
        />
        <Flex
          justify="center"
          align="center"
          gap={16}
          style={{ padding: 12, color: token.colorTextTertiary }}
        >
          {list.rows.length > 0 &&
            say(list.hasMore ? 'common.loaded' : 'common.allLoaded', { count: list.loadedCount })}
          {list.hasMore && (
            <Button loading={list.loadingMore} onClick={list.loadMore}>
              {say('common.loadMore')}
            </Button>
          )}
        </Flex>
      </>
    );
  };

  return (
    <Panel padding={0}>
      <Flex justify="space-between" align="center" gap={12} wrap style={{ padding: '12px 16px' }}>
        <Flex gap={8} wrap align="center">
          {filters ?? <span />}
        </Flex>
        <Flex gap={8} align="center">
          {aside}
          <Button
            icon={<ReloadOutlined spin={list.refreshing} />}
            title={say('common.refresh')}
            aria-label={say('common.refresh')}
            onClick={list.retry}
          />
          <Popover
            trigger="click"
            placement="bottomRight"
            content={
              <Checkbox.Group
                style={{ display: 'grid', gap: 6 }}
                value={shown.map(({ key }) => key)}
                options={columns.map(({ key, title, fixedShown }) => ({
                  value: key,
                  label: title,
                  disabled: fixedShown === true,
                }))}
                onChange={(kept) =>
                  setHidden(columns.map(({ key }) => key).filter((key) => !kept.includes(key)))
                }
              />
            }
          >
            <Button
              icon={<SettingOutlined />}
              title={say('common.columns')}
              aria-label={say('common.columns')}
            />
          </Popover>
          <Button
            icon={<DownloadOutlined />}
            title={say('common.export')}
            aria-label={say('common.export')}
            disabled={list.rows === null || list.rows.length === 0}
            onClick={() => saveCsv(name, shown, list.rows ?? [])}
          />
        </Flex>
      </Flex>
      {body()}
    </Panel>
  );
}
