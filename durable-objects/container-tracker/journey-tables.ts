/** The tables of a container's journeys: statements, snapshots, registrations. */
import type { Registered } from '../../domain/container/registration.ts';
import type { TrackedEvent } from '../../domain/journey/event.ts';
import type { Saying, Snapshot, Statement } from '../../domain/journey/log.ts';
import type { Sql } from '../kit/sql.ts';

/** A statement with the delivery that brought it first. */
export interface StoredStatement extends Statement {
  event: Extract<TrackedEvent, { kind: 'journey' }>;
  origin: number;
}

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

  /** Every statement. */
  statements(): StoredStatement[] {
    return this.#sql
      .run<StatementRow>('SELECT key, origin, body, sayings FROM events')
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
  putStatement({ key, event: { details, ...event }, origin, sayings }: StoredStatement): void {
    this.#sql.run(
      `INSERT INTO events (key, at, origin, body, sayings, details) VALUES (?, ?, ?, ?, ?, ?)
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
    const rows = this.#sql.run<{ key: string; details: string }>(
      'SELECT key, details FROM events WHERE details IS NOT NULL AND key IN (SELECT value FROM json_each(?))',
      JSON.stringify(keys),
    );
    return new Map(rows.map(({ key, details }) => [key, JSON.parse(details) as Record<string, unknown>]));
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
