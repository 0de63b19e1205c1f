import { Button, Flex, theme } from 'antd';
import type { ReactNode } from 'react';

interface StandstillProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: { readonly label: string; readonly onClick: () => void };
}

/** Stands where a page or a list would, and says why it does not; at best with a way on. */
export function Standstill({ icon, title, children, action }: StandstillProps) {
  const { token } = theme.useToken();
  return (
    <Flex vertical align="center" gap={12} role="alert" style={{ padding: '56px 24px', textAlign: 'center' }}>
      <span style={{ fontSize: 44, lineHeight: 1, color: token.colorWarning }}>{icon}</span>
      <strong style={{ fontSize: 16, color: token.colorText }}>{title}</strong>
      <div style={{ color: token.colorTextSecondary }}>{children}</div>
      {action !== undefined && (
        <Button type="primary" onClick={action.onClick}>
          {action.label}
        </Button>
      )}
    </Flex>
  );
}
