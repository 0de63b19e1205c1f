import { env, exports } from 'cloudflare:workers';
import { drizzle } from 'drizzle-orm/d1';
import { staff } from '../../database/schema/identity.ts';
import { newId } from '../identifiers.ts';
import { hashPassword } from './password.ts';

export const PASSWORD = 'correct-horse-battery';
export const db = drizzle(env.DB);

type StaffRow = typeof staff.$inferInsert;

/** A staff account in the database, a system admin unless told; its password is `PASSWORD`. */
export async function givenStaff(facts: Partial<StaffRow> = {}): Promise<StaffRow> {
  const id = newId(Date.now());
  const row: StaffRow = {
    id,
    username: `u${id.slice(-12).toLowerCase()}`,
    displayName: '测试员',
    passwordHash: await hashPassword(PASSWORD),
    role: 'system',
    scope: { kind: 'all' },
    createdAt: Date.now(),
    ...facts,
  };
  await db.insert(staff).values(row);
  return row;
}

interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly ip?: string;
}

export interface CallResult<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

export interface Refusal {
  readonly error: { readonly code: string; readonly details?: Record<string, unknown> };
}

let callers = 0;
function freshAddress(): string {
  callers += 1;
  return `10.0.${Math.floor(callers / 250)}.${callers % 250}`;
}

/** Calls the API; each call comes from an address of its own unless told, so that no test meets a rate limit. */
export async function call<Body = Refusal>(
  method: string,
  path: string,
  { token, body, ip = freshAddress() }: CallOptions = {},
): Promise<CallResult<Body>> {
  const headers: Record<string, string> = { 'CF-Connecting-IP': ip };
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await exports.default.fetch(`https://api.test${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: (text === '' ? undefined : JSON.parse(text)) as Body,
    headers: response.headers,
  };
}

export interface StaffSession {
  readonly token: string;
  readonly expiresAt: number;
  readonly staff: { readonly id: string; readonly permissions: readonly string[] };
}

export const signIn = (username: string, password = PASSWORD) =>
  call<StaffSession & Refusal>('POST', '/v1/admin/session', { body: { username, password } });

/** The token of a fresh account. */
export async function signedInStaff(facts: Partial<StaffRow> = {}): Promise<{ token: string; id: string }> {
  const { username, id } = await givenStaff(facts);
  const { body } = await signIn(username);
  return { token: body.token, id };
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
