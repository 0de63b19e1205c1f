import type { HonoRequest } from 'hono';

/** Whether the client asks for a WebSocket (RFC 6455 §4.1). */
export const wantsWebSocket = (request: HonoRequest): boolean =>
  request.header('Upgrade')?.toLowerCase() === 'websocket';

/** The upgrade of a person's live view on its way to an object; a token offered as subprotocol is answered `bearer`. */
export function watchUpgrade(request: HonoRequest): { readonly headers: Headers } {
  const headers = new Headers({ Upgrade: 'websocket' });
  if (request.header('Sec-WebSocket-Protocol') !== undefined) headers.set('X-Chosen-Subprotocol', 'bearer');
  return { headers };
}
