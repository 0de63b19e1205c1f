import { Flex, theme } from 'antd';
import type { LiveOutlet } from '../api/charger-live.ts';
import { Quiet } from '../components/quiet.tsx';
import { energy, money, power } from '../format/quantities.ts';
import { useTexts } from '../messages/texts.ts';
import { useAvailabilityColours } from './availability-colours.ts';

interface OutletCardProps {
  readonly outlet: LiveOutlet;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

/** One outlet: its state, and the three figures of its charge. */
export function OutletCard({ outlet, chosen, onChoose }: OutletCardProps) {
  const { say, code } = useTexts();
  const { token } = theme.useToken();
  const colours = useAvailabilityColours()[outlet.availability];
  const { session } = outlet;
  const error = outlet.errorCode !== null && outlet.errorCode !== 'NoError' ? outlet.errorCode : null;
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onChoose}
      style={{
        display: 'flex',
        flexDirection: 'column',
        width: '100%',
        minHeight: 104,
        padding: 12,
        font: 'inherit',
        textAlign: 'start',
        cursor: 'pointer',
        color: token.colorText,
        background: chosen ? token.colorPrimaryBg : token.colorBgContainer,
        border: `1px solid ${chosen ? token.colorPrimary : token.colorBorderSecondary}`,
        borderRadius: token.borderRadius,
      }}
    >
      <Flex align="center" gap={8} style={{ marginBlockEnd: 8 }}>
        <Flex
          align="center"
          justify="center"
          className="figures"
          style={{
            width: 26,
            height: 26,
            borderRadius: 6,
            fontSize: 13,
            fontWeight: 600,
            background: colours.background,
            color: colours.text,
            border: `1px solid ${colours.border}`,
            boxSizing: 'border-box',
          }}
        >
          {outlet.outletNo}
        </Flex>
        <span>
          {session === null ? code('availability', outlet.availability) : code('orderState', session.state)}
        </span>
      </Flex>
      {session === null ? (
        <Quiet small tone={error === null ? 'secondary' : 'danger'}>
          {error ??
            (outlet.status === null ? say('common.none') : `${say('charger.reported')} ${outlet.status}`)}
        </Quiet>
      ) : (
        <>
          <div className="figures" style={{ fontSize: 18, fontWeight: 600, lineHeight: 1.4 }}>
            {power(session.powerW)}
          </div>
          <Quiet small className="figures">
            {energy(session.energyWh)} · {money(session.totalFen)}
          </Quiet>
        </>
      )}
    </button>
  );
}
