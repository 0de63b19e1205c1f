import { and, desc, eq, lt } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { chargers, deviceModels, dtuBindings, dtus } from '../../database/schema/fleet.ts';
import type { Scope } from '../../domain/access/scope.ts';
import type { BindingRow, ChargerRow, ListedCharger } from './charger-views.ts';
import { siteScope } from './scope.ts';

export type ModelRow = typeof deviceModels.$inferSelect;

const BINDINGS_SHOWN = 50;

const withDtu = (db: Database) =>
  db
    .select({ charger: chargers, dtuNumber: dtus.number })
    .from(chargers)
    .leftJoin(dtus, eq(dtus.chargerId, chargers.id));

export interface ChargerFilter {
  readonly siteId?: string | undefined;
  readonly status?: ChargerRow['status'] | undefined;
  readonly online?: boolean | undefined;
}

/** The chargers in scope, newest first, with one more than `limit`. */
export const listChargers = (
  db: Database,
  scope: Scope,
  filter: ChargerFilter,
  before: string | undefined,
  limit: number,
): Promise<ListedCharger[]> =>
  withDtu(db)
    .where(
      and(
        siteScope(scope, chargers.siteId),
        before === undefined ? undefined : lt(chargers.id, before),
        filter.siteId === undefined ? undefined : eq(chargers.siteId, filter.siteId),
        filter.status === undefined ? undefined : eq(chargers.status, filter.status),
        filter.online === undefined ? undefined : eq(chargers.online, filter.online),
      ),
    )
    .orderBy(desc(chargers.id))
    .limit(limit + 1);

/** A charger, if it is in scope. */
export const findCharger = (
  db: Database,
  scope: Scope,
  chargerId: string,
): Promise<ListedCharger | undefined> =>
  withDtu(db)
    .where(and(eq(chargers.id, chargerId), siteScope(scope, chargers.siteId)))
    .get();

/** The DTUs a charger has had, newest first. The caller has seen to the scope. */
export const listBindings = (db: Database, chargerId: string): Promise<BindingRow[]> =>
  db
    .select()
    .from(dtuBindings)
    .where(eq(dtuBindings.chargerId, chargerId))
    .orderBy(desc(dtuBindings.id))
    .limit(BINDINGS_SHOWN);

export const findModel = (db: Database, modelId: string): Promise<ModelRow | undefined> =>
  db.select().from(deviceModels).where(eq(deviceModels.id, modelId)).get();
