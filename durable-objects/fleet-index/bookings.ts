/**
 * Which containers travel under which booking or transport document, and which connections have said something of one by
 * that name alone: they are told of every container that joins it.
 */
import type { Sql } from '../kit/sql.ts';

/** The tables that came after that of the bookings. */
export const AWAITED_TABLES = `CREATE TABLE awaited (
     booking TEXT NOT NULL,
     connection_id TEXT NOT NULL,
     since INTEGER NOT NULL,
     PRIMARY KEY (booking, connection_id)
   ) WITHOUT ROWID;
   CREATE TABLE joined (
     booking TEXT NOT NULL,
     connection_id TEXT NOT NULL,
     number TEXT NOT NULL,
     PRIMARY KEY (booking, connection_id, number)
   ) WITHOUT ROWID;`;

/** A container under the name of a shipment, with whether anybody wants to hear of it. */
export interface Joined {
  booking: string;
  number: string;
  claim: 'claimed' | 'unclaimed' | 'ignored';
}

/** A container that joined a shipment, of which a connection is to be told. */
export interface Joining {
  booking: string;
  connectionId: string;
  number: string;
}

/** Containers that names of one delivery lead to: a booking of a whole ship is none. */
const RESOLVED_MAX = 10_000;
/** Names that are remembered for connections: beyond them the oldest make room, for some of which it is made at once. */
const AWAITED_MAX = 20_000;
const AWAITED_ROOM = 500;

/** The bookings of one fleet. */
export class Bookings {
  readonly #sql: Sql;
  /** Names that are remembered at most: counted once, not for every delivery. */
  #awaited: number | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Learns that a container is one of a shipment; connections that have spoken of it are to be told. */
  add(booking: string, number: string): void {
    const insert = 'INSERT OR IGNORE INTO bookings (booking, number) VALUES (?, ?) RETURNING number';
    if (this.#sql.run(insert, booking, number).length === 0) return;
    this.#sql.run(
      `INSERT OR IGNORE INTO joined (booking, connection_id, number)
       SELECT booking, connection_id, ? FROM awaited WHERE booking = ?`,
      number,
      booking,
    );
  }

  /** The containers of shipments. */
  ofAll(bookings: readonly string[]): { booking: string; number: string }[] {
    return this.#sql.run(
      'SELECT booking, number FROM bookings WHERE booking IN (SELECT value FROM json_each(?)) LIMIT ?',
      JSON.stringify(bookings),
      RESOLVED_MAX,
    );
  }

  /** Notes that a connection speaks of shipments by their names alone. */
  await(bookings: readonly string[], connectionId: string, now: number): void {
    const insert = 'INSERT OR IGNORE INTO awaited (booking, connection_id, since) VALUES (?, ?, ?) RETURNING booking';
    const fresh = bookings.filter((booking) => this.#sql.run(insert, booking, connectionId, now).length > 0);
    if (fresh.length === 0) return;
    this.#awaited = this.#awaited === null ? this.#countAwaited() : this.#awaited + fresh.length;
    if (this.#awaited <= AWAITED_MAX) return;
    // What was rolled back has been counted, too.
    this.#awaited = this.#countAwaited();
    if (this.#awaited <= AWAITED_MAX) return;
    this.#sql.run(
      `DELETE FROM awaited WHERE (booking, connection_id) IN
         (SELECT booking, connection_id FROM awaited ORDER BY since LIMIT ?)`,
      this.#awaited - AWAITED_MAX + AWAITED_ROOM,
    );
    this.#awaited = AWAITED_MAX - AWAITED_ROOM;
  }

  #countAwaited(): number {
    return this.#sql.run<{ n: number }>('SELECT count(*) AS n FROM awaited')[0]!.n;
  }

  /** Whether connections are to be told of containers. */
  hasJoining(): boolean {
    return this.#sql.run('SELECT 1 FROM joined LIMIT 1').length > 0;
  }

  /** What connections are to be told, those of one connection together. */
  joining(limit: number): Joining[] {
    return this.#sql.run<{ [K in keyof Joining]: Joining[K] }>(
      'SELECT booking, connection_id AS connectionId, number FROM joined ORDER BY connection_id LIMIT ?',
      limit,
    );
  }

  /** A connection has been told. */
  told(joinings: readonly Joining[]): void {
    for (const { booking, connectionId, number } of joinings) {
      this.#sql.run(
        'DELETE FROM joined WHERE booking = ? AND connection_id = ? AND number = ?',
        booking,
        connectionId,
        number,
      );
    }
  }
}
