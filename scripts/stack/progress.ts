export const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/**
 * Runs one step of a command and prints a line for it: its name, what came of it, how long it took. A long step may
 * tell what it is at.
 */
export async function step<Result>(
  name: string,
  work: (tell: (detail: string) => void) => Promise<Result>,
  describe: (result: Result) => string = (result) => (typeof result === 'string' ? result : 'ready'),
): Promise<Result> {
  const startedAt = performance.now();
  const result = await work((detail) => console.log(`  …  ${name}: ${detail}`));
  console.log(`  ✓  ${name}: ${describe(result)} (${inSeconds(performance.now() - startedAt)})`);
  return result;
}
