import type { UseQueryResult } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import { Flex, Skeleton, theme } from 'antd';
import type { ReactNode } from 'react';
import type { Counted } from '../api/page.ts';
import { failureText } from '../components/failure-text.tsx';
import { Panel } from '../components/panel.tsx';
import { Quiet } from '../components/quiet.tsx';
import { useTexts } from '../messages/texts.ts';

interface CountCardProps {
  readonly title: string;
  readonly icon: ReactNode;
  readonly tone: 'primary' | 'success' | 'warning' | 'error';
  readonly counted: UseQueryResult<Counted>;
  readonly to?: LinkProps['to'];
  readonly search?: LinkProps['search'];
  /** Takes the tone only when there is something to count. */
  readonly quietAtZero?: boolean;
}

/** One number of the live page; a click leads to what was counted. */
export function CountCard({ title, icon, tone, counted, to, search, quietAtZero = false }: CountCardProps) {
  const texts = useTexts();
  const { token } = theme.useToken();
  const quiet = quietAtZero && counted.data?.count === 0;
  const colours = {
    primary: [token.colorPrimary, token.colorPrimaryBg],
    success: [token.colorSuccess, token.colorSuccessBg],
    warning: [token.colorWarning, token.colorWarningBg],
    error: [token.colorError, token.colorErrorBg],
  }[tone];
  const [colour, ground] = quiet ? [token.colorTextTertiary, token.colorFillTertiary] : colours;
  const number = () => {
    if (counted.data !== undefined) {
      return `${counted.data.count.toLocaleString('en-US')}${counted.data.more ? '+' : ''}`;
    }
    if (counted.isError) return <span title={failureText(texts, counted.error)}>—</span>;
    return <Skeleton.Node active style={{ width: 56, height: 28 }} />;
  };
  const card = (
    <Panel padding={18}>
      <Flex align="center" gap={14}>
        <Flex
          align="center"
          justify="center"
          style={{ width: 44, height: 44, borderRadius: 12, fontSize: 20, color: colour, background: ground }}
        >
          {icon}
        </Flex>
        <div>
          <Quiet>{title}</Quiet>
          <div
            className="figures"
            style={{ fontSize: 26, lineHeight: '32px', fontWeight: 600, color: token.colorText }}
          >
            {number()}
          </div>
        </div>
      </Flex>
    </Panel>
  );
  return to === undefined ? (
    card
  ) : (
    <Link to={to} {...(search === undefined ? {} : { search })} className="card-link">
      {card}
    </Link>
  );
}
