declare module 'ocpp-rpc' {
  /** As much of the library's client as the tests use. */
  export class RPCClient {
    constructor(options: {
      endpoint: string;
      identity: string;
      password?: string;
      protocols?: string[];
      strictMode?: boolean;
      reconnect?: boolean;
    });
    connect(): Promise<unknown>;
    handle(method: string, handler: (call: { params: Record<string, unknown> }) => unknown): void;
    call(method: string, params: Record<string, unknown>): Promise<unknown>;
    close(options?: { force?: boolean }): Promise<unknown>;
  }
}
