import type { ViolationKind } from '../schema-violation.ts';

/**
 * Every error code of OCPP-J 1.6 (§4.2.3, table 7). `FormationViolation` and
 * `OccurenceConstraintViolation` are spelled as 1.6 spells them: its errata sheet (§5.1, §5.2) keeps
 * the slips, because correcting them would break stations. 2.x has other spellings.
 */
export const OCPP16_ERROR_CODES = [
  'NotImplemented',
  'NotSupported',
  'InternalError',
  'ProtocolError',
  'SecurityError',
  'FormationViolation',
  'PropertyConstraintViolation',
  'OccurenceConstraintViolation',
  'TypeConstraintViolation',
  'GenericError',
] as const;

export type Ocpp16ErrorCode = (typeof OCPP16_ERROR_CODES)[number];

/** The 1.6 code that answers each kind of schema violation. */
export const OCPP16_VIOLATION_CODES = {
  format: 'FormationViolation',
  property: 'PropertyConstraintViolation',
  occurrence: 'OccurenceConstraintViolation',
  type: 'TypeConstraintViolation',
} as const satisfies Readonly<Record<ViolationKind, Ocpp16ErrorCode>>;
