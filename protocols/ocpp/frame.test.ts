import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCall, encodeCallError, encodeCallResult, isAnswerable, parseFrame } from './frame.ts';

const id36 = 'x'.repeat(36);

describe('frames that follow the standard', () => {
  it('reads the three message types', () => {
    expect(parseFrame('[2,"19223201","BootNotification",{"chargePointVendor":"V"}]')).toEqual({
      kind: 'Call',
      messageId: '19223201',
      action: 'BootNotification',
      payload: { chargePointVendor: 'V' },
    });
    expect(parseFrame(`[3,"${id36}",{"status":"Accepted"}]`)).toEqual({
      kind: 'CallResult',
      messageId: id36,
      payload: { status: 'Accepted' },
    });
    expect(parseFrame('[4,"a","GenericError","went wrong",{"line":7}]')).toEqual({
      kind: 'CallError',
      messageId: 'a',
      code: 'GenericError',
      description: 'went wrong',
      details: { line: 7 },
    });
  });

  it('takes a null payload for an empty one', () => {
    expect(parseFrame('[2,"a","Heartbeat",null]')).toMatchObject({ kind: 'Call', payload: {} });
    expect(parseFrame('[3,"a",null]')).toMatchObject({ kind: 'CallResult', payload: {} });
  });

  it.each([
    '[4,"a","InternalError"]',
    '[4,"a","InternalError",null]',
    '[4,"a","InternalError",""]',
    '[4,"a","InternalError","",null]',
    '[4,"a","InternalError","",{}]',
  ])('lets a station leave out the rest of its error: %s', (text) => {
    expect(parseFrame(text)).toEqual({
      kind: 'CallError',
      messageId: 'a',
      code: 'InternalError',
      description: '',
      details: {},
    });
  });
});

describe('malformed frames', () => {
  const cases: readonly [what: string, text: string, expected: object][] = [
    ['empty text', '', { fault: 'NotJson', messageId: null, code: 'FormationViolation' }],
    ['no JSON', 'hello', { fault: 'NotJson', messageId: null, code: 'FormationViolation' }],
    ['single quotes', "[2,'a','Heartbeat',{}]", { fault: 'NotJson', messageId: null }],
    ['a cut request', '[2,"a","StatusNoti', { fault: 'NotJson', messageId: 'a', messageType: 2 }],
    ['a trailing comma', ' [2, "a", "Heartbeat", {},]', { fault: 'NotJson', messageId: 'a' }],
    ['a cut answer', '[3,"a",{"sta', { fault: 'NotJson', messageId: null, messageType: null }],
    ['a cut id', '[2,"abc', { fault: 'NotJson', messageId: null }],
    ['an object', '{"messageId":"a"}', { fault: 'NotAnArray', messageId: null, code: 'FormationViolation' }],
    ['a string', '"text"', { fault: 'NotAnArray' }],
    ['a number', '2', { fault: 'NotAnArray' }],
    ['null', 'null', { fault: 'NotAnArray' }],
    ['an empty array', '[]', { fault: 'MessageType', messageId: null, code: 'ProtocolError' }],
    ['type 1', '[1,"a","Heartbeat",{}]', { fault: 'MessageType', messageType: null, messageId: 'a' }],
    ['type 5', '[5,"a",{}]', { fault: 'MessageType', messageType: null, messageId: 'a' }],
    ['a type in quotes', '["2","a","Heartbeat",{}]', { fault: 'MessageType', messageType: null }],
    ['type 2.5', '[2.5,"a","Heartbeat",{}]', { fault: 'MessageType' }],
    ['no id', '[2]', { fault: 'MessageId', messageType: 2, messageId: null, code: 'FormationViolation' }],
    ['a number for an id', '[2,17,"Heartbeat",{}]', { fault: 'MessageId', messageId: null }],
    ['an empty id', '[2,"","Heartbeat",{}]', { fault: 'MessageId', messageId: null }],
    ['a null id', '[3,null,{}]', { fault: 'MessageId', messageType: 3, messageId: null }],
    ['37 characters', `[2,"${id36}y","Heartbeat",{}]`, { fault: 'MessageId', messageId: `${id36}y` }],
    ['a book for an id', `[2,"${'y'.repeat(5000)}","Heartbeat",{}]`, { fault: 'MessageId', messageId: null }],
    ['no payload', '[2,"a","Heartbeat"]', { fault: 'Length', messageId: 'a', code: 'ProtocolError' }],
    ['5 elements', '[2,"a","Heartbeat",{},{}]', { fault: 'Length', messageId: 'a', code: 'ProtocolError' }],
    ['an answer of 2', '[3,"a"]', { fault: 'Length', messageType: 3, messageId: 'a' }],
    ['an answer of 4', '[3,"a","Heartbeat",{}]', { fault: 'Length', messageType: 3 }],
    ['an error of 2', '[4,"a"]', { fault: 'Length', messageType: 4, messageId: 'a' }],
    ['an error of 6', '[4,"a","b","c",{},1]', { fault: 'Length', messageType: 4 }],
    ['a numeric action', '[2,"a",7,{}]', { fault: 'FieldType', messageId: 'a', code: 'FormationViolation' }],
    ['an empty action', '[2,"a","",{}]', { fault: 'FieldType', messageId: 'a' }],
    ['an array payload', '[2,"a","Heartbeat",[]]', { fault: 'FieldType', messageId: 'a' }],
    ['a string payload', '[2,"a","Heartbeat","{}"]', { fault: 'FieldType', messageId: 'a' }],
    ['an answer of text', '[3,"a","Accepted"]', { fault: 'FieldType', messageType: 3 }],
    ['a numeric error code', '[4,"a",404,"",{}]', { fault: 'FieldType', messageType: 4 }],
    ['a numeric description', '[4,"a","b",5,{}]', { fault: 'FieldType', messageType: 4 }],
    ['details in an array', '[4,"a","b","c",[]]', { fault: 'FieldType', messageType: 4 }],
  ];

  it.each(cases)('%s', (_, text, expected) => {
    expect(parseFrame(text)).toMatchObject({ kind: 'Malformed', ...expected });
  });

  it.each([
    ['[2,"a","Heartbeat"]', true],
    ['[2,"a","Heart', true],
    [`[2,"${id36}y","Heartbeat",{}]`, true],
    ['[2,7,"Heartbeat",{}]', false],
    ['[3,"a"]', false],
    ['[9,"a",{}]', false],
    ['nonsense', false],
  ])('%s may be answered: %s', (text, answerable) => {
    const frame = parseFrame(text);
    expect(frame.kind === 'Malformed' && isAnswerable(frame)).toBe(answerable);
  });
});

