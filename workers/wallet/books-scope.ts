import { ApiError } from '../api-error.ts';
import { type RequestContext, staffOf } from '../app-env.ts';

/** The books have no regions: they are for staff whose scope is everything, whatever an edited role holds (P1). */
export function requireWholeBooks(context: RequestContext): void {
  if (staffOf(context).scope.kind !== 'all') throw new ApiError('forbidden', { reason: 'scope' });
}
