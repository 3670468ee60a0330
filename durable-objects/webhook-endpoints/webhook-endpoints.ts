/**
 * WebhookEndpoints: a tenant's endpoints, and the way to their delivery logs. What is published here is durable when it is
 * answered: it lies in the log of every endpoint that wants it, or waits here for a log that could not be reached.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Notification } from '../../contracts/notifications/events.ts';
import { wants } from '../../domain/webhook/filter.ts';
import type { AuditNote } from '../../platform/audit.ts';
import { wallClock } from '../../platform/clock.ts';
import { WEBHOOK_ENDPOINTS_MAX } from '../../platform/limits.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { NotTaken, Outbox } from '../../platform/outbox.ts';
import { type Resealed, resealAll } from '../../platform/resealing.ts';
import { parseRing } from '../../platform/secrets.ts';
import { auditTrail } from '../audit-trail/stub.ts';
import { deliveryLog } from '../delivery-log/stub.ts';
import { AuditOutbox } from '../kit/audit.ts';
import { Deadlines } from '../kit/deadlines.ts';
import type { IdempotentRequest, StoredAnswer } from '../kit/idempotency.ts';
import { answersUnderOldKeys, storeAnswer, storedAnswer } from '../kit/idempotency.ts';
import { SqlOutbox } from '../kit/outbox.ts';
import { adoptLegacy } from './adoption.ts';
import { type EndpointConfig, type EndpointSettings, EndpointStorage, type StoredEndpoint } from './storage.ts';

interface Env {
  AUDIT_TRAIL: DurableObjectNamespace;
  DELIVERY_LOG: DurableObjectNamespace;
  SEALING_KEY: string;
  LOG_LEVEL?: string;
}

/** An event that waits for an endpoint's log. */
interface Undelivered {
  endpointId: string;
  notification: Notification;
}

const OUTBOX_BATCH = 50;
const RETRY_MS = 2_000;

