import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { Alert, Button, Col, Flex, Row, Skeleton, Tooltip } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { type Charger, readCharger } from '../api/chargers.ts';
import { ChargerFacts } from '../chargers/charger-facts.tsx';
import { CommandLog } from '../chargers/command-log.tsx';
import { LiveOutlets } from '../chargers/live-outlets.tsx';
import { FailurePanel } from '../components/failure-panel.tsx';
import { OnlineDot } from '../components/online-dot.tsx';
import { Panel } from '../components/panel.tsx';
import { useSiteName } from '../components/site-names.ts';
import { useChargerWatch } from '../live/use-charger-watch.ts';
import { useTexts } from '../messages/texts.ts';
import { useMay } from '../session/session.ts';
import { PageHeading } from '../shell/page-heading.tsx';

const CommandDialog = lazy(() =>
  import('../chargers/command-dialog.tsx').then(({ CommandDialog }) => ({ default: CommandDialog })),
);

/** One charger: its outlets as they are, its charges, and the commands it got. */
export function ChargerPage() {
  const { chargerId } = useParams({ from: '/shell/chargers/$chargerId' });
  const { data, error, refetch } = useQuery({
    queryKey: ['charger', chargerId],
    queryFn: ({ signal }) => readCharger(chargerId, signal),
    staleTime: 30_000,
  });
  const mayWatch = useMay()('live.read');
  if (data !== undefined) {
    return mayWatch ? <WatchedCharger key={chargerId} charger={data} /> : <UnwatchedCharger charger={data} />;
  }
  return (
    <Panel>
      {error === null ? (
        <Skeleton active paragraph={{ rows: 12 }} />
      ) : (
        <FailurePanel failure={error} onRetry={() => void refetch()} />
      )}
    </Panel>
  );
}

function WatchedCharger({ charger }: { readonly charger: Charger }) {
  const { say } = useTexts();
  const { outlet } = useSearch({ from: '/shell/chargers/$chargerId' });
  const watch = useChargerWatch(charger.id);
  const mayCommand = useMay()('fleet.device.command');
  const siteName = useSiteName();
  const [sending, setSending] = useState(false);
  const online = watch.charger?.online ?? charger.online;
  const reachable = watch.charger?.connected ?? charger.online;
  return (
    <>
      <PageHeading
        title={
          <Flex gap={12} align="center" wrap>
            {siteName(charger.siteId)} · {charger.name}
            <OnlineDot online={online} />
          </Flex>
        }
      >
        {mayCommand && (
          <Tooltip title={reachable ? undefined : say('command.offline')}>
            <Button type="primary" disabled={!reachable} onClick={() => setSending(true)}>
              {say('command.send')}
            </Button>
          </Tooltip>
        )}
      </PageHeading>
      <Row gutter={[16, 16]}>
        <Col xs={24} xl={17}>
          <Flex vertical gap={16}>
            <LiveOutlets
              chargerId={charger.id}
              watch={watch}
              outletNo={outlet === undefined ? undefined : Number(outlet)}
            />
            <Panel title={say('command.recent')} padding={0}>
              <CommandLog chargerId={charger.id} />
            </Panel>
          </Flex>
        </Col>
        <Col xs={24} xl={7}>
          <ChargerFacts charger={charger} live={watch.charger} />
        </Col>
      </Row>
      <Suspense>
        {sending && <CommandDialog chargerId={charger.id} onClose={() => setSending(false)} />}
      </Suspense>
    </>
  );
}

function UnwatchedCharger({ charger }: { readonly charger: Charger }) {
  const { say } = useTexts();
  return (
    <>
      <PageHeading title={charger.name} />
      <Flex vertical gap={16}>
        <Alert type="info" showIcon title={say('charger.liveForbidden')} />
        <ChargerFacts charger={charger} live={null} />
        <Panel title={say('command.recent')} padding={0}>
          <CommandLog chargerId={charger.id} />
        </Panel>
      </Flex>
    </>
  );
}
