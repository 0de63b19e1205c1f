/** Longest masked frame in UTF-8 bytes, its marker included. */
const LONGEST_FRAME = 4_096;
const MARKER_ROOM = 48;
const DEEPEST = 32;
const VISIBLE_TAIL = 4;

/** Keys whose string is an identification token of a person: 1.6 idTag, 2.x idToken. */
const TOKEN_KEYS: ReadonlySet<string> = new Set(['idtag', 'parentidtag', 'idtoken', 'groupidtoken']);
/** Keys whose string is a certificate, a chain of them, or a request for one. */
const CERTIFICATE_KEYS: ReadonlySet<string> = new Set([
  'certificate',
  'certificatechain',
  'csr',
  'signingcertificate',
  'exirequest',
  'exiresponse',
]);
/** Keys whose string is a secret wherever it stands. */
const SECRET_KEYS: ReadonlySet<string> = new Set(['password', 'basicauthpassword', 'authorizationkey']);
/** Names of configuration keys (1.6) and variables (2.x) whose value is a secret. */
const SECRET_NAME = /authorizationkey|password|passwd|passphrase|secret/i;

const TOKEN_TEXT = /("(?:idTag|parentIdTag|idToken)"\s*:\s*")([^"]*)/gi;
const SECRET_TEXT =
  /authorizationkey|password|passwd|passphrase|secret|-----BEGIN|"csr"|certificate(?:Chain)?"/i;
const PORT = /^\d{0,5}$/;

/**
 * A frame as the diagnostic log may keep it: tokens down to their last 4 characters, no authorization
 * keys, passwords, certificates or signing requests, at most 4 KB. Never throws; text that is not JSON
 * is masked as far as it can be read and ends where a secret may begin.
 */
export function maskFrame(text: string): string {
  return bounded(maskText(text, 0));
}

function maskText(text: string, depth: number): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return maskBrokenJson(text);
  }
  return JSON.stringify(maskValue(value, depth));
}

function maskValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskString(value, depth);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) return value.map((item) => maskValue(item, depth + 1));
  const namesSecret = nameOf(value);
  const masked: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    masked[key] = maskField(key.toLowerCase(), item, namesSecret, depth);
  }
  return masked;
}

function maskField(key: string, item: unknown, namesSecret: boolean, depth: number): unknown {
  if (typeof item === 'string') {
    if (TOKEN_KEYS.has(key)) return maskToken(item);
    if (CERTIFICATE_KEYS.has(key)) return `[${item.length} characters]`;
    if (SECRET_KEYS.has(key)) return '***';
  }
  if (namesSecret && (key === 'value' || key === 'attributevalue')) return '***';
  return maskValue(item, depth + 1);
}

/** Whether `{key, value}` (1.6) or `{variable: {name}, attributeValue}` (2.x) is about a secret. */
function nameOf(value: object): boolean {
  if ('key' in value && typeof value.key === 'string') return SECRET_NAME.test(value.key);
  if (!('variable' in value) || typeof value.variable !== 'object' || value.variable === null) return false;
  const { variable } = value;
  return 'name' in variable && typeof variable.name === 'string' && SECRET_NAME.test(variable.name);
}

function maskToken(token: string): string {
  return token.length <= VISIBLE_TAIL ? '****' : `****${token.slice(-VISIBLE_TAIL)}`;
}

function maskString(text: string, depth: number): string {
  // DataTransfer carries JSON inside a string.
  const first = text.trimStart().charAt(0);
  if ((first === '{' || first === '[') && depth < DEEPEST) return maskText(text, depth + 1);
  const pem = text.indexOf('-----BEGIN');
  const open = pem < 0 ? text : `${text.slice(0, pem)}[${text.length - pem} characters]`;
  return maskUrls(open);
}

function maskUrls(text: string): string {
  return text.includes('://') ? text.replace(/[^\s"]+/g, maskUrl) : text;
}

/**
 * Hides what stands between `scheme://user:` and `@`. A raw `/` inside the password is against RFC 3986
 * and happens; then everything up to the last `@` goes. Takes time linear in the text.
 */
function maskUrl(text: string): string {
  const lastAt = text.lastIndexOf('@');
  let masked = '';
  let from = 0;
  for (;;) {
    const scheme = text.indexOf('://', from);
    if (scheme < 0 || lastAt < scheme) return masked + text.slice(from);
    const start = scheme + 3;
    const slash = text.indexOf('/', start);
    const end = slash < 0 ? text.length : slash;
    const authority = text.slice(start, end);
    const colon = authority.indexOf(':');
    const at = authority.lastIndexOf('@');
    const password = start + colon + 1;
    if (colon >= 0 && colon < at) {
      masked += `${text.slice(from, password)}***`;
      from = start + at;
    } else if (colon >= 0 && at < 0 && lastAt > end && !PORT.test(authority.slice(colon + 1))) {
      return `${masked}${text.slice(from, password)}***${text.slice(lastAt)}`;
    } else {
      masked += text.slice(from, end);
      from = end;
    }
  }
}

function maskBrokenJson(text: string): string {
  const secret = text.search(SECRET_TEXT);
  const open =
    secret < 0 ? text : `${text.slice(0, secret)}…[not JSON, ${text.length - secret} characters hidden]`;
  return maskUrls(open).replace(TOKEN_TEXT, (_, head: string, token: string) => head + maskToken(token));
}

function bounded(text: string): string {
  const encoder = new TextEncoder();
  const room = new Uint8Array(LONGEST_FRAME);
  if (encoder.encodeInto(text, room).read === text.length) return text;
  const { read } = encoder.encodeInto(text, room.subarray(0, LONGEST_FRAME - MARKER_ROOM));
  return `${text.slice(0, read)}…[${text.length - read} more characters]`;
}
