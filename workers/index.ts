import { epochMs } from '../domain/units.ts';
import { createApp } from './app.ts';
import type { Env } from './env.ts';
import { consumeQueue } from './queues/consume.ts';
import { forgetExpired } from './schedules/forget-expired.ts';
import { sweepHolds } from './schedules/sweep-holds.ts';

export { Charger } from '../durable-objects/charger/charger.ts';

/** As in wrangler.toml; every other cron there is a daily one. */
const EVERY_MINUTE = '* * * * *';

const app = createApp();

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
  queue: (batch, env) => consumeQueue(batch, env),
  scheduled: (controller, env) => {
    const now = epochMs(controller.scheduledTime);
    return controller.cron === EVERY_MINUTE ? sweepHolds(env, now) : forgetExpired(env, now);
  },
} satisfies ExportedHandler<Env>;
