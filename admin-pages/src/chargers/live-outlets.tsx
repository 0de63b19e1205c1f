import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, Empty, Flex, Skeleton } from 'antd';
import { FailurePanel } from '../components/failure-panel.tsx';
import { LinkState } from '../components/link-state.tsx';
import { Panel } from '../components/panel.tsx';
import type { ChargerWatchState } from '../live/charger-watch.ts';
import { useTexts } from '../messages/texts.ts';
import { ChargeFigures } from '../orders/charge-figures.tsx';
import { StopChargeButton } from '../orders/stop-charge-button.tsx';
import { useMay } from '../session/session.ts';
import { OutletCard } from './outlet-card.tsx';
import { OutletLegend } from './outlet-squares.tsx';

interface LiveOutletsProps {
  readonly chargerId: string;
  readonly watch: ChargerWatchState & { readonly reconnect: () => void };
  /** From the address; without it the first outlet in use is shown. */
  readonly outletNo: number | undefined;
}

/** A charger's outlets as they are this moment, and the charge of the chosen one. */
export function LiveOutlets({ chargerId, watch, outletNo }: LiveOutletsProps) {
  const { say } = useTexts();
  const navigate = useNavigate({ from: '/chargers/$chargerId' });
  const mayOrders = useMay()('charging.order.read');
  const { charger, failure } = watch;
  if (charger === null) {
    return (
      <Panel>
        {failure === null ? (
          <Skeleton active paragraph={{ rows: 6 }} />
        ) : (
          <FailurePanel failure={failure} onRetry={watch.reconnect} />
        )}
      </Panel>
    );
  }
  const chosen =
    charger.outlets.find((outlet) => outlet.outletNo === outletNo) ??
    charger.outlets.find(({ session }) => session !== null);
  const charge = chosen?.session ?? null;
  return (
    <Flex vertical gap={16}>
      <Panel>
        <Flex justify="space-between" align="start" gap={12} wrap style={{ marginBlockEnd: 12 }}>
          <LinkState watch={watch} />
          <OutletLegend />
        </Flex>
        {charger.connected && !charger.booted && (
          <Alert type="warning" showIcon title={say('charger.notBooted')} style={{ marginBlockEnd: 12 }} />
        )}
        {charger.outlets.length === 0 ? (
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={say('charger.noOutlets')} />
        ) : (
          <div
            style={{ display: 'grid', gap: 10, gridTemplateColumns: 'repeat(auto-fill, minmax(168px, 1fr))' }}
          >
            {charger.outlets.map((outlet) => (
              <OutletCard
                key={outlet.outletNo}
                outlet={outlet}
                chosen={outlet.outletNo === chosen?.outletNo}
                onChoose={() => void navigate({ search: { outlet: String(outlet.outletNo) }, replace: true })}
              />
            ))}
          </div>
        )}
      </Panel>
      <Panel
        title={
          chosen === undefined
            ? say('order.progress')
            : `${say('order.outlet')} ${say('order.outletNo', { count: chosen.outletNo })}`
        }
        extra={
          charge !== null && (
            <Flex gap={12} align="center">
              {mayOrders && (
                <Link to="/orders/$orderId" params={{ orderId: charge.orderId }}>
                  {say('order.open')}
                </Link>
              )}
              <StopChargeButton orderId={charge.orderId} chargerId={chargerId} outletNo={charge.outletNo} />
            </Flex>
          )
        }
      >
        {charge === null ? (
          <Empty
            image={Empty.PRESENTED_IMAGE_SIMPLE}
            description={say(chosen === undefined ? 'charger.chooseOutlet' : 'charger.idle')}
          />
        ) : (
          <ChargeFigures charge={charge} />
        )}
      </Panel>
    </Flex>
  );
}
