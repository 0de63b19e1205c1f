export interface BasicCredentials {
  /** The station's identity, the same string as the last part of its connection URL. */
  readonly identity: string;
  /**
   * The station's key as text. A key sent as raw bytes comes as upper-case hexadecimal: the spelling
   * in which it is set by ChangeConfiguration of `AuthorizationKey` (OCPP-J 1.6 §6.2.2).
   */
  readonly password: string;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const LONGEST_HEADER = 2_048;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads an HTTP Basic `Authorization` header (RFC 7617); null when it is absent, of another scheme, or
 * not well formed. Everything after the first colon is the password, further colons included.
 */
export function parseBasicAuth(header: string | null): BasicCredentials | null {
  if (header === null || header.length > LONGEST_HEADER) return null;
  const [scheme, token, ...rest] = header.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== 'basic' || token === undefined || rest.length > 0) return null;
  const bytes = decodeBase64(token);
  if (bytes === null) return null;
  const colon = bytes.indexOf(0x3a);
  if (colon < 1) return null;
  const identity = decodeUtf8(bytes.subarray(0, colon));
  if (identity === null) return null;
  const key = bytes.subarray(colon + 1);
  return { identity, password: decodeUtf8(key) ?? hexadecimal(key) };
}

function decodeBase64(token: string): Uint8Array | null {
  if (!BASE64.test(token)) return null;
  try {
    return Uint8Array.from(atob(token), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}
