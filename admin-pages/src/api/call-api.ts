import { language } from '../preferences/preferences.ts';
import { expireSession, session } from '../session/session.ts';

/** A call that came to nothing: refused by the API with a code of its list, or `unreachable`. */
export class ApiFailure extends Error {
  readonly code: string;
  /** 0 when no answer came. */
  readonly status: number;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    status: number,
    { message = '', requestId = null, details = {} }: Partial<ErrorEnvelope['error']> = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
  }

  /** Whether the same call may succeed a moment later. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

interface ErrorEnvelope {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly requestId: string | null;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** One for each thing that is to be done once, however often it is sent. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

const SESSION_ENDED = ['unauthenticated', 'session_expired'];

/** Calls the API as whoever is signed in. `Answer` is what its documentation promises. Throws an {@link ApiFailure}. */
export async function callApi<Answer>(path: string, call: ApiCall = {}): Promise<Answer> {
  const headers = new Headers({ 'Accept-Language': language.read() === 'en' ? 'en' : 'zh-CN' });
  const token = session.read()?.token;
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
  if (call.body !== undefined) headers.set('Content-Type', 'application/json');
  if (call.idempotencyKey !== undefined) headers.set('Idempotency-Key', call.idempotencyKey);

  const response = await fetch(`${path}${queryOf(call.query)}`, {
    method: call.method ?? 'GET',
    headers,
    cache: 'no-store',
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiFailure('unreachable', 0);
  });
  keepServerTime(response.headers.get('Date'));
  if (response.status === 204) return undefined as Answer;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer as Answer;

  const refusal = (answer as ErrorEnvelope | null)?.error;
  const failure = new ApiFailure(refusal?.code ?? 'unreachable', response.status, refusal);
  // A session may have been opened in the meantime; only the one that was refused ends.
  if (SESSION_ENDED.includes(failure.code) && token === session.read()?.token) expireSession();
  throw failure;
}

function queryOf(query: ApiCall['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** A key for {@link ApiCall.idempotencyKey}. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

let serverAheadMs = 0;

function keepServerTime(date: string | null): void {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(at)) return;
  // The header has whole seconds; a difference of less says nothing.
  const ahead = at + 500 - Date.now();
  serverAheadMs = Math.abs(ahead) < 1500 ? 0 : ahead;
}

/** How far the platform's clock is ahead of this browser's, in ms: an operator's clock may be wrong. */
export const serverAhead = (): number => serverAheadMs;

/** The platform's time, epoch ms. */
export const serverNow = (): number => Date.now() + serverAheadMs;
