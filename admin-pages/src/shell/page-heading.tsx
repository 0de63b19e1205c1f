import { Flex, Typography } from 'antd';
import type { ReactNode } from 'react';

export function PageHeading({ title, children }: { readonly title: ReactNode; readonly children?: ReactNode }) {
  return (
    <Flex justify="space-between" align="center" gap={12} wrap style={{ marginBlockEnd: 16 }}>
      <Typography.Title level={4} style={{ margin: 0 }}>
        {title}
      </Typography.Title>
      <Flex gap={12} align="center" wrap>
        {children}
      </Flex>
    </Flex>
  );
}
