/** All SQL of an endpoint's delivery log. */
import type { ReplayRange } from '../../contracts/notifications/deliveries.ts';
import { FRESH_PACE } from '../../domain/webhook/pace.ts';
import { idsFrom } from '../../platform/ids.ts';
import { DELIVERIES_PENDING_MAX, DELIVERIES_SETTLED_MAX, DELIVERY_KEPT_MS } from '../../platform/limits.ts';
import { Sql } from '../kit/sql.ts';
import type { LegacyDelivery } from './legacy.ts';
import type { AttemptRecord, DeliveryRow, DueDelivery, NewDelivery, Standing } from './rows.ts';
import { MIGRATIONS } from './migrations.ts';

const FRESH: Standing = { pace: FRESH_PACE, pausedBecause: null, lastStatus: null, lastError: null, refused: 0 };
/** Rows given up, and rows dropped, in one turn. */
const PRUNED_AT_ONCE = 5_000;
const PRUNE_MORE_MS = 1_000;
/** What is kept for a month need not go to the minute. */
export const PRUNE_EVERY_MS = 3_600_000;

/** The storage of one endpoint's deliveries. */
export class DeliveryStorage {
  readonly sql: Sql;
  #standing: Standing;
  #pending: number;
  #settled: number;

  constructor(storage: DurableObjectStorage) {
    this.sql = new Sql(storage);
    this.sql.migrate(MIGRATIONS);
    const [row] = this.sql.run<{ body: string }>('SELECT body FROM standing');
    this.#standing = row ? (JSON.parse(row.body) as Standing) : FRESH;
    // Counted once as the object wakes, and kept up from then on: no list counts rows, no attempt writes a counter.
    const count = (column: string): number =>
      this.sql.run<{ n: number }>(`SELECT count(*) AS n FROM log WHERE ${column} IS NOT NULL`)[0]!.n;
    this.#pending = count('next_at');
    this.#settled = count('settled_at');
  }

  /** Deliveries that wait. */
  get pending(): number {
    return this.#pending;
  }

  /** How the endpoint stands. */
  get standing(): Standing {
    return this.#standing;
  }

  /** Keeps how the endpoint stands: written when it matters to an object that wakes, not with every answer that is well. */
  stand(next: Standing): void {
    const before = this.#standing;
    this.#standing = next;
    const isWell = ({ pace, pausedBecause }: Standing): boolean => pace.failures === 0 && pausedBecause === null;
    if (isWell(before) && isWell(next) && before.refused === next.refused) return;
    this.sql.run(
      'INSERT INTO standing (one, body) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET body = excluded.body',
      JSON.stringify(next),
    );
  }

  /** Puts a delivery in line unless the endpoint has had the event. */
  insert({ id, eventId, type, body }: NewDelivery, now: number): void {
    const added = this.sql.run(
      `INSERT INTO log (id, event_id, type, body, created_at, pending_since, next_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5)
       ON CONFLICT DO NOTHING RETURNING id`,
      id,
      eventId,
      type,
      body,
      now,
    );
    this.#pending += added.length;
  }

  /** Those of some events that the endpoint has not had. */
  unknown<T extends { id: string }>(events: readonly T[]): T[] {
    return events.filter(({ id }) => this.sql.run('SELECT 1 AS one FROM log WHERE event_id = ?', id).length === 0);
  }

