import { theme } from 'antd';

/** A value as JSON to read. */
export function JsonText({ value }: { readonly value: unknown }) {
  const { token } = theme.useToken();
  return (
    <pre
      className="mono"
      style={{
        margin: 0,
        padding: '8px 12px',
        maxHeight: 280,
        overflow: 'auto',
        borderRadius: token.borderRadius,
        background: token.colorFillTertiary,
        whiteSpace: 'pre-wrap',
        overflowWrap: 'anywhere',
      }}
    >
      {JSON.stringify(value ?? null, null, 2)}
    </pre>
  );
}
