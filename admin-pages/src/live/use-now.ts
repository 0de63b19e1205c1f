import { useEffect, useState } from 'react';
import { serverNow } from '../api/call-api.ts';

/** The platform's time, epoch ms, anew every second. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(serverNow()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}
