/** All SQL of a tenant's fleet index. No secondary index: each would be a billed write per event. */
import type { FleetQuery } from '../../contracts/tracking/containers.ts';
import type { FleetSummary } from '../../domain/container/state.ts';
import { Sql, type SqlValue } from '../kit/sql.ts';
import { MIGRATIONS } from './migrations.ts';
import { lineToApi } from './to-api.ts';

/** How a container leaves what is shown: kept readable, kept until it is tracked again, or erased. */
export type Retirement = 'archived' | 'untracked' | 'erased';

/** A line with the number of its last change, as the JSON text that the API has of it. */
export interface StoredLine {
  seq: number;
  number: string;
  text: string;
}

type LineColumns = { number: string; line: string | null; body: string };

/** A line's text; of the version before there is only the summary that it is made from. */
const textOf = ({ line, body }: LineColumns): string =>
  line ?? JSON.stringify(lineToApi(JSON.parse(body) as FleetSummary));

/** The storage of one fleet. */
export class FleetStorage {
  readonly sql: Sql;

  constructor(storage: DurableObjectStorage) {
    this.sql = new Sql(storage);
    this.sql.migrate(MIGRATIONS);
  }

  /** The epoch of this storage, made on first use. */
  epoch(fresh: () => string): string {
    const [row] = this.sql.run<{ epoch: string }>('SELECT epoch FROM identity');
    if (row) return row.epoch;
    const epoch = fresh();
    this.sql.run('INSERT INTO identity (id, epoch) VALUES (1, ?)', epoch);
    return epoch;
  }

  /** The sequence number of the newest change. */
  lastSeq(): number {
    return this.sql.run<{ seq: number }>(
      `SELECT max(coalesce((SELECT max(seq) FROM containers), 0), coalesce((SELECT seq FROM identity), 0)) AS seq`,
    )[0]!.seq;
  }

  /** Takes a container's line out of what is shown, as is said; false when it is not there. `epoch` begins with it. */
  retire(number: string, how: Retirement, { seq, epoch, at }: { seq: number; epoch: string; at: number }): boolean {
    if (!this.#takeOut(number, how, at)) return false;
    if (how !== 'archived') {
      const erased = how === 'erased' ? 1 : 0;
      this.sql.run('INSERT OR REPLACE INTO untracked (number, at, erased) VALUES (?, ?, ?)', number, at, erased);
    }
    this.sql.run('UPDATE identity SET epoch = ?, seq = ?', epoch, seq);
    return true;
  }

  #takeOut(number: string, how: Retirement, at: number): boolean {
    if (how === 'archived') {
      const update = 'UPDATE containers SET archived_at = ? WHERE number = ? AND archived_at IS NULL RETURNING number';
      return this.sql.run(update, at, number).length > 0;
    }
    const isDropped = this.sql.run('DELETE FROM containers WHERE number = ? RETURNING number', number).length > 0;
    if (how === 'untracked') return isDropped;
    for (const table of ['bookings', 'joined', 'ignored'])
      this.sql.run(`DELETE FROM ${table} WHERE number = ?`, number);
    return isDropped || this.untracked(number)?.erased === false;
  }

  /** Numbers are wanted again; the lines of those that were in the archive, each with a number from `seq` on. */
  restore(numbers: readonly string[], seq: number): StoredLine[] {
    const list = JSON.stringify(numbers);
    for (const table of ['untracked', 'ignored']) {
      this.sql.run(`DELETE FROM ${table} WHERE number IN (SELECT value FROM json_each(?))`, list);
    }
    const query = `SELECT number, line, body FROM containers
      WHERE archived_at IS NOT NULL AND number IN (SELECT value FROM json_each(?))`;
    return this.sql.run<LineColumns>(query, list).map((row, i) => {
      this.sql.run('UPDATE containers SET archived_at = NULL, seq = ? WHERE number = ?', seq + i, row.number);
      return { seq: seq + i, number: row.number, text: textOf(row) };
    });
  }

  /** Whether a number was tracked and is not any more, and whether all of it was erased; null for any other. */
  untracked(number: string): { erased: boolean } | null {
    const [row] = this.sql.run<{ erased: number }>('SELECT erased FROM untracked WHERE number = ?', number);
    return row ? { erased: row.erased === 1 } : null;
  }

  /** What is known of a container's version, or null. */
  version(number: string): { epoch: string; version: number; archived_at: number | null } | null {
    const query = 'SELECT epoch, version, archived_at FROM containers WHERE number = ?';
    return this.sql.run<{ epoch: string; version: number; archived_at: number | null }>(query, number)[0] ?? null;
  }

  /** Stores a line: one row written. `text` is the line as the API has it. */
  upsert(summary: FleetSummary, text: string, seq: number): void {
    this.sql.run(
      `INSERT INTO containers
         (number, seq, epoch, version, status, carrier_id, destination, lat, lon, open_alerts, search, line, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (number) DO UPDATE SET
         seq = excluded.seq, epoch = excluded.epoch, version = excluded.version, status = excluded.status,
         carrier_id = excluded.carrier_id, destination = excluded.destination, lat = excluded.lat,
         lon = excluded.lon, open_alerts = excluded.open_alerts, search = excluded.search, line = excluded.line, body = excluded.body`,
      summary.number,
      seq,
      summary.epoch,
      summary.version,
      summary.status,
      summary.carrierId,
      summary.destination,
      summary.lat,
      summary.lon,
      summary.openAlerts,
      [
        summary.number,
        summary.reference,
        summary.vesselName,
        summary.origin,
        summary.destination,
        summary.bookingId,
        summary.booking,
      ]
        .filter(Boolean)
        .join(' ')
        .toUpperCase(),
      text,
      // What the release before reads, should it run again.
      JSON.stringify(summary),
    );
  }

  /** Lines changed after a sequence number, in the order of change. */
  changedSince(seq: number): StoredLine[] {
    return this.sql
      .run<LineColumns & { seq: number }>(
        'SELECT seq, number, line, body FROM containers WHERE seq > ? AND archived_at IS NULL ORDER BY seq',
        seq,
      )
      .map((row) => ({ seq: row.seq, number: row.number, text: textOf(row) }));
  }

  /** Lines that match the query, by container number, after a number. */
  list(query: FleetQuery, after: string, limit: number): Omit<StoredLine, 'seq'>[] {
    const where = ['number > ?', query.archived ? 'archived_at IS NOT NULL' : 'archived_at IS NULL'];
    const bindings: SqlValue[] = [after];
    const add = (clause: string, ...values: SqlValue[]): void => {
      where.push(clause);
      bindings.push(...values);
    };
    if (query.search) add('instr(search, ?) > 0', query.search.toUpperCase());
    if (query.status) add('status = ?', query.status);
    if (query.carrierId) add('carrier_id = ?', query.carrierId);
    if (query.destination) add('destination = ?', query.destination);
    if (query.alerting) add('open_alerts > 0');
    if (query.numbers) add('number IN (SELECT value FROM json_each(?))', JSON.stringify(query.numbers));
    if (query.box) {
      const [west = -180, south = -90, east = 180, north = 90] = query.box;
      add('lat BETWEEN ? AND ?', south, north);
      // A box whose west lies east of its east crosses the antimeridian.
      add(west <= east ? 'lon BETWEEN ? AND ?' : '(lon >= ? OR lon <= ?)', west, east);
    }
    return this.sql
      .run<LineColumns>(
        `SELECT number, line, body FROM containers WHERE ${where.join(' AND ')} ORDER BY number LIMIT ?`,
        ...bindings,
        limit,
      )
      .map((row) => ({ number: row.number, text: textOf(row) }));
  }
}
