import { useNow, useNowHere } from '../live/use-now.ts';
import { type Texts, useTexts } from '../messages/texts.ts';

/** A span that has passed: `12 秒前`. */
export function agoText({ say }: Texts, ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 2) return say('ago.now');
  if (seconds < 60) return say('ago.seconds', { count: seconds });
  if (seconds < 3600) return say('ago.minutes', { count: Math.floor(seconds / 60) });
  if (seconds < 86_400) return say('ago.hours', { count: Math.floor(seconds / 3600) });
  return say('ago.days', { count: Math.floor(seconds / 86_400) });
}

/** How long ago a moment of the platform's clock was; it counts on. */
export function Ago({ at }: { readonly at: number }) {
  return <span className="figures">{agoText(useTexts(), useNow() - at)}</span>;
}

/** The same for a moment of this browser's clock, such as when something was received. */
export function AgoHere({ at, wrap }: { readonly at: number; readonly wrap?: (ago: string) => string }) {
  const ago = agoText(useTexts(), useNowHere() - at);
  return <span className="figures">{wrap === undefined ? ago : wrap(ago)}</span>;
}
