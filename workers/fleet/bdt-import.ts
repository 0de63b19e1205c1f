import { inArray, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { bdts } from '../../database/schema/fleet.ts';
import { type Actor, auditRow } from '../audit.ts';
import { newId } from '../identifiers.ts';
import { parseCsv } from './csv.ts';
import { requireWholeNetwork } from './scope.ts';

export const BDT_COLUMNS = ['serial', 'vendor', 'firmware'] as const;
export const MOST_BDT_ROWS = 2_000;
const SERIAL = /^[A-Za-z0-9._/-]{1,40}$/;

export interface BdtImportRow {
  readonly row: number;
  readonly serial: string;
  readonly result: 'imported' | 'malformed' | 'duplicate' | 'taken';
}

/** Takes battery data terminals into stock from CSV, row by row; what cannot be taken is told and left out. */
export async function importBdts(db: Database, actor: Actor, csv: string): Promise<BdtImportRow[]> {
  requireWholeNetwork(actor.staff);
  const rows = parseCsv(csv, BDT_COLUMNS, MOST_BDT_ROWS);
  const serials = JSON.stringify(rows.map(({ cells }) => cells.serial));
  const known = await db
    .select({ serial: bdts.serial })
    .from(bdts)
    .where(inArray(bdts.serial, sql`(SELECT value FROM json_each(${serials}))`));
  const taken = new Set(known.map(({ serial }) => serial));
  const seen = new Set<string>();
  const results = rows.map(({ row, cells }): BdtImportRow => {
    const { serial, vendor, firmware } = cells;
    const wellFormed = SERIAL.test(serial) && vendor !== '' && vendor.length <= 60 && firmware.length <= 60;
    const result = !wellFormed
      ? 'malformed'
      : seen.has(serial)
        ? 'duplicate'
        : taken.has(serial)
          ? 'taken'
          : 'imported';
    if (wellFormed) seen.add(serial);
    return { row, serial, result };
  });
  const accepted = rows.filter((_, index) => results[index]?.result === 'imported');
  if (accepted.length === 0) return results;
  const values = accepted.map(({ cells }) => [newId(actor.now), cells.serial, cells.vendor, cells.firmware]);
  await db.batch([
    db.insert(bdts).select(
      sql`SELECT value->>0, value->>1, value->>2, value->>3, 'stock', ${actor.now}
        FROM json_each(${JSON.stringify(values)})`,
    ),
    auditRow(db, actor, {
      action: 'fleet.bdt.import',
      subject: `bdt-import:${actor.requestId}`,
      before: null,
      after: { serials: accepted.map(({ cells }) => cells.serial) },
    }),
  ]);
  return results;
}
