import type { ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ErrorCode } from '../../domain/errors.ts';
import { ApiError } from '../api-error.ts';
import type { AppEnv } from '../app-env.ts';
import { ERROR_CATALOGUE } from './error-catalogue.ts';

/** Answers everything that goes wrong in the one envelope; what was not foreseen is logged and stays nameless. */
export const answerError: ErrorHandler<AppEnv> = (error, context) => {
  const known = foreseen(error);
  const code = known?.code ?? 'internal_error';
  if (known === null) console.error('unforeseen error', context.get('requestId'), error);
  const { status, zh, en } = ERROR_CATALOGUE[code];
  const message = context.get('language') === 'en' ? en : zh;
  const details = known?.details === undefined ? {} : { details: known.details };
  const body = { error: { code, message, requestId: context.get('requestId') ?? '', ...details } };
  return context.json(body, status);
};

export const answerNotFound: NotFoundHandler<AppEnv> = (context) =>
  answerError(new ApiError('not_found'), context);

function foreseen(
  error: Error,
): { code: ErrorCode; details?: Readonly<Record<string, unknown>> | undefined } | null {
  if (error instanceof ApiError) return { code: error.code, details: error.details };
  // What the framework itself refuses: a body that is no JSON, or of another type.
  if (error instanceof HTTPException && error.status < 500) return { code: 'invalid_request' };
  const text = databaseMessage(error);
  if (text.includes('rider_account_not_overdrawn')) return { code: 'insufficient_balance' };
  if (text.includes('arrears_not_overpaid')) return { code: 'ledger_overdrawn' };
  if (text.includes('UNIQUE constraint failed')) return { code: 'conflict' };
  return null;
}

/** The database's own words, wherever the layers above have put them. */
export function databaseMessage(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return `${error.message} ${error.cause === undefined ? '' : databaseMessage(error.cause)}`;
}
