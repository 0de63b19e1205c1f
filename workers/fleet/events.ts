import { and, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../../database/open.ts';
import { alarms, chargers, sites } from '../../database/schema/fleet.ts';
import type { AlarmEvent } from '../../domain/charging/charging-event.ts';
import type { ProjectionMessage } from '../../durable-objects/charger/charger-deadlines.ts';
import { newId } from '../identifiers.ts';

/** An alarm as it travels in the device-events queue. */
export interface AlarmMessage extends AlarmEvent {
  readonly v: 1;
  readonly id: string;
  readonly chargerId: string;
}

/**
 * Brings a charger's row, and its site's count of free outlets, up to what its object says. A message that is
 * repeated, overtaken by a newer one, or about a decommissioned charger changes nothing.
 * Writes one row, two when the number of free outlets changed.
 */
export async function applyChargerProjection(db: Database, message: ProjectionMessage): Promise<void> {
  const { chargerId, seq, outlets } = message;
  const free = outlets.filter((outlet) => outlet === 'free').length;
  const isNews = and(
    eq(chargers.id, chargerId),
    lt(chargers.projectionSeq, seq),
    eq(chargers.status, 'active'),
  );
  await db.batch([
    // Before the charger's own row forgets how many were free.
    db
      .update(sites)
      .set({
        outletsFree: sql`${sites.outletsFree} + ${free} - (SELECT ${chargers.outletsFree} FROM ${chargers} WHERE ${chargers.id} = ${chargerId})`,
      })
      .where(
        sql`${sites.id} = (SELECT ${chargers.siteId} FROM ${chargers} WHERE ${isNews} AND ${chargers.outletsFree} <> ${free})`,
      ),
    db
      .update(chargers)
      .set({
        online: message.online,
        outletStates: [...outlets],
        outletsFree: free,
        projectionSeq: seq,
        projectedAt: message.at,
        firmware: message.firmware,
      })
      .where(isNews),
  ]);
}

/**
 * Keeps an alarm under an id that begins with its time, so that lists are newest first; the same message makes the
 * same id, so a repeat changes nothing. An alarm of a charger that D1 does not know is dropped.
 */
export async function applyChargerAlarm(db: Database, message: AlarmMessage): Promise<void> {
  const { chargerId, kind, severity, outletNo, detail, at } = message;
  const id = `${newId(at).slice(0, 10)}:${message.id}`;
  await db
    .insert(alarms)
    .select(
      sql`SELECT ${id}, ${chargers.id}, ${chargers.siteId}, ${outletNo}, ${kind}, ${severity}, ${JSON.stringify(detail)}, ${at}
        FROM ${chargers} WHERE ${chargers.id} = ${chargerId}`,
    )
    .onConflictDoNothing();
}