describe('properties', () => {
  const messageId = fc.string({ minLength: 1, maxLength: 36 });
  const object = fc.dictionary(fc.string(), fc.jsonValue());
  /** What JSON keeps of a value: no −0. */
  const onTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  it('never throws, whatever a station sends', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseFrame(text).kind === 'Malformed'));
    fc.assert(fc.property(fc.json(), (text) => typeof parseFrame(text).kind === 'string'));
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.integer({ min: 0, max: 6 }),
        (rest, type) => {
          expect(typeof parseFrame(JSON.stringify([type, ...rest])).kind).toBe('string');
        },
      ),
    );
  });

  it('survives nesting as deep as a frame can be long', () => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000);
    expect(parseFrame(deep).kind).toBe('Malformed');
    expect(parseFrame(`[2,"a","Heartbeat",{"x":${deep}}]`).kind).toBe('Call');
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(messageId, fc.string({ minLength: 1 }), object, (id, action, payload) => {
        const call = parseFrame(encodeCall(id, action, payload));
        expect(call).toEqual({ kind: 'Call', messageId: id, action, payload: onTheWire(payload) });
        const result = parseFrame(encodeCallResult(id, payload));
        expect(result).toEqual({ kind: 'CallResult', messageId: id, payload: onTheWire(payload) });
      }),
    );
    fc.assert(
      fc.property(
        messageId,
        fc.string(),
        fc.string({ maxLength: 255 }),
        object,
        (id, code, description, details) => {
          const error = parseFrame(encodeCallError(id, code, description, details));
          expect(error).toEqual({
            kind: 'CallError',
            messageId: id,
            code,
            description,
            details: onTheWire(details),
          });
        },
      ),
    );
  });

  it('keeps error descriptions within 255 characters', () => {
    const frame = parseFrame(encodeCallError('a', 'InternalError', 'x'.repeat(1000)));
    expect(frame).toMatchObject({ kind: 'CallError', description: 'x'.repeat(255), details: {} });
  });
});
