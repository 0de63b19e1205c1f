import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCall, encodeCallResult } from './frame.ts';
import { maskFrame } from './masking.ts';

const pem = `-----BEGIN CERTIFICATE-----\n${'MIIB'.repeat(40)}\n-----END CERTIFICATE-----`;

describe('maskFrame', () => {
  it('keeps the last 4 characters of a tag, wherever it stands', () => {
    expect(maskFrame(encodeCall('1', 'StartTransaction', { connectorId: 1, idTag: '04A1B2C3D4' }))).toBe(
      '[2,"1","StartTransaction",{"connectorId":1,"idTag":"****C3D4"}]',
    );
    const list = { localAuthorizationList: [{ idTag: 'TAG12345', idTagInfo: { parentIdTag: 'FAMILY99' } }] };
    const masked = maskFrame(encodeCall('2', 'SendLocalList', list));
    expect(masked).toContain('****2345');
    expect(masked).toContain('****LY99');
    expect(masked).not.toMatch(/TAG1|FAMI/);
    expect(maskFrame('[2,"3","Authorize",{"idTag":"1234"}]')).toBe('[2,"3","Authorize",{"idTag":"****"}]');
    expect(maskFrame('[2,"4","Authorize",{"idToken":{"idToken":"04A1B2C3D4","type":"ISO14443"}}]')).toBe(
      '[2,"4","Authorize",{"idToken":{"idToken":"****C3D4","type":"ISO14443"}}]',
    );
  });

  it('hides authorization keys on their way in and out', () => {
    const key = 'AABBCCDDEEFF00112233AABBCCDDEEFF00112233';
    expect(maskFrame(encodeCall('1', 'ChangeConfiguration', { key: 'AuthorizationKey', value: key }))).toBe(
      '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"***"}]',
    );
    const configurationKey = [
      { key: 'HeartbeatInterval', readonly: false, value: '300' },
      { key: 'authorizationkey', readonly: false, value: key },
    ];
    const answer = maskFrame(encodeCallResult('2', { configurationKey }));
    expect(answer).not.toContain(key);
    expect(answer).toContain('"value":"300"');
    const setVariables = {
      setVariableData: [
        {
          component: { name: 'SecurityCtrlr' },
          variable: { name: 'BasicAuthPassword' },
          attributeValue: key,
        },
      ],
    };
    expect(maskFrame(encodeCall('3', 'SetVariables', setVariables))).not.toContain(key);
  });

  it('hides certificates and signing requests', () => {
    for (const payload of [
      { certificateChain: pem },
      { csr: pem },
      { certificate: pem },
      { data: `x ${pem}` },
    ]) {
      const masked = maskFrame(encodeCall('1', 'CertificateSigned', payload));
      expect(masked).not.toContain('MIIB');
      expect(masked).toMatch(/\[\d+ characters\]/);
    }
  });

  it.each([
    ['ftp://user:pass@host/logs', 'ftp://user:***@host/logs'],
    ['ftp://user:p@ss:word@host/logs', 'ftp://user:***@host/logs'],
    ['sftp://user:pa/ss@host/', 'sftp://user:***@host/'],
    ['ftp://:pass@host', 'ftp://:***@host'],
    ['ftp://user@host/', 'ftp://user@host/'],
    ['https://host:8443/fw.bin', 'https://host:8443/fw.bin'],
    ['https://host:8443/fw@2.bin', 'https://host:8443/fw@2.bin'],
    ['http://a:b@c,ftp://d:e@f', 'http://a:***@c,ftp://d:***@f'],
    ['ftp://host/a@b ftp://u:p@h', 'ftp://host/a@b ftp://u:***@h'],
    ['from http://a:b@c to ftp://d:e@f', 'from http://a:***@c to ftp://d:***@f'],
  ])('hides the password of %s', (location, masked) => {
    expect(JSON.parse(maskFrame(encodeCall('1', 'GetDiagnostics', { location })))[3].location).toBe(masked);
  });

  it('looks into JSON that travels inside a string', () => {
    const data = JSON.stringify({ idTag: '04A1B2C3D4', upload: 'ftp://u:secret@h' });
    const masked = maskFrame(encodeCall('1', 'DataTransfer', { vendorId: 'V', data }));
    expect(masked).toContain('****C3D4');
    expect(masked).not.toMatch(/04A1|secret/);
  });

  it('masks text that is not JSON and stops where a secret may begin', () => {
    expect(maskFrame('[2,"1","Authorize",{"idTag":"04A1B2C3D4"')).toBe(
      '[2,"1","Authorize",{"idTag":"****C3D4"',
    );
    expect(maskFrame('[2,"1","Authorize",{"idTag":"04A1B2C3D4')).not.toContain('04A1');
    expect(maskFrame('[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"AABB')).not.toContain(
      'AABB',
    );
    expect(maskFrame(`[2,"1","InstallCertificate",{"certificate":"${pem}`)).not.toContain('MIIB');
    expect(maskFrame('[2,"1","GetDiagnostics",{"location":"ftp://u:secret@h"')).not.toContain('secret');
  });

  it('keeps within 4 KB of UTF-8 and says how much is missing', () => {
    const long = maskFrame(encodeCall('1', 'DataTransfer', { vendorId: 'V', data: '电'.repeat(20_000) }));
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(4096);
    expect(long).toMatch(/…\[\d+ more characters\]$/);
    const cut = `ftp://user:${'p'.repeat(5000)}@host`;
    expect(
      maskFrame(encodeCall('2', 'GetDiagnostics', { location: `${'x'.repeat(4000)}${cut}` })),
    ).not.toContain('pp');
  });

  it('never throws and never grows past its limit', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(Buffer.byteLength(maskFrame(text))).toBeLessThanOrEqual(4096);
      }),
    );
    expect(maskFrame('['.repeat(30_000) + ']'.repeat(30_000))).toContain('…');
    expect(maskFrame('{"__proto__":{"idTag":"04A1B2C3D4"}}')).toBe('{"__proto__":{"idTag":"****C3D4"}}');
  });

  it('leaves no long tag readable', () => {
    const tag = fc.stringMatching(/^[0-9A-F]{10,20}$/);
    fc.assert(
      fc.property(tag, (idTag) => {
        const masked = maskFrame(encodeCall('1', 'Authorize', { idTag }));
        expect(masked).not.toContain(idTag.slice(0, 6));
        expect(masked).toContain(`****${idTag.slice(-4)}`);
      }),
    );
  });
});
