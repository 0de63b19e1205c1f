import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { theme } from 'antd';
import { type MouseEvent, useState } from 'react';
import { shortId } from '../format/quantities.ts';
import { useTexts } from '../messages/texts.ts';

interface IdTextProps {
  readonly id: string;
  /** Shown in full, not only its end. */
  readonly whole?: boolean;
}

const CONFIRMED_MS = 1500;

/** An id to read, hover and copy. */
export function IdText({ id, whole = false }: IdTextProps) {
  const { say } = useTexts();
  const { token } = theme.useToken();
  const [copied, setCopied] = useState(false);
  const copy = async (event: MouseEvent) => {
    event.stopPropagation();
    await navigator.clipboard.writeText(id);
    setCopied(true);
    window.setTimeout(() => setCopied(false), CONFIRMED_MS);
  };
  return (
    <span className="id-text mono" title={id} style={{ whiteSpace: whole ? 'normal' : 'nowrap' }}>
      {whole ? id : shortId(id)}
      {/* Browsers give the clipboard to secure origins only. */}
      {window.isSecureContext && (
        <button
          type="button"
          aria-label={say(copied ? 'common.copied' : 'common.copy')}
          title={say(copied ? 'common.copied' : 'common.copy')}
          onClick={(event) => void copy(event)}
          style={{ color: copied ? token.colorSuccess : token.colorTextTertiary }}
        >
          {copied ? <CheckOutlined /> : <CopyOutlined />}
        </button>
      )}
    </span>
  );
}
