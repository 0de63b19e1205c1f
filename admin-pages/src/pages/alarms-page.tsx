import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Select, Tag } from 'antd';
import { type Alarm, listAlarms, SEVERITIES, type Severity } from '../api/alarms.ts';
import { type ListColumn, ListTable } from '../components/list-table.tsx';
import { Quiet } from '../components/quiet.tsx';
import { SearchBox } from '../components/search-box.tsx';
import { useSiteName } from '../components/site-names.ts';
import { SiteSelect } from '../components/site-select.tsx';
import { useListedRows } from '../components/use-listed-rows.ts';
import { dateTime } from '../format/times.ts';
import { useTexts } from '../messages/texts.ts';
import { PageHeading } from '../shell/page-heading.tsx';

const COLOURS: Readonly<Record<Severity, string>> = { critical: 'red', major: 'orange', minor: 'default' };

/** Facts of an alarm on one line: `temperatureDeciC 912 · limit 800`. */
const detailText = (detail: Alarm['detail']): string =>
  Object.entries(detail)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' · ');

/** What devices and the rules over them have raised, newest first. */
export function AlarmsPage() {
  const { say, code } = useTexts();
  const { site, severity, charger } = useSearch({ from: '/shell/alarms' });
  const navigate = useNavigate({ from: '/alarms' });
  const siteName = useSiteName();
  const list = useListedRows({
    queryKey: ['alarms', { site, severity, charger }],
    readPage: (cursor, signal) =>
      listAlarms({ siteId: site, severity, chargerId: charger, limit: 50, cursor }, signal),
    everyMs: 10_000,
  });
  const filtered = site !== undefined || severity !== undefined || charger !== undefined;
  const columns: readonly ListColumn<Alarm>[] = [
    {
      key: 'at',
      title: say('alarm.at'),
      className: 'figures',
      render: ({ at }) => dateTime(at),
      csv: ({ at }) => dateTime(at),
      fixedShown: true,
    },
    {
      key: 'severity',
      title: say('alarm.severity'),
      render: (alarm) => <Tag color={COLOURS[alarm.severity]}>{code('severity', alarm.severity)}</Tag>,
      csv: (alarm) => code('severity', alarm.severity),
    },
    {
      key: 'kind',
      title: say('alarm.kind'),
      render: ({ kind }) => code('alarmKind', kind),
      csv: ({ kind }) => code('alarmKind', kind),
    },
    {
      key: 'site',
      title: say('order.site'),
      render: ({ siteId }) => siteName(siteId),
      csv: ({ siteId }) => siteName(siteId),
    },
    {
      key: 'charger',
      title: say('order.charger'),
      render: ({ chargerId, outletNo }) => (
        <Link
          to="/chargers/$chargerId"
          params={{ chargerId }}
          search={outletNo === null ? {} : { outlet: String(outletNo) }}
        >
          {chargerId}
          {outletNo !== null && ` · ${say('order.outletNo', { count: outletNo })}`}
        </Link>
      ),
      csv: ({ chargerId, outletNo }) => (outletNo === null ? chargerId : `${chargerId}-${outletNo}`),
    },
    {
      key: 'detail',
      title: say('alarm.detail'),
      render: ({ detail }) => <Quiet className="mono">{detailText(detail)}</Quiet>,
      csv: ({ detail }) => detailText(detail),
    },
  ];
  return (
    <>
      <PageHeading title={say('alarm.title')} />
      <ListTable
        name="alarms"
        list={list}
        rowKey={({ id }) => id}
        columns={columns}
        empty={say(filtered ? 'alarm.emptyFiltered' : 'alarm.empty')}
        filters={
          <>
            <SiteSelect
              value={site}
              onChange={(chosen) =>
                void navigate({ search: (now) => ({ ...now, site: chosen }), replace: true })
              }
            />
            <Select
              allowClear
              style={{ width: 140 }}
              placeholder={say('alarm.allSeverities')}
              value={severity ?? null}
              options={SEVERITIES.map((value) => ({ value, label: code('severity', value) }))}
              onChange={(chosen) =>
                void navigate({ search: (now) => ({ ...now, severity: chosen ?? undefined }), replace: true })
              }
            />
            <SearchBox
              value={charger}
              placeholder={say('charger.id')}
              onChange={(found) =>
                void navigate({ search: (now) => ({ ...now, charger: found }), replace: true })
              }
            />
          </>
        }
      />
    </>
  );
}
