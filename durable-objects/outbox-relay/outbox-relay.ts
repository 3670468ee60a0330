/**
 * OutboxRelay: carries a shard's outbox rows to the queues. One object a shard, so rows leave in
 * order and no two drainers send the same row at once; a crash between sending and deleting sends a
 * row twice, and every consumer is idempotent. The alarm looks again after writers have gone quiet.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Notification } from '../../contracts/notifications/events.ts';
import type { ProcurementEvent } from '../../contracts/procurement/events.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import { type AuditNote, deliverAudit } from '../../platform/audit.ts';
import { wallClock } from '../../platform/clock.ts';
import { forgetAnswers } from '../../platform/d1/idempotency.ts';
import type { ShardBindings, ShardName } from '../../platform/d1/shards.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { Outbox, type OutboxStore, type Waiting } from '../../platform/outbox.ts';
import { auditTrail } from '../audit-trail/stub.ts';
import { DEADLINES_TABLE, Deadlines } from '../kit/deadlines.ts';
import { Sql } from '../kit/sql.ts';

interface Env extends ShardBindings {
  AUDIT_TRAIL: DurableObjectNamespace;
  PROCUREMENT_EVENTS: Queue<ProcurementEvent>;
  NOTIFICATIONS_QUEUE: Queue<Notification>;
  LOG_LEVEL?: string;
}

type OutboxRow = { id: number; body: string };

/** How long after the last writer's sign the alarm keeps looking. */
const WATCH_MS = 5 * 60_000;
const LOOK_EVERY_MS = 30_000;
/** A parked row is tried again after this long: what was broken has mostly been mended by then. */
const UNPARK_AFTER_MS = 3_600_000;
/** How often answers to keyed requests are looked through for old ones. */
const FORGET_EVERY_MS = 3_600_000;
const BATCH = 50;

/** The rows of a shard's outbox; what is parked waits until it is taken up again. */
class ShardOutbox implements OutboxStore<ProcurementEvent> {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async next(sent: readonly (number | string)[], limit: number): Promise<Waiting<ProcurementEvent>[]> {
    const select = this.#db
      .prepare('SELECT id, body FROM outbox WHERE parked_at IS NULL ORDER BY id LIMIT ?')
      .bind(limit);
    const forget = this.#db
      .prepare('DELETE FROM outbox WHERE parked_at IS NULL AND id IN (SELECT value FROM json_each(?))')
      .bind(JSON.stringify(sent));
    const answers = await this.#db.batch<OutboxRow>(sent.length > 0 ? [forget, select] : [select]);
    return answers.at(-1)!.results.map(({ id, body }) => ({ id, body: JSON.parse(body) as ProcurementEvent }));
  }

  /** The alarm looks again anyway. */
  failed(): null {
    return null;
  }
}

type RecordRow = { id: number; tenant_id: string; record: string };

/** Entries of a shard whose record the audit trail does not have yet. */
class ShardRecords implements OutboxStore<AuditNote> {
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

/** The Durable Object class. */
export class OutboxRelay extends DurableObject<Env> {
  readonly #log: Logger;
  readonly #deadlines: Deadlines<'look'>;
  #outbox: Outbox<ProcurementEvent> | null = null;
  #records: Outbox<AuditNote> | null = null;
  #forgotAt = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#log = loggerFor('outbox-relay', env.LOG_LEVEL);
    const sql = new Sql(ctx.storage);
    sql.migrate([DEADLINES_TABLE]);
    this.#deadlines = new Deadlines(sql, ctx.storage, wallClock);
  }

  /** Makes sure the alarm is set and stays set for some minutes. */
  async arm(shard: string): Promise<void> {
    await this.ctx.storage.put({ shard, watchUntil: Date.now() + WATCH_MS });
    this.#deadlines.ensure('look', Date.now() + LOOK_EVERY_MS);
  }

  /** Sends what waits now; calls while a drain runs wait for a fresh look after it. */
  async drain(shard: string): Promise<void> {
    const db = this.env[shard as ShardName];
    const common = { log: this.#log, now: () => Date.now(), batch: BATCH };
    this.#outbox ??= new Outbox({
      ...common,
      store: new ShardOutbox(db),
      deliver: (events: ProcurementEvent[]) => this.#deliver(events),
    });
    this.#records ??= new Outbox({
      ...common,
      store: new ShardRecords(db),
      deliver: (notes: AuditNote[]) => deliverAudit(notes, (id, records) => auditTrail(this.env, id).append(records)),
    });
    // One waits for the other in no case: a trail that is away keeps no event, and a queue no record.
    const drained = await Promise.allSettled([this.#outbox.drainAfresh(), this.#records.drainAfresh()]);
    const failed = drained.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  override async alarm(): Promise<void> {
    // Also for an alarm that an earlier release set, which knew no deadlines.
    this.#deadlines.ensure('look', Date.now());
    await this.#deadlines.runDue(Date.now(), { look: () => this.#look() });
  }

  /** Looks for what still waits; answers when to look again while there may be more. */
  async #look(): Promise<number | null> {
    const stored = await this.ctx.storage.get<string | number>(['shard', 'watchUntil']);
    const shard = stored.get('shard') as ShardName;
    try {
      await this.#unpark(shard);
      await this.#forget(shard);
      await this.drain(shard);
    } catch (error) {
      this.#log('warn', 'outbox.look_failed', { shard, error: errorText(error) });
    }
    const busy = Date.now() < (stored.get('watchUntil') as number) || (await this.#waiting(shard));
    return busy ? Date.now() + LOOK_EVERY_MS : null;
  }

  async #deliver(events: ProcurementEvent[]): Promise<void> {
    const tracked = events.filter(concernsTracking);
    if (tracked.length > 0) await this.env.PROCUREMENT_EVENTS.sendBatch(tracked.map((body) => ({ body })));
    await this.env.NOTIFICATIONS_QUEUE.sendBatch(events.map((event) => ({ body: toNotification(event) })));
  }

  async #unpark(shard: ShardName): Promise<void> {
    await this.env[shard]
      .prepare('UPDATE outbox SET parked_at = NULL WHERE parked_at < ?')
      .bind(Date.now() - UNPARK_AFTER_MS)
      .run();
  }

  /** Drops answers to keyed requests that nobody will ask for again; looked at once an hour. */
  async #forget(shard: ShardName): Promise<void> {
    if (Date.now() - this.#forgotAt < FORGET_EVERY_MS) return;
    await forgetAnswers(this.env[shard], Date.now()).run();
    this.#forgotAt = Date.now();
  }

  async #waiting(shard: ShardName): Promise<boolean> {
    try {
      const waiting =
        'SELECT 1 FROM outbox UNION ALL SELECT 1 FROM (SELECT 1 FROM audit_log WHERE record IS NOT NULL LIMIT 1) LIMIT 1';
      return (await this.env[shard].prepare(waiting).first()) !== null;
    } catch {
      return true;
    }
  }
}

/** What tracking acts on: containers that a booking speaks of, or not any more. */
function concernsTracking({ type, data }: ProcurementEvent): boolean {
  return (type === 'booking.confirmed' || type === 'booking.cancelled') && data.containers.length > 0;
}

function toNotification({ v, id, tenantId, type, at, data }: ProcurementEvent): Notification {
  return { v, id, tenantId, type, at, data };
}
