import { Flex, theme } from 'antd';
import type { ReactNode } from 'react';

interface PanelProps {
  readonly title?: ReactNode;
  readonly extra?: ReactNode;
  /** In px; 0 for a table that reaches the edges. */
  readonly padding?: number;
  readonly children: ReactNode;
}

/** A piece of a page on its own ground. */
export function Panel({ title, extra, padding = 20, children }: PanelProps) {
  const { token } = theme.useToken();
  const edge = `1px solid ${token.colorBorderSecondary}`;
  return (
    <section
      style={{
        minWidth: 0,
        overflow: 'hidden',
        color: token.colorText,
        background: token.colorBgContainer,
        border: edge,
        borderRadius: token.borderRadiusLG,
      }}
    >
      {title !== undefined && (
        <Flex
          justify="space-between"
          align="center"
          gap={12}
          style={{ minHeight: 48, padding: '8px 20px', borderBlockEnd: edge }}
        >
          <h2 style={{ margin: 0, fontSize: 15, fontWeight: 600 }}>{title}</h2>
          {extra}
        </Flex>
      )}
      <div style={{ padding }}>{children}</div>
    </section>
  );
}
