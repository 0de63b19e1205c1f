import { message } from 'antd';
import { createContext, type ReactNode, use } from 'react';

type Tell = ReturnType<typeof message.useMessage>[0];

const Notices = createContext<Tell | null>(null);

/** Shows short notices over the page: what has been done, or why it could not be. */
export function NoticesProvider({ children }: { readonly children: ReactNode }) {
  const [tell, place] = message.useMessage();
  return (
    <Notices value={tell}>
      {place}
      {children}
    </Notices>
  );
}

/** Tells what came of a click. Throws outside a {@link NoticesProvider}. */
export function useNotices(): Tell {
  const tell = use(Notices);
  if (tell === null) throw new Error('there is no place for notices');
  return tell;
}