/** The Durable Object class. */
export class WebhookEndpoints extends DurableObject<Env> {
  readonly #tenantId: string;
  readonly #storage: EndpointStorage;
  readonly #log: Logger;
  readonly #audit: AuditOutbox;
  readonly #deadlines: Deadlines<'publish' | 'follow' | 'audit'>;
  readonly #waiting: SqlOutbox<Undelivered>;
  readonly #outbox: Outbox<Undelivered>;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#tenantId = ctx.id.name!;
    this.#storage = new EndpointStorage(ctx.storage);
    this.#log = loggerFor('webhook-endpoints', env.LOG_LEVEL);
    const { sql } = this.#storage;
    this.#deadlines = new Deadlines(sql, ctx.storage, wallClock);
    this.#audit = new AuditOutbox({
      sql,
      log: this.#log,
      now: () => Date.now(),
      append: (organisationId, records) => auditTrail(env, organisationId).append(records),
      drainAt: (at) => this.#deadlines.ensure('audit', at),
      waitUntil: (work) => ctx.waitUntil(work),
    });
    this.#waiting = new SqlOutbox(sql, { to: "json_extract(body, '$.endpointId')" });
    this.#outbox = new Outbox({
      store: this.#waiting,
      deliver: (waiting) => this.#deliver(waiting),
      log: this.#log,
      now: () => Date.now(),
      batch: OUTBOX_BATCH,
    });
    if (!this.#storage.isAdopted()) {
      void ctx.blockConcurrencyWhile(async () => {
        await adoptLegacy(env, this.#tenantId, this.#storage);
        this.#storage.adopted(Date.now());
      });
    }
  }

  /** Puts events into the logs of the endpoints that want them; resolves when every one of them is stored. */
  async publish(notifications: Notification[]): Promise<void> {
    await Promise.all(
      this.#storage.endpoints().map(async (endpoint) => {
        const wanted = notifications.filter((notification) => wants(endpoint, notification));
        if (wanted.length === 0) return;
        try {
          await deliveryLog(this.env, this.#tenantId, endpoint.id).enqueue(endpoint, wanted);
        } catch (error) {
          this.#log('warn', 'webhook.enqueue_failed', { endpointId: endpoint.id, error: errorText(error) });
          this.#waiting.put(wanted.map((notification) => ({ endpointId: endpoint.id, notification })));
          this.#deadlines.ensure('publish', Date.now() + RETRY_MS);
        }
      }),
    );
  }

  /** Stores an endpoint under a key; null when the tenant has as many as allowed. */
  async createEndpoint(
    request: IdempotentRequest<StoredEndpoint>,
    notes: AuditNote[],
  ): Promise<StoredAnswer<StoredEndpoint> | null> {
    const known = storedAnswer<StoredEndpoint>(this.#storage.sql, request);
    if (known) return known;
    if (this.#storage.endpoints().length >= WEBHOOK_ENDPOINTS_MAX) return null;
    const { endpoint, sealedSecret } = request.answer;
    return this.ctx.storage.transactionSync(() => {
      this.#storage.upsert({ ...endpoint, sealedSecret, previousSecret: null, previousUntil: 0 });
      this.#audit.put(...notes);
      return storeAnswer(this.#storage.sql, request, Date.now());
    });
  }

  /** Replaces an endpoint's secret; null when there is no such endpoint. */
  async rotateSecret(
    request: IdempotentRequest<StoredEndpoint>,
    overlapUntil: number,
    notes: AuditNote[],
  ): Promise<StoredAnswer<StoredEndpoint> | null> {
    const known = storedAnswer<StoredEndpoint>(this.#storage.sql, request);
    const { id } = request.answer.endpoint;
    const config = this.#storage.endpoint(id);
    if (!known && !config) return null;
    const stored = known ?? this.#rotated(config!, request, overlapUntil, notes);
    this.#deadlines.ensure('follow', Date.now());
    // Also for a repeated request: the one before may have been cut off before the log knew.
    await this.#tell(id);
    return stored;
  }

  /** Changes an endpoint's settings; null when there is no such endpoint. */
  async update(id: string, changes: Partial<EndpointSettings>, notes: AuditNote[]): Promise<EndpointSettings | null> {
    const config = this.#storage.endpoint(id);
    if (!config) return null;
    this.ctx.storage.transactionSync(() => {
      this.#storage.upsert({ ...config, ...changes });
      this.#audit.put(...notes);
    });
    // In the same turn as the commit, and so with it.
    this.#deadlines.ensure('follow', Date.now());
    await this.#tell(id);
    return settingsOf({ ...config, ...changes });
  }

  /**
   * Seals secrets anew that are under another sealing key than the current one, those in stored answers too. The
   * requests of such answers are known by a hash under the key of their day: how many need which is answered.
   */
  async reseal(): Promise<{ secrets: Resealed; answers: Record<string, number> }> {
    const ring = this.env.SEALING_KEY;
    const { current } = parseRing(ring);
    const secrets = await resealAll(ring, current, this.#storage.sealed());
    if (secrets.resealed > 0) this.#deadlines.ensure('follow', Date.now());
    return { secrets, answers: answersUnderOldKeys(this.#storage.sql, current, Date.now()) };
  }

  /** The settings of all endpoints, oldest first. */
  async endpoints(): Promise<EndpointSettings[]> {
    return this.#storage.endpoints().map(settingsOf);
  }

  /** The settings of one endpoint; null when there is none. */
  async endpoint(id: string): Promise<EndpointSettings | null> {
    const config = this.#storage.endpoint(id);
    return config && settingsOf(config);
  }

  /** One endpoint with its sealed secrets, for its delivery log; null when there is none. */
  async config(id: string): Promise<EndpointConfig | null> {
    return this.#storage.endpoint(id);
  }

  /** Removes an endpoint, its deliveries and what waits for it. */
  async deleteEndpoint(id: string, notes: AuditNote[]): Promise<boolean> {
    const removed = this.ctx.storage.transactionSync(() => {
      if (!this.#storage.remove(id)) return false;
      this.#audit.put(...notes);
      return true;
    });
    if (!removed) return false;
    this.#deadlines.ensure('follow', Date.now());
    await this.#tell(id);
    return true;
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(Date.now(), {
      publish: () => this.#outbox.drain(),
      follow: async () => {
        await this.#follow();
        return null;
      },
      audit: () => this.#audit.drain(),
    });
  }

  #rotated(
    config: EndpointConfig,
    request: IdempotentRequest<StoredEndpoint>,
    overlapUntil: number,
    notes: AuditNote[],
  ): StoredAnswer<StoredEndpoint> {
    const { sealedSecret } = request.answer;
    return this.ctx.storage.transactionSync(() => {
      this.#storage.upsert({
        ...config,
        sealedSecret,
        previousSecret: config.sealedSecret,
        previousUntil: overlapUntil,
      });
      this.#audit.put(...notes);
      const answer = { sealedSecret, endpoint: settingsOf(config) };
      return storeAnswer(this.#storage.sql, { ...request, answer }, Date.now());
    });
  }

  /** Has every log know its endpoint as it is now; throws when one could not be reached, to be asked again. */
  async #follow(): Promise<void> {
    const ids = [...this.#storage.endpoints().map(({ id }) => id), ...this.#storage.removed()];
    const outcomes = await Promise.allSettled(ids.map((id) => this.#followOne(id)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** The same of one endpoint, at once: where its log cannot be reached, the alarm sees to it. */
  async #tell(id: string): Promise<void> {
    await this.#followOne(id).catch((error: unknown) => {
      this.#log('warn', 'webhook.follow_failed', { endpointId: id, error: errorText(error) });
    });
  }

  /** An endpoint's log knows it as it is now, or drops what it holds of one that was removed. */
  async #followOne(id: string): Promise<void> {
    const endpoint = this.#storage.endpoint(id);
    if (endpoint) return this.#logOf(id).configure(endpoint);
    await this.#logOf(id).destroy();
    this.#storage.forget(id);
  }

  #logOf(endpointId: string) {
    return deliveryLog(this.env, this.#tenantId, endpointId);
  }

  /** Delivers what waited for logs; of an endpoint that was removed meanwhile nothing is left to deliver. */
  async #deliver(waiting: Undelivered[]): Promise<void> {
    const failed = new Set<string>();
    let cause: unknown;
    for (const endpointId of new Set(waiting.map((each) => each.endpointId))) {
      const endpoint = this.#storage.endpoint(endpointId);
      if (!endpoint) continue;
      const mine = waiting.filter((each) => each.endpointId === endpointId).map(({ notification }) => notification);
      try {
        await this.#logOf(endpointId).enqueue(endpoint, mine);
      } catch (error) {
        failed.add(endpointId);
        cause = error;
      }
    }
    if (failed.size > 0) throw new NotTaken(failed, cause);
  }
}

function settingsOf({
  sealedSecret: _1,
  previousSecret: _2,
  previousUntil: _3,
  version: _4,
  ...settings
}: EndpointConfig): EndpointSettings {
  return settings;
}
