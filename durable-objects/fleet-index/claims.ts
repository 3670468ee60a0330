/**
 * Numbers that nobody of the tenant has registered: where what was said of them waits, and which are not wanted. A number is
 * claimed when it has a line in the fleet.
 */
import type { Sql } from '../kit/sql.ts';

/** The tables. */
export const CLAIMS_TABLES = `CREATE TABLE unclaimed (
     number TEXT NOT NULL,
     connection_id TEXT NOT NULL,
     since INTEGER NOT NULL,
     PRIMARY KEY (number, connection_id)
   ) WITHOUT ROWID;
   CREATE TABLE ignored (number TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE cancelled (booking_id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;`;

/** A number that waits to be claimed. */
export interface Unclaimed {
  number: string;
  connectionId: string;
  since: number;
}

/** Numbers that may wait in a tenant: beyond them the longest waiting make room. */
const UNCLAIMED_MAX = 20_000;

/** Cancelled bookings that are remembered: a confirmation that was late is so by hours. */
const CANCELLED_KEPT = 2_000;

/** The claims of one fleet. */
export class Claims {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Which of some numbers are claimed, and which are not wanted. */
  sort(numbers: readonly string[]): { claimed: string[]; ignored: string[] } {
    const list = JSON.stringify(numbers);
    const among = (table: string): string[] =>
      this.#sql
        .run<{ number: string }>(`SELECT number FROM ${table} WHERE number IN (SELECT value FROM json_each(?))`, list)
        .map(({ number }) => number);
    return { claimed: among('containers'), ignored: among('ignored') };
  }

  /** Notes that a connection has something to say of numbers that nobody claims. */
  note(numbers: readonly string[], connectionId: string, now: number): void {
    for (const number of numbers) {
      this.#sql.run(
        'INSERT OR IGNORE INTO unclaimed (number, connection_id, since) VALUES (?, ?, ?)',
        number,
        connectionId,
        now,
      );
    }
    if (numbers.length === 0) return;
    const [held] = this.#sql.run<{ n: number }>('SELECT count(*) AS n FROM unclaimed');
    const surplus = held!.n - UNCLAIMED_MAX;
    if (surplus <= 0) return;
    this.#sql.run(
      `DELETE FROM unclaimed WHERE (number, connection_id) IN
         (SELECT number, connection_id FROM unclaimed ORDER BY since LIMIT ?)`,
      surplus,
    );
  }

  /** The connections that hold something of some numbers. */
  holdersOf(numbers: readonly string[]): Unclaimed[] {
    return this.#sql.run<{ [K in keyof Unclaimed]: Unclaimed[K] }>(
      `SELECT number, connection_id AS connectionId, since FROM unclaimed
       WHERE number IN (SELECT value FROM json_each(?))`,
      JSON.stringify(numbers),
    );
  }

  /** What waits, by number and connection, after a place in that order. */
  list(after: [number: string, connectionId: string], connectionId: string | undefined, limit: number): Unclaimed[] {
    return this.#sql.run<{ [K in keyof Unclaimed]: Unclaimed[K] }>(
      `SELECT number, connection_id AS connectionId, since FROM unclaimed
       WHERE (number, connection_id) > (?, ?) AND (? IS NULL OR connection_id = ?)
       ORDER BY number, connection_id LIMIT ?`,
      ...after,
      connectionId ?? null,
      connectionId ?? null,
      limit,
    );
  }

  /** Forgets that a connection holds something of numbers. */
  forget(numbers: readonly string[], connectionId: string): void {
    this.#sql.run(
      'DELETE FROM unclaimed WHERE connection_id = ? AND number IN (SELECT value FROM json_each(?))',
      connectionId,
      JSON.stringify(numbers),
    );
  }

  /** Wants nothing of a number, or wants it again. */
  ignore(number: string, wanted: boolean, now: number): void {
    if (wanted) this.#sql.run('DELETE FROM ignored WHERE number = ?', number);
    else this.#sql.run('INSERT OR IGNORE INTO ignored (number, since) VALUES (?, ?)', number, now);
  }

  /** Notes that a booking was cancelled; the oldest notes beyond what is kept are forgotten. */
  cancel(bookingId: string, at: number): void {
    this.#sql.run('INSERT OR IGNORE INTO cancelled (booking_id, at) VALUES (?, ?)', bookingId, at);
    this.#sql.run(
      'DELETE FROM cancelled WHERE booking_id IN (SELECT booking_id FROM cancelled ORDER BY at DESC LIMIT -1 OFFSET ?)',
      CANCELLED_KEPT,
    );
  }

  /** Whether a booking was cancelled. */
  isCancelled(bookingId: string): boolean {
    return this.#sql.run('SELECT 1 FROM cancelled WHERE booking_id = ?', bookingId).length > 0;
  }
}
