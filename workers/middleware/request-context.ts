import type { MiddlewareHandler } from 'hono';
import { openDatabase } from '../../database/open.ts';
import { epochMs } from '../../domain/units.ts';
import { counters } from '../../durable-objects/link/counters.ts';
import type { AppEnv } from '../http.ts';
import { newId } from '../identifiers.ts';

/** Gives each request its id, its moment, its language and its database. */
export const requestContext: MiddlewareHandler<AppEnv> = async (context, next) => {
  const now = epochMs(Date.now());
  const requestId = newId(now);
  const metered = context.env.COUNTERS === '1';
  const costs = { d1Statements: 0, d1RoundTrips: 0, d1RowsRead: 0, d1RowsWritten: 0 };
  context.set('requestId', requestId);
  context.set('now', now);
  context.set('principal', null);
  context.set(
    'language',
    context.req.header('Accept-Language')?.toLowerCase().startsWith('en') ? 'en' : 'zh',
  );
  context.set('db', openDatabase(context.env.DB, metered ? costs : undefined));
  await next();
  context.res.headers.set('X-Request-Id', requestId);
  if (!metered) return;
  counters.d1Statements += costs.d1Statements;
  counters.d1RoundTrips += costs.d1RoundTrips;
  counters.d1RowsRead += costs.d1RowsRead;
  counters.d1RowsWritten += costs.d1RowsWritten;
  context.res.headers.set(
    'Server-Timing',
    `d1;desc="trips=${costs.d1RoundTrips} statements=${costs.d1Statements} read=${costs.d1RowsRead} written=${costs.d1RowsWritten}"`,
  );
};
