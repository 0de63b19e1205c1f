import type { ErrorComponentProps } from '@tanstack/react-router';
import { Button, Result, Skeleton } from 'antd';
import { useTexts } from '../messages/texts.ts';

/** While the code of a page is on its way. */
export const PagePending = () => <Skeleton active style={{ padding: 24 }} />;

export function NotFoundPage() {
  const { say } = useTexts();
  return (
    <Result
      status="404"
      title={say('common.notFound')}
      extra={
        <Button type="primary" href="/">
          {say('common.home')}
        </Button>
      }
    />
  );
}

export function ForbiddenPage() {
  const { say } = useTexts();
  return <Result status="403" title={say('common.forbidden')} />;
}

/** A page threw, or its code could not be fetched, as after a deploy: loading it anew helps with the second. */
export function PageFailed({ error }: ErrorComponentProps) {
  const { say } = useTexts();
  return (
    <Result
      status="error"
      title={say('failure.page')}
      subTitle={error instanceof Error ? error.message : ''}
      extra={
        <Button type="primary" onClick={() => location.reload()}>
          {say('common.retry')}
        </Button>
      }
    />
  );
}
