import { Button, Result } from 'antd';
import { useTexts } from '../messages/texts.ts';
import { FailureText } from './failure-text.tsx';

/** Stands in for what could not be loaded. */
export function FailurePanel({
  failure,
  onRetry,
}: {
  readonly failure: unknown;
  readonly onRetry: () => void;
}) {
  const { say } = useTexts();
  return (
    <Result
      status="warning"
      title={say('failure.title')}
      subTitle={<FailureText failure={failure} />}
      extra={
        <Button type="primary" onClick={onRetry}>
          {say('common.retry')}
        </Button>
      }
    />
  );
}
