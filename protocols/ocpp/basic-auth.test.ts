import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBasicAuth } from './basic-auth.ts';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('parseBasicAuth', () => {
  it('splits at the first colon only', () => {
    expect(parseBasicAuth(basic('DTU-0001:a:b::c'))).toEqual({ identity: 'DTU-0001', password: 'a:b::c' });
    expect(parseBasicAuth(basic('DTU-0001:'))).toEqual({ identity: 'DTU-0001', password: '' });
  });

  it('does not mind the case of the scheme or spare blanks', () => {
    expect(parseBasicAuth(`  bAsIc   ${basic('a:b').slice(6)} `)).toEqual({ identity: 'a', password: 'b' });
  });

  it('gives a key of raw bytes in the spelling of AuthorizationKey (OCPP-J 1.6 §6.2.2)', () => {
    expect(parseBasicAuth('Basic QUwxMDAwOgABAgMEBQYH////////////////')).toEqual({
      identity: 'AL1000',
      password: '0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF',
    });
  });

  it('carries any UTF-8 password', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (password) => {
        expect(parseBasicAuth(basic(`DTU-0001:${password}`))).toEqual({ identity: 'DTU-0001', password });
      }),
    );
  });

  it.each([
    ['absent', null],
    ['empty', ''],
    ['another scheme', 'Bearer QTpC'],
    ['no credentials', 'Basic'],
    ['too many parts', 'Basic QTpC QTpC'],
    ['not base64', 'Basic @@@@'],
    ['half a group', 'Basic QTpCQ'],
    ['padding inside', 'Basic QT=C'],
    ['no colon', basic('DTU-0001')],
    ['no identity', basic(':secret')],
    ['an identity that is not UTF-8', `Basic ${Buffer.from([0xff, 0x3a, 0x41]).toString('base64')}`],
    ['far too long', basic(`a:${'x'.repeat(5000)}`)],
  ])('refuses a header that is %s', (_, header) => {
    expect(parseBasicAuth(header)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseBasicAuth(text);
        parseBasicAuth(`Basic ${text}`);
      }),
    );
  });
});
