import { useNavigate, useSearch } from '@tanstack/react-router';
import { Flex, Select, Tag, theme } from 'antd';
import { type Charger, listChargers } from '../api/chargers.ts';
import { OutletLegend, OutletSquares } from '../chargers/outlet-squares.tsx';
import { Ago } from '../components/ago.tsx';
import { type ListColumn, ListTable } from '../components/list-table.tsx';
import { OnlineDot } from '../components/online-dot.tsx';
import { SearchBox } from '../components/search-box.tsx';
import { useSiteName } from '../components/site-names.ts';
import { SiteSelect } from '../components/site-select.tsx';
import { useListedRows } from '../components/use-listed-rows.ts';
import { useTexts } from '../messages/texts.ts';
import { PageHeading } from '../shell/page-heading.tsx';

/** The fleet with its outlets, as it was last reported. */
export function ChargersPage() {
  const { say, code } = useTexts();
  const { token } = theme.useToken();
  const { site, online, status, q } = useSearch({ from: '/shell/chargers' });
  const navigate = useNavigate({ from: '/chargers' });
  const siteName = useSiteName();
  const text = q?.toLowerCase();
  const list = useListedRows({
    queryKey: ['chargers', { site, online, status }],
    readPage: (cursor, signal) =>
      listChargers(
        {
          siteId: site,
          status,
          online: online === undefined ? undefined : online === 'yes' ? 'true' : 'false',
          limit: 50,
          cursor,
        },
        signal,
      ),
    everyMs: 10_000,
    keep: ({ id, name, serial, dtuNumber, siteId }) =>
      text === undefined ||
      [id, name, serial, String(dtuNumber ?? ''), siteName(siteId)].some((part) =>
        part.toLowerCase().includes(text),
      ),
  });
  const filtered = site !== undefined || online !== undefined || status !== undefined || q !== undefined;
  const columns: readonly ListColumn<Charger>[] = [
    {
      key: 'name',
      title: say('charger.name'),
      fixedShown: true,
      render: ({ id, name }) => (
        <div>
          <div>{name}</div>
          <span className="mono" style={{ color: token.colorTextTertiary, fontSize: 12 }}>
            {id}
          </span>
        </div>
      ),
      csv: ({ name }) => name,
    },
    {
      key: 'site',
      title: say('charger.site'),
      render: ({ siteId }) => siteName(siteId),
      csv: ({ siteId }) => siteName(siteId),
    },
    {
      key: 'connection',
      title: say('charger.connection'),
      render: (charger) =>
        charger.status === 'active' ? (
          <OnlineDot online={charger.online} />
        ) : (
          <Tag>{code('chargerStatus', charger.status)}</Tag>
        ),
      csv: (charger) => say(charger.online ? 'charger.online' : 'charger.offline'),
    },
    {
      key: 'outlets',
      title: say('charger.outlets'),
      render: ({ outletStates }) => <OutletSquares states={outletStates} />,
      csv: ({ outletStates }) =>
        outletStates.map((state, index) => `${index + 1} ${code('availability', state)}`).join('; '),
    },
    {
      key: 'free',
      title: say('charger.free'),
      align: 'right',
      className: 'figures',
      render: ({ outletsFree, outlets }) => `${outletsFree} / ${outlets}`,
      csv: ({ outletsFree }) => outletsFree,
    },
    {
      key: 'dtu',
      title: say('charger.dtu'),
      className: 'figures',
      render: ({ dtuNumber }) => dtuNumber ?? say('common.none'),
      csv: ({ dtuNumber }) => dtuNumber,
    },
    {
      key: 'firmware',
      title: say('charger.firmware'),
      render: ({ firmware }) => firmware ?? say('common.none'),
      csv: ({ firmware }) => firmware,
    },
    {
      key: 'changed',
      title: say('charger.changed'),
      render: ({ projectedAt }) => (projectedAt === 0 ? say('charger.never') : <Ago at={projectedAt} />),
    },
  ];
  return (
    <>
      <PageHeading title={say('charger.title')}>
        <OutletLegend />
      </PageHeading>
      <ListTable
        name="chargers"
        list={list}
        rowKey={({ id }) => id}
        columns={columns}
        empty={say(filtered ? 'charger.emptyFiltered' : 'charger.empty')}
        onOpen={({ id }) =>
          void navigate({ to: '/chargers/$chargerId', params: { chargerId: id }, search: {} })
        }
        filters={
          <Flex gap={8} wrap>
            <SearchBox
              value={q}
              onChange={(found) => void navigate({ search: (now) => ({ ...now, q: found }), replace: true })}
            />
            <SiteSelect
              value={site}
              onChange={(chosen) =>
                void navigate({ search: (now) => ({ ...now, site: chosen }), replace: true })
              }
            />
            <Select
              allowClear
              style={{ width: 140 }}
              placeholder={say('charger.allConnections')}
              value={online ?? null}
              options={[
                { value: 'yes', label: say('charger.online') },
                { value: 'no', label: say('charger.offline') },
              ]}
              onChange={(chosen) =>
                void navigate({ search: (now) => ({ ...now, online: chosen ?? undefined }), replace: true })
              }
            />
            <Select
              allowClear
              style={{ width: 150 }}
              placeholder={say('charger.allStatuses')}
              value={status ?? null}
              options={(['active', 'decommissioned'] as const).map((value) => ({
                value,
                label: code('chargerStatus', value),
              }))}
              onChange={(chosen) =>
                void navigate({ search: (now) => ({ ...now, status: chosen ?? undefined }), replace: true })
              }
            />
          </Flex>
        }
      />
    </>
  );
}
