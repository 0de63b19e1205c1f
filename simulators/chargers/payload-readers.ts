import { CallRefusal, type Payload } from './call-channel.ts';

/** A required string; a missing one or a wrong type is refused as OCPP-J 1.6 names it (4.2.3). */
export function text(payload: Payload, field: string): string {
  const value = payload[field];
  if (value === undefined) throw new CallRefusal('OccurrenceConstraintViolation', `${field} is missing`);
  if (typeof value !== 'string')
    throw new CallRefusal('TypeConstraintViolation', `${field} must be a string`);
  return value;
}

export function optionalText(payload: Payload, field: string): string | undefined {
  return payload[field] === undefined ? undefined : text(payload, field);
}

export function integer(payload: Payload, field: string): number {
  const value = payload[field];
  if (value === undefined) throw new CallRefusal('OccurrenceConstraintViolation', `${field} is missing`);
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new CallRefusal('TypeConstraintViolation', `${field} must be an integer`);
  }
  return value;
}

export function optionalInteger(payload: Payload, field: string): number | undefined {
  return payload[field] === undefined ? undefined : integer(payload, field);
}

export function object(payload: Payload, field: string): Payload {
  const value = payload[field];
  if (value === undefined) throw new CallRefusal('OccurrenceConstraintViolation', `${field} is missing`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CallRefusal('TypeConstraintViolation', `${field} must be an object`);
  }
  return { ...value };
}

/** A list of objects, empty when the field is not there. */
export function objects(payload: Payload, field: string): Payload[] {
  const value = payload[field] ?? [];
  if (!Array.isArray(value)) throw new CallRefusal('TypeConstraintViolation', `${field} must be a list`);
  return value.map((_, index) => object({ item: value[index] }, 'item'));
}

/** A required date-time in epoch ms. */
export function time(payload: Payload, field: string): number {
  const value = Date.parse(text(payload, field));
  if (Number.isNaN(value)) throw new CallRefusal('TypeConstraintViolation', `${field} must be a date-time`);
  return value;
}
