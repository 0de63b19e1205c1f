import type { SettlementEvent } from '../../domain/charging/charging-event.ts';
import { counters } from '../link/counters.ts';

export type SessionEnd = Extract<SettlementEvent, { type: 'charging.ended' }>;

const KEPT = 40;

export const ENDED_SESSIONS_TABLE =
  'CREATE TABLE ended_sessions (slot INTEGER PRIMARY KEY, order_id TEXT NOT NULL, event TEXT NOT NULL)';

/**
 * The last sessions' ends, as they were told to settlement: a queue that loses a message it has taken must not cost
 * a rider the hold. A ring, so that one session costs one row.
 */
export class EndedSessions {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  keep(event: SessionEnd): void {
    const slot = event.transactionId % KEPT;
    counters.objectRowsWritten += this.#sql.exec(
      'INSERT OR REPLACE INTO ended_sessions (slot, order_id, event) VALUES (?, ?, ?)',
      slot,
      event.orderId,
      JSON.stringify(event),
    ).rowsWritten;
  }

  find(orderId: string): SessionEnd | null {
    const row = this.#sql
      .exec<{ event: string }>('SELECT event FROM ended_sessions WHERE order_id = ?', orderId)
      .toArray()[0];
    return row === undefined ? null : (JSON.parse(row.event) as SessionEnd);
  }
}
