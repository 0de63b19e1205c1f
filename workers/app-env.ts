import type { Database } from '../database/open.ts';
import type { Principal, RiderPrincipal, StaffPrincipal } from '../domain/access/principal.ts';
import type { EpochMs } from '../domain/units.ts';
import { ApiError } from './api-error.ts';
import type { Actor } from './audit.ts';
import type { Env } from './env.ts';

/** What a handler finds in its context besides the request. */
export interface RequestVariables {
  requestId: string;
  now: EpochMs;
  db: Database;
  language: 'zh' | 'en';
  principal: Principal | null;
}

export type AppEnv = { Bindings: Env; Variables: RequestVariables };

/** As much of a handler's context as helpers beside the handlers need. */
export interface RequestContext {
  get<Key extends keyof RequestVariables>(key: Key): RequestVariables[Key];
}

/** The rider who asks; the route's permission has let nobody else through. */
export function riderOf(context: RequestContext): RiderPrincipal {
  const principal = context.get('principal');
  if (principal?.kind !== 'rider') throw new ApiError('forbidden');
  return principal;
}

/** The member of staff who asks; the route's permission has let nobody else through. */
export function staffOf(context: RequestContext): StaffPrincipal {
  const principal = context.get('principal');
  if (principal?.kind !== 'staff') throw new ApiError('forbidden');
  return principal;
}

/** Who acts, for the audit row of a staff write. */
export function actorOf(context: RequestContext): Actor {
  return { staff: staffOf(context), requestId: context.get('requestId'), now: context.get('now') };
}
