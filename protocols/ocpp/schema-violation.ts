/** The part of an AJV error that is used here. */
export interface SchemaError {
  /** JSON pointer to the offending value, '' for the payload itself. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

/** A compiled JSON schema. `errors` belongs to the latest call and is overwritten by the next. */
export interface SchemaValidator {
  (payload: unknown): boolean;
  readonly errors?: readonly SchemaError[] | null;
}

export interface ActionValidators {
  readonly request: SchemaValidator;
  readonly response: SchemaValidator;
}

/** What kind of rule was broken. Each OCPP version spells the matching error code in its own way. */
export type ViolationKind = 'format' | 'property' | 'occurrence' | 'type';

/** A broken schema rule, told without repeating the payload's values. */
export interface SchemaViolation {
  readonly kind: ViolationKind;
  readonly description: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const KIND_OF_KEYWORD: Readonly<Record<string, ViolationKind>> = {
  additionalProperties: 'format',
  propertyNames: 'format',
  required: 'occurrence',
  minItems: 'occurrence',
  maxItems: 'occurrence',
  additionalItems: 'occurrence',
  minProperties: 'occurrence',
  maxProperties: 'occurrence',
  uniqueItems: 'occurrence',
  type: 'type',
  // dateTime and anyURI are data types of the standard, not restrictions of a string.
  format: 'type',
  enum: 'property',
  const: 'property',
  maxLength: 'property',
  minLength: 'property',
  pattern: 'property',
  multipleOf: 'property',
  minimum: 'property',
  maximum: 'property',
  exclusiveMinimum: 'property',
  exclusiveMaximum: 'property',
};

const LONGEST_NAME = 64;

/** Explains the first error a validator left behind. */
export function violationOf(errors: readonly SchemaError[] | null | undefined): SchemaViolation {
  const error = errors?.[0];
  if (error === undefined) return { kind: 'format', description: 'Payload is not valid', details: {} };
  const { instancePath, keyword, params } = error;
  // A payload that is no object at all breaks the message's structure, not the type of a field.
  const kind = instancePath === '' && keyword === 'type' ? 'format' : (KIND_OF_KEYWORD[keyword] ?? 'format');
  const named = params.missingProperty ?? params.additionalProperty;
  const property = typeof named === 'string' ? named.slice(0, LONGEST_NAME) : undefined;
  const where = instancePath === '' ? 'payload' : instancePath;
  const extra = keyword === 'additionalProperties' && property !== undefined ? `: '${property}'` : '';
  return {
    kind,
    description: `${where} ${error.message ?? `violates ${keyword}`}${extra}`,
    details: property === undefined ? { path: where, keyword } : { path: where, keyword, property },
  };
}
