import type { DomainError, ErrorCode, Result } from '../domain/errors.ts';

/** A refusal on its way to the client; the one thing a handler throws. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, details?: Readonly<Record<string, unknown>>) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/** The value of a result, or its error thrown for the edge to answer. */
export function orThrow<T>(result: Result<T>): T {
  if (!result.ok) throw apiError(result.error);
  return result.value;
}

export const apiError = (error: DomainError): ApiError => new ApiError(error.code, error.details);
