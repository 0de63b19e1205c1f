import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { chargers, deviceModels, dtuBindings, dtus, sites } from '../../database/schema/fleet.ts';
import type { Scope } from '../../domain/access/scope.ts';
import { parseNetworkNumber } from '../../domain/numbering/network-number.ts';
import { type Actor, auditRow } from '../audit.ts';
import { newId } from '../identifiers.ts';
import { Serial } from './charger-views.ts';
import { parseCsv } from './csv.ts';
import { demandChanged, runGuarded } from './guarded-batch.ts';
import { siteScope } from './scope.ts';

export const CHARGER_COLUMNS = ['serial', 'name', 'site_id', 'model_id', 'dtu_number'] as const;
export const MOST_CHARGER_ROWS = 500;
const LONGEST_NAME = 60;

export const CHARGER_VERDICTS = [
  'imported',
  'serial_malformed',
  'serial_duplicate',
  'serial_taken',
  'name_malformed',
  'site_out_of_scope',
  'model_unknown',
  'dtu_malformed',
  'dtu_duplicate',
  'dtu_not_in_stock',
] as const;

export interface ChargerImportRow {
  readonly row: number;
  readonly serial: string;
  readonly result: (typeof CHARGER_VERDICTS)[number];
  readonly chargerId: string | null;
}

/** A row that can be taken in; `dtuNumber` null for a charger that gets its DTU later. */
interface Accepted {
  readonly chargerId: string;
  readonly serial: string;
  readonly name: string;
  readonly siteId: string;
  readonly modelId: string;
  readonly outlets: number;
  readonly dtuNumber: number | null;
}

/**
 * Adds chargers from CSV and binds the DTUs named there (an empty `dtu_number` binds none). Rows that cannot be taken
 * are told and left out; the others go in together, and if one is overtaken by somebody else, none does (`conflict`).
 * Each object learns its profile with its device's first connection.
 */
export async function importChargers(db: Database, actor: Actor, csv: string): Promise<ChargerImportRow[]> {
  const rows = parseCsv(csv, CHARGER_COLUMNS, MOST_CHARGER_ROWS);
  const known = await lookUp(
    db,
    actor.staff.scope,
    rows.map(({ cells }) => cells),
  );
  const serials = new Set<string>();
  const numbers = new Set<number>();
  const accepted: Accepted[] = [];
  const results = rows.map(({ row, cells }): ChargerImportRow => {
    const { serial, name, site_id: siteId, model_id: modelId } = cells;
    const refused = (result: ChargerImportRow['result']) => ({ row, serial, result, chargerId: null });
    if (!Serial.safeParse(serial).success) return refused('serial_malformed');
    if (serials.has(serial)) return refused('serial_duplicate');
    serials.add(serial);
    if (known.serials.has(serial)) return refused('serial_taken');
    if (name === '' || name.length > LONGEST_NAME) return refused('name_malformed');
    if (!known.sites.has(siteId)) return refused('site_out_of_scope');
    const outlets = known.outletsByModel.get(modelId);
    if (outlets === undefined) return refused('model_unknown');
    let dtuNumber: number | null = null;
    if (cells.dtu_number !== '') {
      const parsed = parseNetworkNumber(cells.dtu_number, 'dtu');
      if (!parsed.ok) return refused('dtu_malformed');
      dtuNumber = parsed.value.number;
      if (numbers.has(dtuNumber)) return refused('dtu_duplicate');
      numbers.add(dtuNumber);
      if (!known.stock.has(dtuNumber)) return refused('dtu_not_in_stock');
    }
    const chargerId = newId(actor.now);
    accepted.push({ chargerId, serial, name, siteId, modelId, outlets, dtuNumber });
    return { row, serial, result: 'imported', chargerId };
  });
  if (accepted.length > 0) await takeIn(db, actor, accepted);
  return results;
}

