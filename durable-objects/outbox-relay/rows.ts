/** What waits in a shard: events for other services, and records for audit trails. */
import type { ProcurementEvent } from '../../contracts/procurement/events.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import type { AuditNote } from '../../platform/audit.ts';
import { type OutboxStore, retryAt, type Waiting } from '../../platform/outbox.ts';

type EventRow = { id: number; body: string };

/** The rows of a shard's outbox. Each is its own taker: one that is refused waits for its time, and no other waits for it. */
export class ShardOutbox implements OutboxStore<ProcurementEvent> {
  readonly #db: D1Database;
  readonly #now: () => number;

  constructor(db: D1Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  async next(confirmed: readonly (number | string)[], limit: number): Promise<Waiting<ProcurementEvent>[]> {
    const select = this.#db
      .prepare('SELECT id, body FROM outbox WHERE retry_at <= ? ORDER BY id LIMIT ?')
      .bind(this.#now(), limit);
    const forget = this.#db
      .prepare('DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))')
      .bind(JSON.stringify(confirmed));
    const answers = await this.#db.batch<EventRow>(confirmed.length > 0 ? [forget, select] : [select]);
    return answers.at(-1)!.results.map(({ id, body }) => {
      const event = JSON.parse(body) as ProcurementEvent;
      return { id, body: event, to: event.id };
    });
  }

  /** Puts rows off, each for longer with every failure; the alarm looks again anyway. */
  async failed(ids: readonly (number | string)[], now: number): Promise<null> {
    const { results } = await this.#db
      .prepare('SELECT id, attempts FROM outbox WHERE id IN (SELECT value FROM json_each(?))')
      .bind(JSON.stringify(ids))
      .all<{ id: number; attempts: number }>();
    const put = this.#db.prepare('UPDATE outbox SET attempts = attempts + 1, retry_at = ? WHERE id = ?');
    if (results.length > 0) {
      await this.#db.batch(results.map(({ id, attempts }) => put.bind(retryAt(now, attempts), id)));
    }
    return null;
  }
}

type RecordRow = { id: number; tenant_id: string; record: string };

/** Entries of a shard whose record the audit trail does not have yet. */
export class ShardRecords implements OutboxStore<AuditNote> {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async next(
    delivered: readonly (number | string)[],
    limit: number,
    without: readonly string[],
  ): Promise<Waiting<AuditNote>[]> {
    const select = this.#db
      .prepare(
        `SELECT id, tenant_id, record FROM audit_log
         WHERE record IS NOT NULL AND tenant_id NOT IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?`,
      )
      .bind(JSON.stringify(without), limit);
    const forget = this.#db
      .prepare('UPDATE audit_log SET record = NULL WHERE id IN (SELECT value FROM json_each(?))')
      .bind(JSON.stringify(delivered));
    const answers = await this.#db.batch<RecordRow>(delivered.length > 0 ? [forget, select] : [select]);
    return answers.at(-1)!.results.map(({ id, tenant_id: organisationId, record }) => ({
      id,
      to: organisationId,
      body: { organisationId, record: JSON.parse(record) as AuditRecord },
    }));
  }

  /** The alarm looks again anyway. */
  failed(): null {
    return null;
  }
}
