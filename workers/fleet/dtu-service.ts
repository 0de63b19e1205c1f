import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { chargers, dtus, networkNumbers } from '../../database/schema/fleet.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { ApiError } from '../api-error.ts';
import { type Actor, auditRow } from '../audit.ts';
import { newSecret } from '../identifiers.ts';
import { databaseMessage } from '../middleware/errors.ts';
import { hashDeviceKey } from './device-key.ts';
import { demandChanged, runGuarded } from './guarded-batch.ts';
import { requireWholeNetwork, siteScope } from './scope.ts';

/** OCPP 1.6 gives an AuthorizationKey 16 to 40 characters (security white paper §2.1); 32 of base64 are 192 bits. */
const KEY_LENGTH = 32;

type DtuRow = typeof dtus.$inferSelect;

/** A DTU as staff see it: its key is known to the device alone. */
export interface ListedDtu extends Pick<DtuRow, 'number' | 'status' | 'chargerId' | 'createdAt'> {
  readonly siteId: string | null;
}

const newKey = (): string => newSecret().slice(0, KEY_LENGTH);

async function hashed(key: string): Promise<Pick<DtuRow, 'keySalt' | 'keyHash'>> {
  const keySalt = newSecret();
  return { keySalt, keyHash: await hashDeviceKey(keySalt, key) };
}

/**
 * Takes a DTU into stock under an allocated number and tells its key, this once. Refuses `network_number_invalid`
 * for a number that is not an allocated DTU number and `network_number_taken` for one that has its DTU.
 */
export async function createDtu(
  db: Database,
  actor: Actor,
  number: number,
  key: string = newKey(),
): Promise<{ readonly number: number; readonly key: string }> {
  requireWholeNetwork(actor.staff);
  const { keySalt, keyHash } = await hashed(key);
  try {
    await runGuarded(db, [
      db.insert(dtus).select(
        sql`SELECT ${networkNumbers.number}, ${keySalt}, ${keyHash}, 'stock', NULL, ${actor.now}
          FROM ${networkNumbers} WHERE ${and(eq(networkNumbers.number, number), eq(networkNumbers.kind, 'dtu'))}`,
      ),
      demandChanged(db, 'network_number_invalid'),
      auditRow(db, actor, {
        action: 'fleet.dtu.create',
        subject: `dtu:${number}`,
        before: null,
        after: { number, status: 'stock' },
      }),
    ]);
  } catch (error) {
    if (databaseMessage(error).includes('UNIQUE constraint failed: dtus.number'))
      throw new ApiError('network_number_taken', { number });
    throw error;
  }
  return { number, key };
}

/** A DTU in scope: its charger's site decides; stock belongs to the whole network. */
const inScope = (scope: Scope) => siteScope(scope, chargers.siteId);

const withSite = (db: Database) =>
  db
    .select({
      number: dtus.number,
      status: dtus.status,
      chargerId: dtus.chargerId,
      createdAt: dtus.createdAt,
      siteId: chargers.siteId,
    })
    .from(dtus)
    .leftJoin(chargers, eq(chargers.id, dtus.chargerId));

/** The DTUs in scope by falling number, with one more than `limit`. */
export const listDtus = (
  db: Database,
  scope: Scope,
  status: DtuRow['status'] | undefined,
  before: number | undefined,
  limit: number,
): Promise<ListedDtu[]> =>
  withSite(db)
    .where(
      and(
        inScope(scope),
        status === undefined ? undefined : eq(dtus.status, status),
        before === undefined ? undefined : lt(dtus.number, before),
      ),
    )
    .orderBy(desc(dtus.number))
    .limit(limit + 1);

const findDtu = (db: Database, scope: Scope, number: number): Promise<ListedDtu | undefined> =>
  withSite(db)
    .where(and(eq(dtus.number, number), inScope(scope)))
    .get();

/** Gives a DTU a new key and tells it, this once. A connection that stands stays; the next needs the new key. */
export async function rotateDtuKey(
  db: Database,
  actor: Actor,
  number: number,
  key: string = newKey(),
): Promise<{ readonly number: number; readonly key: string }> {
  const dtu = await findDtu(db, actor.staff.scope, number);
  if (dtu === undefined) throw new ApiError('out_of_scope');
  // Unbound or rebound meanwhile, it may be another agent's by now.
  const asSeen = sql`${dtus.chargerId} IS ${dtu.chargerId}`;
  await runGuarded(db, [
    db
      .update(dtus)
      .set(await hashed(key))
      .where(and(eq(dtus.number, number), asSeen)),
    demandChanged(db, 'conflict'),
    auditRow(db, actor, {
      action: 'fleet.dtu.rotate-key',
      subject: `dtu:${number}`,
      before: null,
      after: { number, key: 'new' },
    }),
  ]);
  return { number, key };
}

/** Puts a retired DTU back into stock: its charger was scrapped, it was not. */
export async function restockDtu(
  db: Database,
  actor: Actor,
  number: number,
  reason: string,
): Promise<ListedDtu> {
  requireWholeNetwork(actor.staff);
  const { scope } = actor.staff;
  const dtu = await findDtu(db, scope, number);
  if (dtu === undefined) throw new ApiError('out_of_scope');
  await runGuarded(db, [
    db
      .update(dtus)
      .set({ status: 'stock' })
      .where(and(eq(dtus.number, number), eq(dtus.status, 'retired'))),
    demandChanged(db, 'conflict'),
    auditRow(db, actor, {
      action: 'fleet.dtu.restock',
      subject: `dtu:${number}`,
      before: { status: 'retired' },
      after: { status: 'stock', reason },
    }),
  ]);
  return { ...dtu, status: 'stock' };
}
