import { PlainFailure } from './plain-failure.ts';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 100;

/** Waits until a URL answers with a 2xx; throws a PlainFailure when it takes too long. */
export async function startedAnswer(url: string): Promise<void> {
  const answer = await untilKnown(async () => {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok ? true : null;
  });
  if (answer === null) throw new PlainFailure(`${url} did not answer within ${PATIENCE_MS / 1000} s.`);
}

/** Waits until the fleet's control says that a pile is online. The rest follow at the fleet's own pace. */
export async function firstPilesOnline(controlUrl: string): Promise<string> {
  const answer = await untilKnown(async () => {
    const response = await fetch(controlUrl);
    const { piles } = (await response.json()) as { piles: readonly { link: string }[] };
    const online = piles.filter(({ link }) => link === 'online').length;
    return online > 0 ? `${online} of ${piles.length} piles online, the rest are dialling` : null;
  });
  return answer ?? `no pile came online within ${PATIENCE_MS / 1000} s; see the fleet's log`;
}

async function untilKnown<Known>(ask: () => Promise<Known | null>): Promise<Known | null> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer !== null || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
