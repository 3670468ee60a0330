/**
 * OutboxRelay: carries a shard's outbox rows to the services that act on them. One object a shard, so rows leave in
 * order and no two drainers send the same row at once. A row is forgotten when every service has confirmed it; a crash in
 * between sends it again, and every service takes it once. The alarm looks again after writers have gone quiet.
 */
import { DurableObject } from 'cloudflare:workers';
import type { ServiceApi } from '../../contracts/kit/operation.ts';
import { systemContext } from '../../contracts/kit/serve.ts';
import type { Notification } from '../../contracts/notifications/events.ts';
import type { ProcurementEvent } from '../../contracts/procurement/events.ts';
import type { tracking } from '../../contracts/tracking/index.ts';
import { type AuditNote, deliverAudit } from '../../platform/audit.ts';
import { wallClock } from '../../platform/clock.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { forgetAnswers } from '../../platform/d1/idempotency.ts';
import type { ShardBindings, ShardName } from '../../platform/d1/shards.ts';
import { FAN_OUT } from '../../platform/limits.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { NotTaken, Outbox } from '../../platform/outbox.ts';
import { auditTrail } from '../audit-trail/stub.ts';
import { DEADLINES_TABLE, Deadlines } from '../kit/deadlines.ts';
import { Sql } from '../kit/sql.ts';
import { webhookEndpoints } from '../webhook-endpoints/stub.ts';
import { ShardOutbox, ShardRecords } from './rows.ts';

interface Env extends ShardBindings {
  AUDIT_TRAIL: DurableObjectNamespace;
  WEBHOOK_ENDPOINTS: DurableObjectNamespace;
  TRACKING: ServiceApi<typeof tracking>;
  LOG_LEVEL?: string;
}

/** How long after the last writer's sign the alarm keeps looking. */
const WATCH_MS = 5 * 60_000;
const LOOK_EVERY_MS = 30_000;
/** How often answers to keyed requests are looked through for old ones. */
const FORGET_EVERY_MS = 3_600_000;
const BATCH = 50;

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
      store: new ShardOutbox(db, common.now),
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
      await this.#forget(shard);
      await this.drain(shard);
    } catch (error) {
      this.#log('warn', 'outbox.look_failed', { shard, error: errorText(error) });
    }
    const busy = Date.now() < (stored.get('watchUntil') as number) || (await this.#waiting(shard));
    return busy ? Date.now() + LOOK_EVERY_MS : null;
  }

  /** Hands each event to whoever acts on it; throws NotTaken by the ids of events that somebody has not confirmed. */
  async #deliver(events: ProcurementEvent[]): Promise<void> {
    const failures = new Map<string, unknown>();
    const attempt = async (concerned: ProcurementEvent[], work: () => Promise<unknown>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        for (const { id } of concerned) failures.set(id, error);
      }
    };
    const byTenant = Map.groupBy(events, ({ tenantId }) => tenantId);
    await mapLimit([...byTenant], FAN_OUT, ([tenantId, own]) =>
      attempt(own, () => webhookEndpoints(this.env, tenantId).publish(own.map(toNotification))),
    );
    // Of one booking in their order: its cancellation must not overtake its confirmation.
    const byBooking = Map.groupBy(events.filter(concernsTracking), ({ data }) => data.bookingId);
    await mapLimit([...byBooking.values()], FAN_OUT, async (own) => {
      for (const event of own) await attempt([event], () => this.#track(event));
    });
    if (failures.size > 0) throw new NotTaken(new Set(failures.keys()), [...failures.values()][0]);
  }

  async #track(event: ProcurementEvent): Promise<void> {
    const context = systemContext(event.tenantId, 'procurement-events', event.correlationId);
    const answer = await this.env.TRACKING.applyBookingEvent(context, event);
    if (!answer.ok) throw new Error(`${answer.code}: ${answer.detail}`);
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
