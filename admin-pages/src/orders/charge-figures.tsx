import { Alert, Col, Flex, Row, Statistic, theme } from 'antd';
import type { ReactNode } from 'react';
import type { LiveSession } from '../api/charger-live.ts';
import { Ago } from '../components/ago.tsx';
import { CurveChart } from '../components/curve-chart.tsx';
import { Elapsed } from '../components/elapsed.tsx';
import { Quiet } from '../components/quiet.tsx';
import { energy, money, power, temperature } from '../format/quantities.ts';
import { duration } from '../format/times.ts';
import { useTexts } from '../messages/texts.ts';

/** What a running charge is at this moment: power, energy, both parts of the cost, and its curve. */
export function ChargeFigures({ charge }: { readonly charge: LiveSession }) {
  const { say, code, language } = useTexts();
  const { token } = theme.useToken();
  const figure = (title: string, value: ReactNode, more?: ReactNode) => (
    <Col xs={12} md={6}>
      <Statistic
        title={title}
        valueRender={() => value}
        styles={{ content: { fontSize: 22, fontVariantNumeric: 'tabular-nums' } }}
      />
      <div style={{ minHeight: 20 }}>
        <Quiet small>{more}</Quiet>
      </div>
    </Col>
  );
  return (
    <Flex vertical gap={16}>
      {charge.state === 'stopping' && (
        <Alert
          type="warning"
          showIcon
          title={say('charge.stopping', { reason: code('endReason', charge.stopReason) })}
        />
      )}
      {!charge.online && <Alert type="warning" showIcon title={say('charge.offlineHint')} />}
      <Row gutter={[16, 12]}>
        {figure(
          say('charge.power'),
          power(charge.powerW),
          charge.heardAt === null ? (
            say('charge.noReading')
          ) : (
            <>
              {say('charge.heard')} <Ago at={charge.heardAt} />
            </>
          ),
        )}
        {figure(
          say('charge.energy'),
          energy(charge.energyWh),
          charge.full ? <span style={{ color: token.colorSuccess }}>{say('charge.fullHint')}</span> : null,
        )}
        {figure(
          say('charge.cost'),
          money(charge.totalFen),
          <>
            {say('bill.electricity')} {money(charge.electricityFen)} · {say('bill.service')}{' '}
            {money(charge.serviceFen)}
            {charge.idleFen > 0 && ` · ${say('bill.idle')} ${money(charge.idleFen)}`}
          </>,
        )}
        {figure(
          say('charge.elapsed'),
          charge.startedAt === null ? say('common.none') : <Elapsed since={charge.startedAt} />,
          [
            charge.etaMs === null ? null : `${say('charge.eta')} ${duration(charge.etaMs, language)}`,
            charge.temperatureDeciC === null
              ? null
              : `${say('charge.temperature')} ${temperature(charge.temperatureDeciC)}`,
          ]
            .filter((text) => text !== null)
            .join(' · '),
        )}
      </Row>
      {charge.startedAt !== null && <CurveChart points={charge.curve} startedAt={charge.startedAt} />}
    </Flex>
  );
}
