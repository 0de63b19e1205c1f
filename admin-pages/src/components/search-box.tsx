import { SearchOutlined } from '@ant-design/icons';
import { Input } from 'antd';
import { useEffect, useState } from 'react';
import { useTexts } from '../messages/texts.ts';

interface SearchBoxProps {
  readonly value: string | undefined;
  readonly onChange: (text: string | undefined) => void;
  readonly placeholder?: string;
}

const PAUSE_MS = 250;

/** A text filter that follows the address and writes to it when typing pauses. */
export function SearchBox({ value, onChange, placeholder }: SearchBoxProps) {
  const { say } = useTexts();
  const [typed, setTyped] = useState(value ?? '');
  useEffect(() => setTyped(value ?? ''), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the pause
  useEffect(() => {
    if (typed.trim() === (value ?? '')) return;
    const timer = window.setTimeout(() => onChange(typed.trim() || undefined), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  const hint = placeholder ?? say('common.search');
  return (
    <Input
      allowClear
      prefix={<SearchOutlined />}
      placeholder={hint}
      aria-label={hint}
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
      style={{ width: 240 }}
    />
  );
}
