import { maskFrame } from '../../protocols/ocpp/masking.ts';

export interface LoggedFrame {
  readonly id: number;
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly frame: string;
}

const KEPT = 200;

export const FRAMES_TABLE =
  'CREATE TABLE frames (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, direction TEXT NOT NULL, frame TEXT NOT NULL)';

/** The last frames of a device, masked, kept only while an operator has asked for them. */
export class FrameLog {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Keeps the newest {@link KEPT} frames, so that a forgotten log cannot grow. */
  record(direction: 'in' | 'out', frame: string, now: number): void {
    this.#sql.exec(
      'INSERT INTO frames (at, direction, frame) VALUES (?, ?, ?)',
      now,
      direction,
      maskFrame(frame),
    );
    this.#sql.exec('DELETE FROM frames WHERE id <= (SELECT max(id) FROM frames) - ?', KEPT);
  }

  list(): LoggedFrame[] {
    return this.#sql
      .exec<{ id: number; at: number; direction: 'in' | 'out'; frame: string }>(
        'SELECT id, at, direction, frame FROM frames ORDER BY id',
      )
      .toArray();
  }

  clear(): void {
    this.#sql.exec('DELETE FROM frames');
  }
}
