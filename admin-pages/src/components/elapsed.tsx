import { duration } from '../format/times.ts';
import { useNow } from '../live/use-now.ts';
import { useTexts } from '../messages/texts.ts';

/** The time since a moment; it counts on. */
export function Elapsed({ since }: { readonly since: number }) {
  const { language } = useTexts();
  return <span className="figures">{duration(useNow() - since, language)}</span>;
}