  /** Takes over a delivery of an earlier version as it was; one that is pending is from now on. */
  adopt(row: LegacyDelivery, now: number): void {
    const settledAt = row.status === 'pending' ? null : (row.delivered_at ?? row.created_at);
    const added = this.sql.run(
      `INSERT INTO log (id, event_id, type, body, status, attempts, last_status, last_error, created_at, pending_since,
         next_at, settled_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
      row.id,
      row.event_id,
      row.type,
      row.body,
      row.status,
      row.attempts,
      row.last_status,
      row.last_error,
      row.created_at,
      now,
      settledAt === null ? (row.next_at ?? row.created_at) : null,
      settledAt,
    );
    if (settledAt === null) this.#pending += added.length;
    else this.#settled += added.length;
  }

  /** Deliveries whose time has come, the longest due first. */
  due(now: number, limit: number): DueDelivery[] {
    return this.sql
      .run<{ id: string; event_id: string; body: string; attempts: number }>(
        'SELECT id, event_id, body, attempts FROM log WHERE next_at <= ? ORDER BY next_at, id LIMIT ?',
        now,
        limit,
      )
      .map(({ event_id: eventId, ...row }) => ({ ...row, eventId }));
  }

  /** When the next delivery is due, or null. */
  nextDue(): number | null {
    return this.sql.run<{ at: number | null }>('SELECT min(next_at) AS at FROM log WHERE next_at IS NOT NULL')[0]!.at;
  }

  /** When the oldest delivery that waits was put in line. */
  oldestPendingAt(): number | null {
    return this.sql.run<{ at: number | null }>('SELECT min(created_at) AS at FROM log WHERE next_at IS NOT NULL')[0]!
      .at;
  }

  /** The delivery that was taken last, or null. */
  lastDelivered(): { settled_at: number; last_status: number } | null {
    const [row] = this.sql.run<{ settled_at: number; last_status: number }>(
      `SELECT settled_at, last_status FROM log WHERE settled_at IS NOT NULL AND status = 'delivered'
       ORDER BY settled_at DESC LIMIT 1`,
    );
    return row ?? null;
  }

  /** Attempts that a delivery has had: none again after a replay. */
  attemptsOf(id: string): number {
    return this.sql.run<{ attempts: number }>('SELECT attempts FROM log WHERE id = ?', id)[0]?.attempts ?? 0;
  }

  /** Records an attempt on a delivery that is pending. */
  attempted(id: string, { status, lastStatus, lastError, nextAt }: AttemptRecord, now: number): void {
    const changed = this.sql.run(
      `UPDATE log SET attempts = attempts + 1, status = ?, last_status = ?, last_error = ?, next_at = ?, settled_at = ?
       WHERE id = ? AND next_at IS NOT NULL RETURNING id`,
      status,
      lastStatus,
      lastError,
      nextAt,
      nextAt === null ? now : null,
      id,
    );
    if (nextAt === null) this.#moved(-changed.length);
  }

  /**
   * Puts settled deliveries of a range back in line, oldest first, their attempts counted anew; answers how many. No more
   * than half of the room there is: new events need the rest.
   */
  replay({ from, until, only, types }: ReplayRange, now: number): number {
    const first = from.startsWith('evt_') ? this.#firstOf(from) : idsFrom('dlv', Date.parse(from));
    if (first === null) return 0;
    return this.#requeue(
      `id >= ? AND id < ? AND (? = 'all' OR status = 'failed') AND (? = '[]' OR type IN (SELECT value FROM json_each(?)))
       AND type <> 'endpoint.test'`,
      [
        first,
        until === undefined ? 'dlv_~' : idsFrom('dlv', Date.parse(until)),
        only,
        JSON.stringify(types),
        JSON.stringify(types),
      ],
      now,
      Math.floor((DELIVERIES_PENDING_MAX - this.#pending) / 2),
    );
  }

  /** Puts one delivery back in line, due now; one that is pending too. */
  replayOne(id: string, now: number): DeliveryRow | null {
    const again = 'UPDATE log SET attempts = 0, next_at = ?1, pending_since = ?1 WHERE id = ?2 AND next_at IS NOT NULL';
    this.sql.run(again, now, id);
    this.#requeue('id = ?', [id], now, 1);
    return this.delivery(id);
  }

  /** Whatever waits is due now, and has as long to be taken as what is new. */
  hasten(now: number): void {
    this.sql.run('UPDATE log SET next_at = min(next_at, ?1), pending_since = ?1 WHERE next_at IS NOT NULL', now);
  }

  /** Deliveries by id, newest first. */
  deliveries(
    { status, type }: { status?: string | undefined; type?: string | undefined },
    beforeId: string,
    limit: number,
  ): DeliveryRow[] {
    return this.sql.run<DeliveryRow>(
      `SELECT * FROM log WHERE id < ? AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR type = ?3)
       ORDER BY id DESC LIMIT ?4`,
      beforeId,
      status ?? null,
      type ?? null,
      limit,
    );
  }

  /** One delivery, or null. */
  delivery(id: string): DeliveryRow | null {
    return this.sql.run<DeliveryRow>('SELECT * FROM log WHERE id = ?', id)[0] ?? null;
  }

  /**
   * Drops settled deliveries that are old or too many, and gives up pending ones of that age that are not under way:
   * nothing else is dropped. Answers when to look again; null when the log is empty.
   */
  prune(now: number, underWay: readonly string[] = []): number | null {
    const expired = this.sql.run(
      `UPDATE log SET status = 'failed', last_error = 'not taken within 30 days', next_at = NULL, settled_at = ?
       WHERE id IN (SELECT id FROM log WHERE next_at IS NOT NULL AND pending_since < ? LIMIT ${PRUNED_AT_ONCE})
       AND id NOT IN (SELECT value FROM json_each(?)) RETURNING id`,
      now,
      now - DELIVERY_KEPT_MS,
      JSON.stringify(underWay),
    );
    this.#moved(-expired.length);
    const excess = Math.min(PRUNED_AT_ONCE, Math.max(0, this.#settled - DELIVERIES_SETTLED_MAX));
    const dropped = this.sql.run(
      `DELETE FROM log WHERE id IN (
         SELECT id FROM (SELECT id FROM log WHERE settled_at < ? ORDER BY settled_at LIMIT ${PRUNED_AT_ONCE})
         UNION SELECT id FROM (SELECT id FROM log WHERE settled_at IS NOT NULL ORDER BY settled_at LIMIT ?)) RETURNING id`,
      now - DELIVERY_KEPT_MS,
      excess,
    );
    this.#settled -= dropped.length;
    if (expired.length === PRUNED_AT_ONCE || dropped.length >= PRUNED_AT_ONCE) return now + PRUNE_MORE_MS;
    return this.#pending + this.#settled > 0 ? now + PRUNE_EVERY_MS : null;
  }

  #requeue(where: string, bindings: string[], now: number, limit: number): number {
    const found = this.sql.run(
      `UPDATE log SET status = 'pending', attempts = 0, next_at = ?, pending_since = ?, settled_at = NULL
       WHERE id IN (SELECT id FROM log WHERE next_at IS NULL AND ${where} ORDER BY id LIMIT ?) RETURNING 1 AS n`,
      now,
      now,
      ...bindings,
      Math.max(0, limit),
    ).length;
    this.#moved(found);
    return found;
  }

  /** What the deliveries begin with that were put in line with an event or later; null when the event is not known. */
  #firstOf(eventId: string): string | null {
    const [row] = this.sql.run<{ created_at: number }>('SELECT created_at FROM log WHERE event_id = ?', eventId);
    return row ? idsFrom('dlv', row.created_at) : null;
  }

  /** So many more are pending, and fewer settled. */
  #moved(pending: number): void {
    this.#pending += pending;
    this.#settled -= pending;
  }
}
