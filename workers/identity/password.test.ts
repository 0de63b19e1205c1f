import { Buffer } from 'node:buffer';
import { scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashPassword, NOBODYS_HASH, verifyPassword } from './password.ts';

test('a password is its own hash’s and no other’s', async () => {
  const stored = await hashPassword('correct-horse-电池');
  expect(stored).toMatch(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  expect(await hashPassword('correct-horse-电池')).not.toBe(stored);
  expect(await verifyPassword('correct-horse-电池', stored)).toBe(true);
  expect(await verifyPassword('correct-horse-电', stored)).toBe(false);
  expect(await verifyPassword('', stored)).toBe(false);
});

test('the stored text is scrypt as others compute it, whatever its parameters', async () => {
  // RFC 7914 §12: scrypt("pleaseletmein", "SodiumChloride", 16384, 8, 1), its first 32 bytes.
  const salt = Buffer.from('SodiumChloride').toString('base64url');
  const hash = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex');
  const stored = `scrypt$16384$8$1$${salt}$${hash.toString('base64url')}`;
  expect(await verifyPassword('pleaseletmein', stored)).toBe(true);
  expect(await verifyPassword('pleaseletmein', stored.replace('16384', '8192'))).toBe(false);

  const lighter = scryptSync('pleaseletmein', Buffer.from(salt, 'base64url'), 32, { N: 4096, r: 4, p: 2 });
  const older = `scrypt$4096$4$2$${salt}$${lighter.toString('base64url')}`;
  expect(await verifyPassword('pleaseletmein', older)).toBe(true);
});

test('what is no stored hash is nobody’s password', async () => {
  for (const stored of ['', 'plain', 'scrypt$16384$8$1$$', `${NOBODYS_HASH}A`, NOBODYS_HASH])
    expect(await verifyPassword('anything', stored)).toBe(false);
});
