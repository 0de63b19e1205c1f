import type { MiddlewareHandler } from 'hono';
import { type DatabaseCosts, openDatabase } from '../../database/open.ts';
import { epochMs } from '../../domain/units.ts';
import { counters } from '../../durable-objects/link/counters.ts';
import type { AppEnv } from '../app-env.ts';
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
  if (metered) addTo(counters, costs);
  // The answer to an upgrade comes from the device's object and cannot be written on.
  if (context.res.status === 101) return;
  context.res.headers.set('X-Request-Id', requestId);
  if (metered) {
    const { d1RoundTrips, d1Statements, d1RowsRead, d1RowsWritten } = costs;
    const desc = `trips=${d1RoundTrips} statements=${d1Statements} read=${d1RowsRead} written=${d1RowsWritten}`;
    context.res.headers.set('Server-Timing', `d1;desc="${desc}"`);
  }
};

function addTo(total: DatabaseCosts, costs: DatabaseCosts): void {
  total.d1Statements += costs.d1Statements;
  total.d1RoundTrips += costs.d1RoundTrips;
  total.d1RowsRead += costs.d1RowsRead;
  total.d1RowsWritten += costs.d1RowsWritten;
}
