import { createHash, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import type { Payload } from './call-channel.ts';
import { text } from './payload-readers.ts';

interface HashData {
  readonly hashAlgorithm: 'SHA256';
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
}

interface InstalledCertificate {
  readonly use: string;
  readonly hash: HashData;
}

/** Whether a PEM text begins with a certificate that can be read and is not past its end. */
export function isCurrentCertificate(pem: string, now: number): boolean {
  try {
    return Date.parse(new X509Certificate(pem).validTo) > now;
  } catch {
    return false;
  }
}

/** The root certificates of one pile and its own key (OCPP 1.6 security whitepaper, chapter 3). */
export class CertificateStore {
  #installed: InstalledCertificate[] = [];

  install(use: string, pem: string, now: number): 'Accepted' | 'Rejected' | 'Failed' {
    if (!isCurrentCertificate(pem, now)) return 'Rejected';
    if (this.#installed.length >= 8) return 'Failed';
    const hash = hashData(new X509Certificate(pem));
    this.#installed = [...this.#installed.filter((other) => !sameHash(other.hash, hash)), { use, hash }];
    return 'Accepted';
  }

  list(use: string): HashData[] {
    return this.#installed.filter((certificate) => certificate.use === use).map(({ hash }) => hash);
  }

  delete(given: Payload): 'Accepted' | 'NotFound' {
    const wanted = {
      issuerNameHash: text(given, 'issuerNameHash').toLowerCase(),
      issuerKeyHash: text(given, 'issuerKeyHash').toLowerCase(),
      serialNumber: text(given, 'serialNumber').toLowerCase(),
    };
    const kept = this.#installed.filter(({ hash }) => !sameHash(hash, wanted));
    const status = kept.length < this.#installed.length ? 'Accepted' : 'NotFound';
    this.#installed = kept;
    return status;
  }
}

/** A PKCS#10 request (RFC 2986) for a new P-256 key with this common name and organisation, as PEM. */
export function certificateSigningRequest(commonName: string, organisation: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const attribute = (oid: string, value: string) =>
    der(0x31, der(0x30, der(0x06, Buffer.from(oid, 'hex')), der(0x0c, Buffer.from(value))));
  const subject = der(0x30, attribute('55040a', organisation), attribute('550403', commonName));
  const publicKeyInfo = publicKey.export({ type: 'spki', format: 'der' });
  const info = der(0x30, der(0x02, Buffer.from([0])), subject, publicKeyInfo, der(0xa0));
  const ecdsaWithSha256 = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const signature = der(0x03, Buffer.from([0]), sign('sha256', info, privateKey));
  const body = der(0x30, info, ecdsaWithSha256, signature).toString('base64');
  const lines = body.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join(
    '\n',
  );
}

function sameHash(one: Omit<HashData, 'hashAlgorithm'>, other: Omit<HashData, 'hashAlgorithm'>): boolean {
  return (
    one.issuerNameHash === other.issuerNameHash &&
    one.issuerKeyHash === other.issuerKeyHash &&
    one.serialNumber === other.serialNumber
  );
}

/** CertificateHashData of a root, which is its own issuer (RFC 6960, 4.1.1: hash of the DER name and of the key bits). */
function hashData(certificate: X509Certificate): HashData {
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  const tbs = child(certificate.raw, 0);
  // TBSCertificate: [0] version, serial number, algorithm, issuer, …
  const issuer = child(tbs, 3);
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  const keyBits = content(child(spki, 1)).subarray(1);
  return {
    hashAlgorithm: 'SHA256',
    issuerNameHash: sha256(issuer),
    issuerKeyHash: sha256(keyBits),
    serialNumber: certificate.serialNumber.toLowerCase().replace(/^0+(?=.)/, ''),
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

/** Where the content of the element at the front of `bytes` begins and ends. */
function span(bytes: Buffer): { from: number; to: number } {
  const first = bytes[1] ?? 0;
  if (first < 0x80) return { from: 2, to: 2 + first };
  const count = first & 0x7f;
  const from = 2 + count;
  return { from, to: from + bytes.readUIntBE(2, count) };
}

function content(element: Buffer): Buffer {
  const { from, to } = span(element);
  return element.subarray(from, to);
}

function child(element: Buffer, index: number): Buffer {
  let rest = content(element);
  for (let skipped = 0; skipped < index; skipped++) rest = rest.subarray(span(rest).to);
  return rest.subarray(0, span(rest).to);
}
