import { WarningFilled } from '@ant-design/icons';
import { useTexts } from '../messages/texts.ts';
import { FailureText } from './failure-text.tsx';
import { Standstill } from './standstill.tsx';

interface FailurePanelProps {
  readonly failure: unknown;
  readonly onRetry: () => void;
}

/** Stands in for what could not be loaded. */
export function FailurePanel({ failure, onRetry }: FailurePanelProps) {
  const { say } = useTexts();
  return (
    <Standstill
      icon={<WarningFilled />}
      title={say('failure.title')}
      action={{ label: say('common.retry'), onClick: onRetry }}
    >
      <FailureText failure={failure} />
    </Standstill>
  );
}
