import { theme } from 'antd';
import type { Availability } from '../api/chargers.ts';

export interface SquareColours {
  readonly background: string;
  readonly text: string;
  readonly border: string;
}

/** How an outlet's square looks; it also holds its number, so that colour is not all there is to see. */
export function useAvailabilityColours(): Readonly<Record<Availability, SquareColours>> {
  const { token } = theme.useToken();
  const light = (background: string, text: string, border: string): SquareColours => ({
    background,
    text,
    border,
  });
  return {
    free: light(token.colorSuccessBg, token.colorSuccessText, token.colorSuccessBorder),
    occupied: light(token.colorPrimary, '#fff', token.colorPrimary),
    reserved: light(token.purple2 ?? '#efdbff', token.purple7 ?? '#531dab', token.purple4 ?? '#b37feb'),
    unavailable: light(token.colorFillSecondary, token.colorTextTertiary, token.colorBorder),
    faulted: light(token.colorError, '#fff', token.colorError),
    offline: light('transparent', token.colorTextQuaternary, token.colorBorder),
  };
}
