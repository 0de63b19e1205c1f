import { epochMs } from '../domain/units.ts';
import { createApp } from './app.ts';
import type { Env } from './env.ts';
import { consumeQueue } from './queues/consume.ts';
import { sweepHolds } from './schedules/sweep-holds.ts';

export { Charger } from '../durable-objects/charger/charger.ts';

const app = createApp();

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
  queue: (batch, env) => consumeQueue(batch, env),
  scheduled: (controller, env) => sweepHolds(env, epochMs(controller.scheduledTime)),
} satisfies ExportedHandler<Env>;
