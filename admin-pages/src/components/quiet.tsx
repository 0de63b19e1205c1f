import { theme } from 'antd';
import type { ReactNode } from 'react';

interface QuietProps {
  readonly children: ReactNode;
  readonly small?: boolean;
  readonly tone?: 'secondary' | 'danger';
  readonly className?: string;
}

/** Text of the second rank. */
export function Quiet({ children, small = false, tone = 'secondary', className }: QuietProps) {
  const { token } = theme.useToken();
  return (
    <span
      className={className}
      style={{
        color: tone === 'danger' ? token.colorErrorText : token.colorTextSecondary,
        ...(small ? { fontSize: 12 } : {}),
      }}
    >
      {children}
    </span>
  );
}
