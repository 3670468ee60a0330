/** The tables of a container's journeys: statements, snapshots, registrations. */
import type { Registered } from '../../domain/container/registration.ts';
import type { Archive } from '../../domain/journey/archive.ts';
import type { TrackedEvent } from '../../domain/journey/event.ts';
import type { Saying, Snapshot, Statement } from '../../domain/journey/log.ts';
import type { Sql } from '../kit/sql.ts';

/** A statement with the delivery that brought it first. */
export interface StoredStatement extends Statement {
  event: Extract<TrackedEvent, { kind: 'journey' }>;
  origin: number;
}

/** Where statements are: of journeys that are folded for each event, and of those that have ended long since. */
export type StatementTable = 'events' | 'archived_events';

/** The part of an origin that is the place in its connection's order: 26 bits of receipt, 13 of index. */
const ORDER_SPAN = 2 ** 39;

/** The place of an event in the order of what its connection delivered. */
export const orderOfOrigin = (origin: number): number => origin % ORDER_SPAN;

/** The tables of one container. */
export class JourneyTables {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Every statement of journeys that are not in the archive, or of those that are. */
  statements(table: StatementTable): StoredStatement[] {
    return this.#sql
      .run<StatementRow>(`SELECT key, origin, body, sayings FROM ${table}`)
      .map(({ key, origin, body, sayings }) => {
        const event = JSON.parse(body) as StoredStatement['event'];
        return {
          key,
          event,
          origin,
          sayings: sayings === null ? [onceSaid(event, origin)] : (JSON.parse(sayings) as Saying[]),
        };
      });
  }

  /** Stores a statement, or that it was said again; its details are kept apart, for nothing is folded from them. */
  putStatement(table: StatementTable, { key, event: { details, ...event }, origin, sayings }: StoredStatement): void {
    this.#sql.run(
      `INSERT INTO ${table} (key, at, origin, body, sayings, details) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET sayings = excluded.sayings`,
      key,
      event.at,
      origin,
      JSON.stringify(event),
      JSON.stringify(sayings),
      details ? JSON.stringify(details) : null,
    );
  }

  /** The details of statements that have any, by key. */
  details(keys: readonly string[]): Map<string, Record<string, unknown>> {
    const rows = (['events', 'archived_events'] as const).flatMap((table) =>
      this.#sql.run<{ key: string; details: string }>(
        `SELECT key, details FROM ${table} WHERE details IS NOT NULL AND key IN (SELECT value FROM json_each(?))`,
        JSON.stringify(keys),
      ),
    );
    return new Map(rows.map(({ key, details }) => [key, JSON.parse(details) as Record<string, unknown>]));
  }

  /** Moves statements from one table to the other. */
  move(keys: readonly string[], from: StatementTable, to: StatementTable): void {
    const list = JSON.stringify(keys);
    const among = 'WHERE key IN (SELECT value FROM json_each(?))';
    const columns = 'key, at, origin, body, sayings, details';
    this.#sql.run(`INSERT OR REPLACE INTO ${to} (${columns}) SELECT ${columns} FROM ${from} ${among}`, list);
    this.#sql.run(`DELETE FROM ${from} ${among}`, list);
  }

  /** What the archive tells, or null where there is none. */
  archive(): Archive | null {
    const [row] = this.#sql.run<{ body: string }>('SELECT body FROM archive');
    return row ? (JSON.parse(row.body) as Archive) : null;
  }

  /** Stores what the archive tells, with ids of its sources beside those that it has; null when there is none any more. */
  putArchive(archive: Archive | null, ids: Iterable<string>): void {
    if (archive) this.#sql.run('INSERT OR REPLACE INTO archive (id, body) VALUES (1, ?)', JSON.stringify(archive));
    else this.#sql.run('DELETE FROM archive');
    for (const id of ids) this.#sql.run('INSERT OR IGNORE INTO archived_ids (id) VALUES (?)', id);
  }

  /** Which keys are of statements in the archive. */
  archived(keys: readonly string[]): Set<string> {
    const query = 'SELECT key FROM archived_events WHERE key IN (SELECT value FROM json_each(?))';
    return new Set(this.#sql.run<{ key: string }>(query, JSON.stringify(keys)).map(({ key }) => key));
  }

  /** Whether one of some ids of sources is in the archive. */
  hasArchivedId(ids: readonly string[]): boolean {
    const query = 'SELECT 1 FROM archived_ids WHERE id IN (SELECT value FROM json_each(?)) LIMIT 1';
    return ids.length > 0 && this.#sql.run(query, JSON.stringify(ids)).length > 0;
  }

  /** Every snapshot, in the order of receipt. */
  snapshots(): Snapshot[] {
    return this.#sql
      .run<{ connection_id: string; receipt: number; received_at: number; rows: string }>(
        'SELECT connection_id, receipt, received_at, rows FROM snapshots ORDER BY received_at',
      )
      .map(({ connection_id: connectionId, receipt, received_at: receivedAt, rows }) => {
        return { connectionId, receipt, receivedAt, rows: JSON.parse(rows) as Snapshot['rows'] };
      });
  }

  /** Stores a snapshot. */
  putSnapshot({ connectionId, receipt, receivedAt, rows }: Snapshot): void {
    this.#sql.run(
      'INSERT INTO snapshots (connection_id, receipt, received_at, rows) VALUES (?, ?, ?, ?)',
      connectionId,
      receipt,
      receivedAt,
      JSON.stringify(rows),
    );
  }

  /** Notes that the last snapshot of a connection was said again by a later delivery. */
  renumberSnapshot({ connectionId, receipt }: Snapshot, later: number): void {
    this.#sql.run(
      'UPDATE snapshots SET receipt = ? WHERE connection_id = ? AND receipt = ?',
      later,
      connectionId,
      receipt,
    );
  }

  /** Drops a snapshot. */
  dropSnapshot({ connectionId, receipt }: Snapshot): void {
    this.#sql.run('DELETE FROM snapshots WHERE connection_id = ? AND receipt = ?', connectionId, receipt);
  }

  /** Every registration, in the order in which they came. */
  registered(): Registered[] {
    return this.#sql
      .run<{ id: string; received_at: number; body: string }>(
        'SELECT id, received_at, body FROM registrations ORDER BY received_at, id',
      )
      .map(({ id, received_at: receivedAt, body }) => {
        return { id, receivedAt, ...(JSON.parse(body) as Omit<Registered, 'id' | 'receivedAt'>) };
      });
  }

  /** Stores a registration. */
  putRegistration({ id, receivedAt, ...body }: Registered): void {
    this.#sql.run(
      `INSERT INTO registrations (id, received_at, body) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
      id,
      receivedAt,
      JSON.stringify(body),
    );
  }
}

type StatementRow = { key: string; origin: number; body: string; sayings: string | null };

/** A row of the release before has no sayings: it was said once, as it stands. */
function onceSaid({ createdAt, carrierEventId, at }: StoredStatement['event'], origin: number): Saying {
  return { id: carrierEventId ?? null, createdAt, receivedAt: createdAt ?? at, order: orderOfOrigin(origin) };
}
