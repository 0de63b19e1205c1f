import type { MiddlewareHandler } from 'hono';
import type { Permission } from '../../domain/access/permissions.ts';
import { can } from '../../domain/access/principal.ts';
import { ApiError } from '../api-error.ts';
import type { AppEnv } from '../app-env.ts';
import { findPrincipal } from '../identity/queries.ts';

/** Lets a request through only if its caller is signed in and holds the permission (P1). */
export function requirePermission(permission: Permission | 'public'): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    if (permission !== 'public') {
      const token = bearerToken(
        context.req.header('Authorization'),
        context.req.header('Sec-WebSocket-Protocol'),
      );
      if (token === null) throw new ApiError('unauthenticated');
      const principal = await findPrincipal(context.get('db'), token, context.get('now'));
      if (principal === null) throw new ApiError('session_expired');
      if (!can(principal, permission)) throw new ApiError('forbidden', { permission });
      context.set('principal', principal);
    }
    await next();
  };
}

/** From the header; a browser's WebSocket, which cannot set one, offers the subprotocols `bearer` and its token. */
function bearerToken(authorization: string | undefined, subprotocols: string | undefined): string | null {
  if (authorization?.startsWith('Bearer ')) return authorization.slice(7).trim() || null;
  const [scheme, token] = subprotocols?.split(',').map((offer) => offer.trim()) ?? [];
  return scheme === 'bearer' ? (token ?? null) : null;
}
