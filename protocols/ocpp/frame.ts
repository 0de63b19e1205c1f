/**
 * OCPP-J framing: the JSON arrays that travel over the WebSocket (OCPP-J 1.6 §4, OCPP 2.x part 4 §4).
 * Nothing here knows an action; that is the business of the folder of each protocol version.
 */

/** A JSON object as it came off the wire, not validated yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const CALL = 2;
export const CALLRESULT = 3;
export const CALLERROR = 4;
export type MessageType = typeof CALL | typeof CALLRESULT | typeof CALLERROR;

export interface Call {
  readonly kind: 'Call';
  readonly messageId: string;
  readonly action: string;
  readonly payload: JsonObject;
}

export interface CallResult {
  readonly kind: 'CallResult';
  readonly messageId: string;
  readonly payload: JsonObject;
}

export interface CallError {
  readonly kind: 'CallError';
  readonly messageId: string;
  /** As sent; may be a code no version of the standard knows. */
  readonly code: string;
  readonly description: string;
  readonly details: JsonObject;
}

/** What is wrong with a frame; versions that have finer error codes than 1.6 choose theirs by it. */
export type FrameFault = 'NotJson' | 'NotAnArray' | 'MessageType' | 'MessageId' | 'Length' | 'FieldType';

export interface Malformed {
  readonly kind: 'Malformed';
  readonly fault: FrameFault;
  /** The type the frame claims; null when it cannot be read or is none of 2, 3, 4. */
  readonly messageType: MessageType | null;
  /** Null when it cannot be read. May be longer than the standard allows. */
  readonly messageId: string | null;
  /** OCPP 1.6-J spelling. */
  readonly code: 'FormationViolation' | 'ProtocolError';
  readonly description: string;
}

export type Frame = Call | CallResult | CallError | Malformed;

/** OCPP-J 1.6 §4.1.4: at most 36 characters, to allow for GUIDs. */
export const LONGEST_MESSAGE_ID = 36;
/** An id beyond the standard's limit is still echoed up to here, so that the sender learns of it. */
const LONGEST_ECHOED_ID = 128;
/** OCPP 2.x allows 255 characters; 1.6 names no limit. */
const LONGEST_DESCRIPTION = 255;

const NOTHING: JsonObject = Object.freeze({});

/**
 * Reads one WebSocket text message. Never throws: what cannot be understood comes back as `Malformed`.
 * A `null` payload counts as an empty one (OCPP-J 1.6 §4.2.1); a CALLERROR may lack its description and
 * details, since refusing it would only leave its caller waiting.
 */
export function parseFrame(text: string): Frame {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return notJson(text);
  }
  if (!Array.isArray(frame)) {
    return malformed('NotAnArray', null, null, 'FormationViolation', 'Message is not a JSON array');
  }
  const parts: readonly unknown[] = frame;
  const messageId = parts[1];
  const idIsGood =
    typeof messageId === 'string' && messageId !== '' && messageId.length <= LONGEST_MESSAGE_ID;
  switch (parts[0]) {
    case CALL: {
      if (!idIsGood) return badMessageId(CALL, messageId);
      if (parts.length !== 4) return badLength(CALL, messageId, '4 elements', parts.length);
      const action = parts[2];
      if (typeof action !== 'string' || action === '') return badField(CALL, messageId, 'Action', 'a string');
      const payload = objectOrNull(parts[3]);
      if (payload === undefined) return badField(CALL, messageId, 'Payload', 'an object');
      return { kind: 'Call', messageId, action, payload };
    }
    case CALLRESULT: {
      if (!idIsGood) return badMessageId(CALLRESULT, messageId);
      if (parts.length !== 3) return badLength(CALLRESULT, messageId, '3 elements', parts.length);
      const payload = objectOrNull(parts[2]);
      if (payload === undefined) return badField(CALLRESULT, messageId, 'Payload', 'an object');
      return { kind: 'CallResult', messageId, payload };
    }
    case CALLERROR: {
      if (!idIsGood) return badMessageId(CALLERROR, messageId);
      if (parts.length < 3 || parts.length > 5) {
        return badLength(CALLERROR, messageId, '5 elements', parts.length);
      }
      const code = parts[2];
      if (typeof code !== 'string') return badField(CALLERROR, messageId, 'ErrorCode', 'a string');
      const description = parts[3] ?? '';
      if (typeof description !== 'string') {
        return badField(CALLERROR, messageId, 'ErrorDescription', 'a string');
      }
      const details = objectOrNull(parts[4] ?? null);
      if (details === undefined) return badField(CALLERROR, messageId, 'ErrorDetails', 'an object');
      return { kind: 'CallError', messageId, code, description, details };
    }
    default:
      return malformed('MessageType', null, readableId(messageId), 'ProtocolError', 'Unknown message type');
  }
}

/** A request frame. The caller picks an id of at most 36 characters, new on this connection. */
export function encodeCall(messageId: string, action: string, payload: object): string {
  return JSON.stringify([CALL, messageId, action, payload]);
}

/** The answer to the request that carried `messageId`. */
export function encodeCallResult(messageId: string, payload: object): string {
  return JSON.stringify([CALLRESULT, messageId, payload]);
}

/** A refusal of the request that carried `messageId`; the description is cut at 255 characters. */
export function encodeCallError(
  messageId: string,
  code: string,
  description = '',
  details: object = NOTHING,
): string {
  return JSON.stringify([CALLERROR, messageId, code, description.slice(0, LONGEST_DESCRIPTION), details]);
}

/**
 * Whether a malformed frame may be answered with a CALLERROR: only a request whose id could be read.
 * Answers and unknown message types must not be answered (OCPP-J 1.6 §4.1.3).
 */
export function isAnswerable(frame: Malformed): frame is Malformed & { readonly messageId: string } {
  return frame.messageType === CALL && frame.messageId !== null;
}

function objectOrNull(value: unknown): JsonObject | undefined {
  if (value === null) return NOTHING;
  return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function malformed(
  fault: FrameFault,
  messageType: MessageType | null,
  messageId: string | null,
  code: Malformed['code'],
  description: string,
): Malformed {
  return { kind: 'Malformed', fault, messageType, messageId, code, description };
}

function badMessageId(type: MessageType, messageId: unknown): Malformed {
  const rule = `MessageId must be a string of 1 to ${LONGEST_MESSAGE_ID} characters`;
  return malformed('MessageId', type, readableId(messageId), 'FormationViolation', rule);
}

function badLength(type: MessageType, messageId: string, wanted: string, found: number): Malformed {
  const description = `Message must have ${wanted}, not ${found}`;
  return malformed('Length', type, messageId, 'ProtocolError', description);
}

function badField(type: MessageType, messageId: string, field: string, wanted: string): Malformed {
  return malformed('FieldType', type, messageId, 'FormationViolation', `${field} must be ${wanted}`);
}

function readableId(messageId: unknown): string | null {
  if (typeof messageId !== 'string' || messageId === '') return null;
  return messageId.length <= LONGEST_ECHOED_ID ? messageId : null;
}

/** The start of a request, where a truncated or wrongly escaped frame still shows its id. */
const REQUEST_HEAD = /^\s*\[\s*2\s*,\s*"([^"\\]{1,36})"\s*,/;

function notJson(text: string): Malformed {
  const messageId = REQUEST_HEAD.exec(text)?.[1] ?? null;
  const type = messageId === null ? null : CALL;
  return malformed('NotJson', type, messageId, 'FormationViolation', 'Message is not valid JSON');
}
