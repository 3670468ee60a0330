/** All SQL of a tenant's delivery log. */
import type { DeliveryRecord, Endpoint } from '../../contracts/notifications/endpoints.ts';
import { DELIVERIES_KEPT } from '../../platform/limits.ts';
import type { Sealed } from '../../platform/resealing.ts';
import { Sql } from '../kit/sql.ts';
import { MIGRATIONS } from './migrations.ts';

type EndpointRow = {
  id: string;
  url: string;
  types: string;
  description: string;
  status: string;
  secret: string;
  created_at: string;
};
type DeliveryRow = {
  id: string;
  endpoint_id: string;
  event_id: string;
  type: string;
  body: string;
  status: DeliveryRecord['status'];
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  created_at: number;
  next_at: number | null;
  delivered_at: number | null;
};

/** A delivery that is due, with its endpoint's address and sealed secret. */
export interface DueDelivery {
  id: string;
  endpointId: string;
  eventId: string;
  body: string;
  attempts: number;
  url: string;
  /** Sealed: the current secret and, while a rotation overlaps, the one before. */
  secrets: string[];
}

/** The outcome of one attempt, to be stored. */
export interface AttemptRecord {
  status: DeliveryRecord['status'];
  lastStatus: number | null;
  lastError: string | null;
  nextAt: number | null;
  deliveredAt: number | null;
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** An endpoint with its sealed secret. */
export interface StoredEndpoint {
  endpoint: Endpoint;
  sealedSecret: string;
}

/** The storage of one delivery log. */
export class DeliveryStorage {
  readonly sql: Sql;

  constructor(storage: DurableObjectStorage) {
    this.sql = new Sql(storage);
    this.sql.migrate(MIGRATIONS);
  }

  /** All endpoints, oldest first. */
  endpoints(): Endpoint[] {
    return this.sql.run<EndpointRow>('SELECT * FROM endpoints ORDER BY id').map((row) => ({
      id: row.id,
      url: row.url,
      types: JSON.parse(row.types) as string[],
      description: row.description,
      status: row.status as Endpoint['status'],
      createdAt: row.created_at,
    }));
  }

  /** Stores an endpoint. */
  insertEndpoint(endpoint: Endpoint, sealedSecret: string): void {
    this.sql.run(
      'INSERT INTO endpoints (id, url, types, description, status, secret, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      endpoint.id,
      endpoint.url,
      JSON.stringify(endpoint.types),
      endpoint.description,
      endpoint.status,
      sealedSecret,
      endpoint.createdAt,
    );
  }

  /** Replaces an endpoint's secret; the one before signs too until `overlapUntil`. */
  rotateSecret(id: string, sealedSecret: string, overlapUntil: number): void {
    this.sql.run(
      'UPDATE endpoints SET previous_secret = secret, previous_until = ?, secret = ? WHERE id = ?',
      overlapUntil,
      sealedSecret,
      id,
    );
  }

  /** Replaces a secret's sealed form by another one of the same secret. */
  reseal(id: string, before: string, after: string): void {
    this.sql.run('UPDATE endpoints SET secret = ? WHERE id = ? AND secret = ?', after, id, before);
  }

  /** Every sealed secret: of endpoints, before and after a rotation, and in answers that are stored. */
  sealed(): Sealed[] {
    const columns = ['secret', 'previous_secret'].flatMap((column) =>
      this.sql
        .run<{ id: string; text: string }>(`SELECT id, ${column} AS text FROM endpoints WHERE ${column} IS NOT NULL`)
        .map(({ id, text }) => ({
          context: id,
          text,
          replace: (fresh: string) =>
            this.sql.run(`UPDATE endpoints SET ${column} = ? WHERE id = ? AND ${column} = ?`, fresh, id, text),
        })),
    );
    const answers = this.sql
      .run<{ operation: string; key: string; id: string; text: string }>(
        `SELECT operation, key, json_extract(answer, '$.endpoint.id') AS id,
                json_extract(answer, '$.sealedSecret') AS text FROM keyed`,
      )
      .map(({ operation, key, id, text }) => ({
        context: id,
        text,
        replace: (fresh: string) =>
          this.sql.run(
            "UPDATE keyed SET answer = json_set(answer, '$.sealedSecret', ?) WHERE operation = ? AND key = ?",
            fresh,
            operation,
            key,
          ),
      }));
    return [...columns, ...answers];
  }

  /** Drops an endpoint with its deliveries. */
  deleteEndpoint(id: string): boolean {
    this.sql.run('DELETE FROM deliveries WHERE endpoint_id = ?', id);
    return this.sql.run('DELETE FROM endpoints WHERE id = ? RETURNING id', id).length > 0;
  }

