import { z } from '@hono/zod-openapi';
import { and, eq } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../../database/open.ts';
import { idempotencyKeys } from '../../database/schema/identity.ts';
import type { Principal } from '../../domain/access/principal.ts';
import type { EpochMs } from '../../domain/units.ts';
import { ApiError } from '../api-error.ts';
import { sha256 } from '../identifiers.ts';
import { databaseMessage } from './errors.ts';

/** Headers of a route that may be repeated. A missing key gets its own error code, so the schema lets it pass. */
export const IdempotencyHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[A-Za-z0-9_-]{8,64}$/)
    .optional()
    .openapi({
      param: { name: 'Idempotency-Key', in: 'header', required: true },
      description:
        'Chosen by the client, one for each thing it wants done once. A repeat answers with what the first made.',
      example: '8f14e45f-ceea-467f-a0e6-7f1d2c3b4a59',
    }),
});

/** The key a request carries; throws `idempotency_key_required` when it has none. */
export function idempotencyKeyOf(headers: z.output<typeof IdempotencyHeaders>): string {
  const key = headers['Idempotency-Key'];
  if (key === undefined) throw new ApiError('idempotency_key_required');
  return key;
}

/** Whose keys they are: two callers may choose the same one. */
export const keyOwner = (principal: Principal): string =>
  principal.kind === 'rider' ? `rider:${principal.riderId}` : `staff:${principal.staffId}`;

/**
 * The fingerprint of a request: of what it asks for (`charging.order.create`) and its validated body, to which
 * what stands in the path has to be added. The order of a body's fields does not matter.
 */
export function requestHash(operation: string, body: unknown): Promise<string> {
  return sha256(`${operation}\n${canonicalJson(body)}`);
}

/**
 * Notes the use of a key. It stands first in the batch that does the work, so that of two requests in parallel the
 * second meets this row before anything else; see {@link isKeyConflict}. One row written.
 */
export function idempotencyStatement(
  db: Database,
  owner: string,
  key: string,
  hash: string,
  resourceId: string,
  now: EpochMs,
): BatchItem<'sqlite'> {
  return db.insert(idempotencyKeys).values({ owner, key, requestHash: hash, resourceId, createdAt: now });
}

/** True when a batch failed because its key had been used; what the first use made can be looked up then. */
export function isKeyConflict(error: unknown): boolean {
  return databaseMessage(error).includes('UNIQUE constraint failed: idempotency_keys.owner');
}

/** The first use of a key, or undefined. One row read. */
export async function findIdempotent(
  db: Database,
  owner: string,
  key: string,
): Promise<{ readonly requestHash: string; readonly resourceId: string } | undefined> {
  return db
    .select({ requestHash: idempotencyKeys.requestHash, resourceId: idempotencyKeys.resourceId })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.owner, owner), eq(idempotencyKeys.key, key)))
    .get();
}

export interface KeyUse {
  readonly owner: string;
  readonly key: string;
  readonly hash: string;
}

export interface OnceResult {
  readonly resourceId: string;
  /** An earlier request made it: answer 200 instead of 201. */
  readonly repeated: boolean;
}

/**
 * Lets a request happen once. `act` does the work in a batch that begins with {@link idempotencyStatement} and
 * returns the id of what it made; a repeat gets the first one's id, even when the two run at the same time.
 * Throws `idempotency_key_reused` when the key was used for another request.
 */
export async function once(db: Database, use: KeyUse, act: () => Promise<string>): Promise<OnceResult> {
  const earlier = await earlierUse(db, use);
  if (earlier !== null) return { resourceId: earlier, repeated: true };
  try {
    return { resourceId: await act(), repeated: false };
  } catch (error) {
    if (!isKeyConflict(error)) throw error;
    const first = await earlierUse(db, use);
    if (first === null) throw error;
    return { resourceId: first, repeated: true };
  }
}

async function earlierUse(db: Database, { owner, key, hash }: KeyUse): Promise<string | null> {
  const earlier = await findIdempotent(db, owner, key);
  if (earlier === undefined) return null;
  if (earlier.requestHash !== hash) throw new ApiError('idempotency_key_reused');
  return earlier.resourceId;
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
