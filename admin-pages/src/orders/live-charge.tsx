import { Empty, Flex, Skeleton } from 'antd';
import { LinkState } from '../components/link-state.tsx';
import { useChargerWatch } from '../live/use-charger-watch.ts';
import { useTexts } from '../messages/texts.ts';
import { ChargeFigures } from './charge-figures.tsx';

/** The charge of one order as its charger tells it. */
export function LiveCharge({ chargerId, orderId }: { readonly chargerId: string; readonly orderId: string }) {
  const { say } = useTexts();
  const watch = useChargerWatch(chargerId);
  const charge = watch.charger?.outlets.find(({ session }) => session?.orderId === orderId)?.session;
  return (
    <Flex vertical gap={12}>
      <LinkState watch={watch} />
      {charge !== undefined && charge !== null ? (
        <ChargeFigures charge={charge} />
      ) : watch.charger === null && watch.failure === null ? (
        <Skeleton active />
      ) : (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={say('order.notOnDevice')} />
      )}
    </Flex>
  );
}
