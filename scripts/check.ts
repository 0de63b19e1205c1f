import { checks, generateSources } from './checks.ts';
import { inSeconds } from './stack/progress.ts';

/** `npm run check`: one line when all is well, otherwise what is not. */

const startedAt = performance.now();
await generateSources();
const all = checks();
let failed = 0;
for (const check of all) {
  try {
    await check.run();
  } catch (error) {
    failed += 1;
    console.error(`✗ ${check.name}\n${error instanceof Error ? error.message : String(error)}\n`);
  }
}
if (failed === 0)
  console.log(`ok: ${all.map(({ name }) => name).join(', ')} (${inSeconds(performance.now() - startedAt)})`);
process.exitCode = failed === 0 ? 0 : 1;
