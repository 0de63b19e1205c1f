/** One Ctrl-C may arrive twice, from the terminal and from npm; a second one is meant only after this long. */
const SECOND_PRESS_MS = 1000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ends in good order on the first signal, or when the launcher is gone, and at once on a second one. Other listeners
 * go: Miniflare's would exit before the rest has ended. To be called again after whatever adds listeners.
 */
export function onEndSignals(end: (code: number) => Promise<void>, kill: () => void): void {
  const onSignal = () => {
    firstAt ??= Date.now();
    if (Date.now() - firstAt >= SECOND_PRESS_MS) kill();
    else void end(0);
  };
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal);
    process.on(signal, onSignal);
  }
  process.removeAllListeners('disconnect');
  process.on('disconnect', () => void end(0));
}

let firstAt: number | null = null;
