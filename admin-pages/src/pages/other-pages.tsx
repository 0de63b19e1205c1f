import { LockFilled, QuestionCircleFilled, WarningFilled } from '@ant-design/icons';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Skeleton } from 'antd';
import { Standstill } from '../components/standstill.tsx';
import { useTexts } from '../messages/texts.ts';

/** While the code of a page is on its way. */
export const PagePending = () => <Skeleton active style={{ padding: 24 }} />;

export function NotFoundPage() {
  const { say } = useTexts();
  const goHome = () => location.assign('/');
  return (
    <Standstill
      icon={<QuestionCircleFilled />}
      title={say('common.notFound')}
      action={{ label: say('common.home'), onClick: goHome }}
    />
  );
}

export function ForbiddenPage() {
  const { say } = useTexts();
  return <Standstill icon={<LockFilled />} title={say('common.forbidden')} />;
}

/** A page threw, or its code could not be fetched, as after a deploy: loading it anew helps with the second. */
export function PageFailed({ error }: ErrorComponentProps) {
  const { say } = useTexts();
  return (
    <Standstill
      icon={<WarningFilled />}
      title={say('failure.page')}
      action={{ label: say('common.retry'), onClick: () => location.reload() }}
    >
      {error instanceof Error ? error.message : ''}
    </Standstill>
  );
}
