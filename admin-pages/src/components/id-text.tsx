import { Typography } from 'antd';
import { shortId } from '../format/quantities.ts';
import { useTexts } from '../messages/texts.ts';

/** An id to read, hover and copy. */
export function IdText({ id, whole = false }: { readonly id: string; readonly whole?: boolean }) {
  const { say } = useTexts();
  return (
    <Typography.Text
      className="mono"
      title={id}
      copyable={{ text: id, tooltips: [say('common.copy'), say('common.copied')] }}
      style={{ whiteSpace: whole ? 'normal' : 'nowrap' }}
    >
      {whole ? id : shortId(id)}
    </Typography.Text>
  );
}
