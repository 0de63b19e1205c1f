import type { HonoRequest } from 'hono';

/** The token this request was let in with, to end its session or to spare it. */
export const presentedToken = (request: HonoRequest): string =>
  (request.header('Authorization') ?? '').replace(/^Bearer /, '').trim();
