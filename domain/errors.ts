/**
 * The closed list of error codes an API client can meet. HTTP status and texts for each stand in
 * `workers/middleware/error-catalogue.ts`; adding a code here makes that file fail to compile until it has them.
 */
export const ERROR_CODES = [
  'invalid_request',
  'invalid_cursor',
  'payload_too_large',
  'not_found',
  'unauthenticated',
  'session_expired',
  'bad_credentials',
  'account_locked',
  'account_disabled',
  'login_code_invalid',
  'identity_provider_unavailable',
  'forbidden',
  'out_of_scope',
  'rate_limited',
  'idempotency_key_required',
  'idempotency_key_reused',
  'conflict',
  'version_conflict',
  'insufficient_balance',
  'arrears_open',
  'quote_outdated',
  'tariff_invalid',
  'tariff_not_found',
  'site_closed',
  'outlet_not_found',
  'outlet_occupied',
  'outlet_unavailable',
  'device_offline',
  'device_timeout',
  'device_busy',
  'device_error',
  'order_not_live',
  'order_not_stuck',
  'network_number_invalid',
  'network_number_taken',
  'network_numbers_exhausted',
  'dtu_already_bound',
  'dtu_not_bound',
  'device_decommissioned',
  'device_has_live_orders',
  'ledger_unbalanced',
  'ledger_overdrawn',
  'temporarily_unavailable',
  'internal_error',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A rule's refusal: a stable code and facts a client may show or act on. */
export interface DomainError {
  readonly code: ErrorCode;
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: DomainError };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const refuse = (code: ErrorCode, details?: Record<string, unknown>): Result<never> => ({
  ok: false,
  error: details === undefined ? { code } : { code, details },
});
