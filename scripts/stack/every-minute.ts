const MINUTE = 60_000;

/** Runs a job at each full minute, never twice at a time. Returns what ends it; a failed run is told and forgotten. */
export function everyMinute(job: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout;
  let ended = false;
  const plan = () => {
    if (ended) return;
    timer = setTimeout(
      () => {
        job()
          .catch((error: unknown) => {
            if (!ended)
              console.error(`cron failed: ${error instanceof Error ? error.message : String(error)}`);
          })
          .then(plan);
      },
      MINUTE - (Date.now() % MINUTE),
    );
    timer.unref();
  };
  plan();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
