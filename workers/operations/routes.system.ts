import { z } from '@hono/zod-openapi';
import { counters } from '../../durable-objects/link/counters.ts';
import { ApiError } from '../api-error.ts';
import { defineRoute, jsonResponse, newRouter } from '../http.ts';

const healthRoute = defineRoute({
  method: 'get',
  path: '/healthz',
  permission: 'public',
  tags: ['system'],
  summary: 'Whether the service and its database answer',
  errors: ['temporarily_unavailable'],
  responses: {
    200: jsonResponse(z.object({ status: z.literal('ok'), time: z.number().int() }), 'Up', {
      status: 'ok',
      time: 1767225600000,
    }),
  },
});

const countersRoute = defineRoute({
  method: 'get',
  path: '/debug/counters',
  permission: 'public',
  tags: ['system'],
  summary: 'What this process has spent, in billed units; exists only where COUNTERS=1',
  errors: ['not_found'],
  responses: { 200: jsonResponse(z.record(z.string(), z.number()), 'Counters', { d1RowsWritten: 12 }) },
});

/** Routes about the service itself. */
export function systemRoutes() {
  const router = newRouter();
  router.openapi(healthRoute, async (context) => {
    try {
      await context.env.DB.prepare('SELECT 1').run();
    } catch {
      throw new ApiError('temporarily_unavailable');
    }
    return context.json({ status: 'ok' as const, time: context.get('now') }, 200);
  });
  router.openapi(countersRoute, (context) => {
    if (context.env.COUNTERS !== '1') throw new ApiError('not_found');
    return context.json({ ...counters }, 200);
  });
  return router;
}
