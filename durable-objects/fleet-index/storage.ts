/** All SQL of a tenant's fleet index. No secondary index: each would be a billed write per event. */
import type { FleetQuery } from '../../contracts/tracking/containers.ts';
import type { FleetSummary } from '../../domain/container/state.ts';
import { Sql, type SqlValue } from '../kit/sql.ts';
import { MIGRATIONS } from './migrations.ts';

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

  /** Drops a container's line, and keeps that it is not to come back; false when there is none. `epoch` begins with it. */
  untrack(number: string, { seq, epoch, at }: { seq: number; epoch: string; at: number }): boolean {
    if (this.sql.run('DELETE FROM containers WHERE number = ? RETURNING number', number).length === 0) return false;
    this.sql.run('INSERT OR REPLACE INTO untracked (number, at) VALUES (?, ?)', number, at);
    this.sql.run('UPDATE identity SET epoch = ?, seq = ?', epoch, seq);
    return true;
  }

  /** Numbers are wanted again. */
  track(numbers: readonly string[]): void {
    this.sql.run('DELETE FROM untracked WHERE number IN (SELECT value FROM json_each(?))', JSON.stringify(numbers));
  }

  /** Whether a number was tracked and is not any more. */
  isUntracked(number: string): boolean {
    return this.sql.run('SELECT 1 AS one FROM untracked WHERE number = ?', number).length > 0;
  }

  /** What is known of a container's version, or null. */
  version(number: string): { epoch: string; version: number } | null {
    const query = 'SELECT epoch, version FROM containers WHERE number = ?';
    return this.sql.run<{ epoch: string; version: number }>(query, number)[0] ?? null;
  }

  /** Stores a line: one row written. */
  upsert(summary: FleetSummary, seq: number): void {
    this.sql.run(
      `INSERT INTO containers
         (number, seq, epoch, version, status, carrier_id, destination, lat, lon, open_alerts, search, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (number) DO UPDATE SET
         seq = excluded.seq, epoch = excluded.epoch, version = excluded.version, status = excluded.status,
         carrier_id = excluded.carrier_id, destination = excluded.destination, lat = excluded.lat,
         lon = excluded.lon, open_alerts = excluded.open_alerts, search = excluded.search, body = excluded.body`,
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
      JSON.stringify(summary),
    );
  }

  /** Lines changed after a sequence number, in the order of change. */
  changedSince(seq: number): { seq: number; summary: FleetSummary }[] {
    return this.sql
      .run<{ seq: number; body: string }>('SELECT seq, body FROM containers WHERE seq > ? ORDER BY seq', seq)
      .map((row) => ({ seq: row.seq, summary: JSON.parse(row.body) as FleetSummary }));
  }

  /** Lines that match the query, by container number, after a number. */
  list(query: FleetQuery, after: string, limit: number): FleetSummary[] {
    const where = ['number > ?'];
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
    return this.#bodies(
      `SELECT body FROM containers WHERE ${where.join(' AND ')} ORDER BY number LIMIT ?`,
      ...bindings,
      limit,
    );
  }

  #bodies(query: string, ...bindings: SqlValue[]): FleetSummary[] {
    return this.sql.run<{ body: string }>(query, ...bindings).map((row) => JSON.parse(row.body) as FleetSummary);
  }
}
