import { Alert, Badge, Button, Flex } from 'antd';
import type { ChargerWatchState } from '../live/charger-watch.ts';
import { useTexts } from '../messages/texts.ts';
import { AgoHere } from './ago.tsx';
import { FailureText } from './failure-text.tsx';
import { Quiet } from './quiet.tsx';

const BADGES = { live: 'success', connecting: 'processing', retrying: 'warning', refused: 'error' } as const;

interface LinkStateProps {
  readonly watch: ChargerWatchState & { readonly reconnect: () => void };
}

/** Whether what is shown is live, and how old it is. */
export function LinkState({ watch }: LinkStateProps) {
  const { say } = useTexts();
  const { link, receivedAt, failure, superseded, reconnect } = watch;
  return (
    <Flex vertical gap={8}>
      <Flex gap={12} align="center" wrap>
        <Badge status={BADGES[link]} text={say(`link.${link}`)} />
        {receivedAt !== null && (
          <Quiet>
            <AgoHere at={receivedAt} wrap={(ago) => say('link.heard', { ago })} />
          </Quiet>
        )}
        {(link === 'refused' || link === 'retrying') && (
          <Button size="small" onClick={reconnect}>
            {say('link.reconnect')}
          </Button>
        )}
      </Flex>
      {superseded && <Alert type="warning" showIcon title={say('link.superseded')} />}
      {failure !== null && <Alert type="warning" showIcon title={<FailureText failure={failure} />} />}
    </Flex>
  );
}
