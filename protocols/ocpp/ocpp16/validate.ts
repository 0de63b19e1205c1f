import { ocpp16Validators } from '../generated/ocpp16-validators.js';
import type { SchemaValidator } from '../schema-violation.ts';
import { violationOf } from '../schema-violation.ts';
import type { Ocpp16Sender } from './actions.ts';
import { maySend } from './actions.ts';
import type { Ocpp16ErrorCode } from './error-codes.ts';
import { OCPP16_VIOLATION_CODES } from './error-codes.ts';
import type { Ocpp16Action, Ocpp16Requests, Ocpp16Responses } from './messages.ts';

/** What a CALLERROR says; never holds values of the payload. */
export interface Ocpp16Refusal {
  readonly ok: false;
  readonly code: Ocpp16ErrorCode;
  readonly description: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A request that follows the standard; `switch (request.action)` narrows the payload. */
export type Ocpp16Request = {
  readonly [Action in Ocpp16Action]: {
    readonly ok: true;
    readonly action: Action;
    readonly payload: Ocpp16Requests[Action];
  };
}[Ocpp16Action];

export interface Ocpp16Response<Action extends Ocpp16Action> {
  readonly ok: true;
  readonly payload: Ocpp16Responses[Action];
}

const LONGEST_NAME = 64;

/**
 * Checks a request from `sender` against the standard's schema. An action 1.6 does not have is
 * `NotImplemented`; one that only the other side may send is `NotSupported` (OCPP-J 1.6 §4.2.3).
 */
export function validateRequest(
  action: string,
  payload: unknown,
  sender: Ocpp16Sender = 'ChargePoint',
): Ocpp16Request | Ocpp16Refusal {
  const validators = ocpp16Validators.get(action);
  if (validators === undefined) return unknownAction(action);
  if (!maySend(sender, action)) {
    const description = `${action} is not sent by a ${sender === 'ChargePoint' ? 'charge point' : 'central system'}`;
    return { ok: false, code: 'NotSupported', description, details: {} };
  }
  if (!validators.request(payload)) return refusal(validators.request);
  return { ok: true, action, payload } as Ocpp16Request;
}

/** Checks the payload that answers `action`, whichever side asked. */
export function validateResponse<Action extends Ocpp16Action>(
  action: Action,
  payload: unknown,
): Ocpp16Response<Action> | Ocpp16Refusal {
  const validators = ocpp16Validators.get(action);
  if (validators === undefined) return unknownAction(action);
  if (!validators.response(payload)) return refusal(validators.response);
  return { ok: true, payload: payload as Ocpp16Responses[Action] };
}

/** Whether OCPP 1.6 or its security extension has this action, whoever sends it. */
export function isOcpp16Action(action: string): action is Ocpp16Action {
  return ocpp16Validators.has(action);
}

function unknownAction(action: string): Ocpp16Refusal {
  const description = `OCPP 1.6 has no action '${action.slice(0, LONGEST_NAME)}'`;
  return { ok: false, code: 'NotImplemented', description, details: {} };
}

function refusal(validator: SchemaValidator): Ocpp16Refusal {
  const { kind, description, details } = violationOf(validator.errors);
  return { ok: false, code: OCPP16_VIOLATION_CODES[kind], description, details };
}
