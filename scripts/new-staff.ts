import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { newId } from '../workers/identifiers.ts';
import { hashPassword } from '../workers/identity/password.ts';

/** `node scripts/new-staff.ts USERNAME` prints the INSERT of a first system administrator; it connects to nothing. */
const username = process.argv[2];
if (username === undefined || !/^[a-z0-9._-]{3,40}$/.test(username)) {
  console.error('Usage: node scripts/new-staff.ts USERNAME (3 to 40 of a-z 0-9 . _ -)');
  process.exit(2);
}
const questions = createInterface({ input: stdin, output: stdout });
const password = await questions.question('Password (at least 10 characters): ');
questions.close();
if (password.length < 10) {
  console.error('The password is too short.');
  process.exit(2);
}
const now = Date.now();
const values = [newId(now), username, username, await hashPassword(password), 'system', '{"kind":"all"}'];
console.log(
  `INSERT INTO staff (id, username, display_name, password_hash, role, scope, created_at) VALUES (${values
    .map((value) => `'${value}'`)
    .join(', ')}, ${now});`,
);