  /** Stops an endpoint and what is still pending for it. */
  disableEndpoint(id: string): void {
    this.sql.run(`UPDATE endpoints SET status = 'disabled' WHERE id = ?`, id);
    this.sql.run(
      `UPDATE deliveries SET status = 'failed', next_at = NULL WHERE endpoint_id = ? AND status = 'pending'`,
      id,
    );
  }

  /** Adds a delivery unless the endpoint has had the event. */
  insertDelivery(row: {
    id: string;
    endpointId: string;
    eventId: string;
    type: string;
    body: string;
    now: number;
  }): void {
    this.sql.run(
      `INSERT INTO deliveries (id, endpoint_id, event_id, type, body, status, created_at, next_at)
       VALUES (?, ?, ?, ?, ?, 'pending', ?, ?) ON CONFLICT DO NOTHING`,
      row.id,
      row.endpointId,
      row.eventId,
      row.type,
      row.body,
      row.now,
      row.now,
    );
  }

  /** Deliveries whose time has come. */
  due(now: number, limit: number): DueDelivery[] {
    return this.sql
      .run<{
        id: string;
        endpoint_id: string;
        event_id: string;
        body: string;
        attempts: number;
        url: string;
        secret: string;
        previous_secret: string | null;
      }>(
        // In turns by endpoint, so that one that times out does not hold up the others.
        `SELECT d.id, d.endpoint_id, d.event_id, d.body, d.attempts, e.url, e.secret,
                CASE WHEN e.previous_until > ?1 THEN e.previous_secret END AS previous_secret
         FROM deliveries d JOIN endpoints e ON e.id = d.endpoint_id
         WHERE d.next_at <= ?1 AND e.status = 'active'
         ORDER BY row_number() OVER (PARTITION BY d.endpoint_id ORDER BY d.next_at), d.next_at LIMIT ?2`,
        now,
        limit,
      )
      .map(({ endpoint_id: endpointId, event_id: eventId, secret, previous_secret: previous, ...row }) => ({
        ...row,
        endpointId,
        eventId,
        secrets: previous ? [secret, previous] : [secret],
      }));
  }

  /** When the next delivery is due, or null. */
  nextDue(): number | null {
    return (
      this.sql.run<{ at: number | null }>(
        `SELECT min(d.next_at) AS at FROM deliveries d JOIN endpoints e ON e.id = d.endpoint_id
         WHERE d.next_at IS NOT NULL AND e.status = 'active'`,
      )[0]?.at ?? null
    );
  }

  /** Records an attempt. */
  attempted(id: string, record: AttemptRecord): void {
    this.sql.run(
      `UPDATE deliveries SET attempts = attempts + 1, status = ?, last_status = ?, last_error = ?, next_at = ?, delivered_at = ?
       WHERE id = ?`,
      record.status,
      record.lastStatus,
      record.lastError,
      record.nextAt,
      record.deliveredAt,
      id,
    );
    // Another delivery of the same batch may have found the endpoint gone: nothing is pending there any more.
    this.sql.run(
      `UPDATE deliveries SET status = 'failed', next_at = NULL WHERE id = ? AND status = 'pending'
       AND endpoint_id IN (SELECT id FROM endpoints WHERE status = 'disabled')`,
      id,
    );
  }

  /** Puts a delivery back in line, its attempts counted anew. */
  requeue(id: string, now: number): void {
    this.sql.run(
      `UPDATE deliveries SET status = 'pending', attempts = 0, next_at = ?
       WHERE id = ? AND endpoint_id IN (SELECT id FROM endpoints WHERE status = 'active')`,
      now,
      id,
    );
  }

  /** An endpoint's deliveries, newest first. */
  deliveries(endpointId: string, beforeId: string, limit: number): DeliveryRecord[] {
    return this.sql
      .run<DeliveryRow>(
        'SELECT * FROM deliveries WHERE endpoint_id = ? AND id < ? ORDER BY id DESC LIMIT ?',
        endpointId,
        beforeId,
        limit,
      )
      .map(show);
  }

  /** One delivery, or null. */
  delivery(id: string): DeliveryRecord | null {
    const [row] = this.sql.run<DeliveryRow>('SELECT * FROM deliveries WHERE id = ?', id);
    return row ? show(row) : null;
  }

  /** Forgets the oldest deliveries beyond what is kept, whatever became of them. */
  prune(): void {
    this.sql.run(
      `DELETE FROM deliveries WHERE id <= (SELECT id FROM deliveries ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      DELIVERIES_KEPT,
    );
  }
}

function show(row: DeliveryRow): DeliveryRecord {
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    type: row.type,
    status: row.status,
    attempts: row.attempts,
    lastStatus: row.last_status,
    lastError: row.last_error,
    createdAt: new Date(row.created_at).toISOString(),
    nextAttemptAt: iso(row.next_at),
    deliveredAt: iso(row.delivered_at),
  };
}