/** What the rows name, as it stands now: one statement each, whatever their number. */
async function lookUp(
  db: Database,
  scope: Scope,
  rows: readonly Readonly<Record<(typeof CHARGER_COLUMNS)[number], string>>[],
) {
  const among = (values: readonly (string | number)[]): SQL =>
    sql`(SELECT value FROM json_each(${JSON.stringify([...new Set(values)])}))`;
  const [serials, inScope, models, stock] = await db.batch([
    db
      .select({ serial: chargers.serial })
      .from(chargers)
      .where(inArray(chargers.serial, among(rows.map(({ serial }) => serial)))),
    db
      .select({ id: sites.id })
      .from(sites)
      .where(and(inArray(sites.id, among(rows.map((row) => row.site_id))), siteScope(scope))),
    db
      .select({ id: deviceModels.id, outlets: deviceModels.outlets })
      .from(deviceModels)
      .where(inArray(deviceModels.id, among(rows.map((row) => row.model_id)))),
    db
      .select({ number: dtus.number })
      .from(dtus)
      .where(
        and(
          inArray(dtus.number, among(rows.map((row) => Number(row.dtu_number) || 0))),
          eq(dtus.status, 'stock'),
        ),
      ),
  ]);
  return {
    serials: new Set(serials.map(({ serial }) => serial)),
    sites: new Set(inScope.map(({ id }) => id)),
    outletsByModel: new Map(models.map(({ id, outlets }) => [id, outlets])),
    stock: new Set(stock.map(({ number }) => number)),
  };
}

async function takeIn(db: Database, actor: Actor, accepted: readonly Accepted[]): Promise<void> {
  const { now, staff } = actor;
  const outletsAt = new Map<string, number>();
  for (const { siteId, outlets } of accepted) outletsAt.set(siteId, (outletsAt.get(siteId) ?? 0) + outlets);
  const counts = JSON.stringify([...outletsAt]);
  const piles = JSON.stringify(
    accepted.map((row) => [
      row.chargerId,
      row.name,
      row.serial,
      row.modelId,
      row.siteId,
      row.outlets,
      JSON.stringify(Array.from({ length: row.outlets }, () => 'offline')),
    ]),
  );
  const bound = accepted.filter(({ dtuNumber }) => dtuNumber !== null);
  const bindings = JSON.stringify(bound.map((row) => [newId(now), row.dtuNumber, row.chargerId]));
  await runGuarded(db, [
    db
      .update(sites)
      .set({
        outletsTotal: sql`${sites.outletsTotal} + (SELECT value->>1 FROM json_each(${counts}) WHERE value->>0 = ${sites.id})`,
      })
      .where(
        and(inArray(sites.id, sql`(SELECT value->>0 FROM json_each(${counts}))`), siteScope(staff.scope)),
      ),
    demandChanged(db, 'conflict', outletsAt.size),
    db.insert(chargers).select(
      sql`SELECT value->>0, value->>1, value->>2, value->>3, value->>4, NULL, value->>5, 'active', 1, ${now},
        0, value->>6, 0, 0, 0, NULL FROM json_each(${piles})`,
    ),
    db
      .update(dtus)
      .set({
        status: 'bound',
        chargerId: sql`(SELECT value->>2 FROM json_each(${bindings}) WHERE value->>1 = ${dtus.number})`,
      })
      .where(
        and(
          inArray(dtus.number, sql`(SELECT value->>1 FROM json_each(${bindings}))`),
          eq(dtus.status, 'stock'),
        ),
      ),
    demandChanged(db, 'conflict', bound.length),
    db
      .insert(dtuBindings)
      .select(sql`SELECT value->>0, value->>1, value->>2, ${now}, NULL, '' FROM json_each(${bindings})`),
    auditRow(db, actor, {
      action: 'fleet.charger.import',
      subject: `charger-import:${actor.requestId}`,
      before: null,
      after: accepted,
    }),
  ]);
}
