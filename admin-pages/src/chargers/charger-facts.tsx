import { Descriptions, Empty, Flex, Timeline } from 'antd';
import type { ReactNode } from 'react';
import type { LiveCharger } from '../api/charger-live.ts';
import type { Charger } from '../api/chargers.ts';
import { OnlineDot } from '../components/online-dot.tsx';
import { Panel } from '../components/panel.tsx';
import { Quiet } from '../components/quiet.tsx';
import { useSiteName } from '../components/site-names.ts';
import { dateTime, duration } from '../format/times.ts';
import { useTexts } from '../messages/texts.ts';

type Fact = readonly [label: string, value: ReactNode];

const FactList = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <Descriptions
    size="small"
    column={1}
    className="figures"
    items={facts.map(([label, children]) => ({ key: label, label, children }))}
  />
);

interface ChargerFactsProps {
  readonly charger: Charger;
  /** Null where live data is not seen. */
  readonly live: LiveCharger | null;
}

/** Who the charger is, how it is connected, what it said when it booted, and what it told of itself since. */
export function ChargerFacts({ charger, live }: ChargerFactsProps) {
  const { say, code } = useTexts();
  const siteName = useSiteName();
  const facts: readonly Fact[] = [
    [say('charger.connection'), <OnlineDot key="online" online={live?.online ?? charger.online} />],
    [say('charger.status'), code('chargerStatus', charger.status)],
    [say('charger.site'), siteName(charger.siteId)],
    [say('charger.id'), charger.id],
    [say('charger.serial'), charger.serial],
    [say('charger.dtu'), charger.dtuNumber ?? say('common.none')],
    [say('charger.firmware'), live?.firmware ?? charger.firmware ?? say('common.none')],
  ];
  return (
    <Flex vertical gap={16}>
      <Panel title={say('charger.facts')}>
        <FactList facts={facts} />
      </Panel>
      {live !== null && (
        <>
          <Panel title={say('charger.connection')}>
            <ConnectionFacts live={live} />
          </Panel>
          <Panel title={say('charger.boot')}>
            <BootFacts bootInfo={live.bootInfo} />
          </Panel>
          <Panel title={say('charger.notices')}>
            <Notices notices={live.notices} />
          </Panel>
        </>
      )}
    </Flex>
  );
}

function ConnectionFacts({ live }: { readonly live: LiveCharger }) {
  const { say, language } = useTexts();
  const time = (at: number | null) => (at === null ? say('common.none') : dateTime(at));
  const skew = `${live.clockSkewMs < 0 ? '-' : ''}${duration(Math.abs(live.clockSkewMs), language)}`;
  const disconnected: readonly Fact[] = live.online
    ? []
    : [[say('charger.disconnectedAt'), time(live.disconnectedAt)]];
  return (
    <FactList
      facts={[
        [say('charger.connectedAt'), time(live.connectedAt)],
        ...disconnected,
        [say('charger.clockSkew'), skew],
        [say('charger.commandsWaiting'), live.commandsWaiting],
        [say('charger.eventsWaiting'), live.eventsWaiting],
        [say('charger.malformed'), live.malformedMessages],
      ]}
    />
  );
}

function BootFacts({ bootInfo }: Pick<LiveCharger, 'bootInfo'>) {
  const { say, code } = useTexts();
  const told = Object.entries(bootInfo ?? {});
  if (told.length === 0) return <Quiet>{say('charger.noBoot')}</Quiet>;
  return (
    <FactList
      facts={told.map(([name, value]) => [
        code('bootInfo', name),
        typeof value === 'object' ? JSON.stringify(value) : String(value),
      ])}
    />
  );
}

function Notices({ notices }: Pick<LiveCharger, 'notices'>) {
  const { say } = useTexts();
  if (notices.length === 0) {
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={say('charger.noNotices')} />;
  }
  return (
    <div style={{ maxHeight: 360, overflow: 'auto', paddingBlockStart: 4 }}>
      <Timeline
        items={notices.toReversed().map(({ at, action, payload }) => ({
          key: `${at}-${action}`,
          content: (
            <>
              <div>{action}</div>
              <Quiet small>
                {dateTime(at)}
                <div className="mono" style={{ overflowWrap: 'anywhere' }}>
                  {JSON.stringify(payload)}
                </div>
              </Quiet>
            </>
          ),
        }))}
      />
    </div>
  );
}
