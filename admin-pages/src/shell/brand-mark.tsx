import { useTexts } from '../messages/texts.ts';

export function BrandMark({ size = 28 }: { readonly size?: number }) {
  const { say } = useTexts();
  return (
    <svg
      viewBox="0 0 32 32"
      width={size}
      height={size}
      role="img"
      aria-label={say('app.name')}
      style={{ flex: 'none' }}
    >
      <rect width="32" height="32" rx="8" fill="#2456e6" />
      <path d="M18 4 8 18h7l-1 10 10-14h-7z" fill="#fff" />
    </svg>
  );
}
