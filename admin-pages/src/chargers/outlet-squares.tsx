import { Flex, theme } from 'antd';
import { AVAILABILITIES, type Availability } from '../api/chargers.ts';
import { useTexts } from '../messages/texts.ts';
import { type SquareColours, useAvailabilityColours } from './availability-colours.ts';

const SIDE = 22;

const squareStyle = ({ background, text, border }: SquareColours, side: number) => ({
  display: 'inline-flex',
  alignItems: 'center',
  justifyContent: 'center',
  width: side,
  height: side,
  borderRadius: 4,
  fontSize: 11,
  fontVariantNumeric: 'tabular-nums',
  lineHeight: 1,
  boxSizing: 'border-box' as const,
  background,
  color: text,
  border: `1px solid ${border}`,
});

/** A charger's outlets in a row: number and colour, the state in words on hover and for screen readers. */
export function OutletSquares({ states }: { readonly states: readonly Availability[] }) {
  const { say, code } = useTexts();
  const colours = useAvailabilityColours();
  if (states.length === 0) return <>{say('common.none')}</>;
  return (
    <Flex component="ul" gap={3} wrap style={{ margin: 0, padding: 0, listStyle: 'none' }}>
      {states.map((state, index) => {
        const outletNo = index + 1;
        const name = `${say('order.outletNo', { count: outletNo })} ${code('availability', state)}`;
        return (
          <li key={outletNo} title={name} aria-label={name} style={squareStyle(colours[state], SIDE)}>
            {state === 'faulted' ? '!' : outletNo}
          </li>
        );
      })}
    </Flex>
  );
}

/** What the colours mean. */
export function OutletLegend() {
  const { say, code } = useTexts();
  const { token } = theme.useToken();
  const colours = useAvailabilityColours();
  return (
    <Flex
      gap={12}
      wrap
      aria-label={say('charger.legend')}
      style={{ color: token.colorTextSecondary, fontSize: 12 }}
    >
      {AVAILABILITIES.map((availability) => (
        <Flex key={availability} gap={5} align="center">
          <span style={squareStyle(colours[availability], 14)}>{availability === 'faulted' ? '!' : ''}</span>
          {code('availability', availability)}
        </Flex>
      ))}
    </Flex>
  );
}
