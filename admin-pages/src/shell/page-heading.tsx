import { Flex, theme } from 'antd';
import type { ReactNode } from 'react';

interface PageHeadingProps {
  readonly title: ReactNode;
  /** A second line, such as where a device stands. */
  readonly below?: ReactNode;
  readonly children?: ReactNode;
}

export function PageHeading({ title, below, children }: PageHeadingProps) {
  const { token } = theme.useToken();
  return (
    <Flex justify="space-between" align="center" gap={12} wrap style={{ marginBlockEnd: 16, minHeight: 32 }}>
      <div>
        <h1 style={{ margin: 0, fontSize: 20, lineHeight: 1.4, fontWeight: 600, color: token.colorText }}>
          {title}
        </h1>
        {below !== undefined && <div style={{ color: token.colorTextSecondary }}>{below}</div>}
      </div>
      <Flex gap={12} align="center" wrap>
        {children}
      </Flex>
    </Flex>
  );
}
