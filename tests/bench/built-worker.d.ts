/** The built bundle as the metered Worker meets it; `bundle()` leaves it to be found beside it. */
declare module 'built-worker' {
  import type { DurableObjectState, Request, Response } from '@cloudflare/workers-types';

  export class Charger {
    constructor(ctx: DurableObjectState, env: object);
    fetch(request: Request): Response;
    webSocketMessage(socket: object, message: string | ArrayBuffer): void;
    webSocketClose(socket: object): void;
    webSocketError(socket: object): void;
    alarm(): Promise<void>;
  }
  const worker: {
    fetch(request: Request, env: object, context: object): Response | Promise<Response>;
    queue(batch: object, env: object): Promise<void>;
    scheduled(controller: object, env: object): Promise<void>;
  };
  export default worker;
}
