/**
 * DeliveryLog: what waits for one endpoint, and what it has had. An event is stored here before its publisher may forget
 * it, and is delivered at least once, at the pace of this endpoint's answers: no endpoint waits for another.
 * An object that is named by a tenant alone is the log of an earlier version, and is only read out.
 */
import { DurableObject } from 'cloudflare:workers';
import { beforeId, cutPageById, type Paging } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import { systemScope } from '../../contracts/kit/serve.ts';
import type { DeliveryRecord, ReplayRange } from '../../contracts/notifications/deliveries.ts';
import type { EndpointHealth } from '../../contracts/notifications/endpoints.ts';
import type { Notification } from '../../contracts/notifications/events.ts';
import { FRESH_PACE } from '../../domain/webhook/pace.ts';
import type { Attempt } from '../../domain/webhook/retry.ts';
import { type AuditNote, notesOf } from '../../platform/audit.ts';
import { newId } from '../../platform/ids.ts';
import { DELIVERIES_PENDING_MAX } from '../../platform/limits.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { open } from '../../platform/secrets.ts';
import { urlRulesOf } from '../../platform/url-rules.ts';
import type { EndpointConfig } from '../webhook-endpoints/storage.ts';
import { isLegacy, type LegacyDelivery, type LegacyEndpoint, legacyDeliveries, legacyEndpoints } from './legacy.ts';
import { makeParts, type Parts } from './parts.ts';
import { post } from './post.ts';
import type { DueDelivery } from './rows.ts';
import { PRUNE_EVERY_MS } from './storage.ts';
import { sendTest } from './test-delivery.ts';
import { endpointsOf, namesOf } from './names.ts';
import { deliveryToApi, healthToApi } from './to-api.ts';

interface Env {
  AUDIT_TRAIL: DurableObjectNamespace;
  DELIVERY_LOG: DurableObjectNamespace;
  WEBHOOK_ENDPOINTS: DurableObjectNamespace;
  SEALING_KEY: string;
  ISSUER: string;
  ALLOW_LOOPBACK_WEBHOOKS?: string;
  LOG_LEVEL?: string;
}

/** While deliveries are under way the alarm looks again this often: should the object die, they go on. */
const WATCH_MS = 10_000;
/** How soon an alarm that failed as a whole is tried again. */
const ALARM_AGAIN_MS = 30_000;

/** How an endpoint stands and whether it is paused. */
export interface EndpointStanding {
  pausedBecause: 'asked' | 'gone' | null;
  health: EndpointHealth;
}

/** The Durable Object class. */
export class DeliveryLog extends DurableObject<Env> {
  readonly #tenantId: string;
  readonly #endpointId: string;
  readonly #log: Logger;
  #parts: Parts | null = null;
  /** What the tenant's endpoints have of this one; asked for when the object wakes, and told of changes. */
  #config: EndpointConfig | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { tenantId, endpointId } = namesOf(ctx.id.name!);
    this.#tenantId = tenantId;
    this.#endpointId = endpointId ?? '';
    this.#log = loggerFor('delivery-log', env.LOG_LEVEL);
    // One of an earlier version has no tables of today, and gets none.
    if (endpointId !== null) this.#sendLater(this.#own());
  }

  /** Stores events for the endpoint; one that it has had is not stored again. */
  async enqueue(config: EndpointConfig, notifications: Notification[]): Promise<void> {
    const { storage } = this.#own();
    this.#know(config);
    const now = Date.now();
    const room = Math.max(0, DELIVERIES_PENDING_MAX - storage.pending);
    const fresh = notifications.length > room ? storage.unknown(notifications) : notifications;
    const refused = Math.max(0, fresh.length - room);
    this.ctx.storage.transactionSync(() => {
      for (const { id: eventId, type, at, data } of fresh.slice(0, room)) {
        const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
        storage.insert({ id: newId('dlv', now), eventId, type, body }, now);
      }
      if (refused > 0) storage.stand({ ...storage.standing, refused: storage.standing.refused + refused });
    });
    if (refused > 0) this.#log('error', 'webhook.backlog_full', { endpointId: this.#endpointId, refused });
    this.#send();
  }

  /** The endpoint was changed. */
  async configure(config: EndpointConfig): Promise<void> {
    this.#know(config);
    this.#send();
  }

  /** Pauses the endpoint, or resumes it: what has waited is sent at once. */
  async pause(paused: boolean): Promise<void> {
    const { storage } = this.#own();
    const { standing } = storage;
    if (paused === (standing.pausedBecause !== null)) return;
    this.ctx.storage.transactionSync(() => {
      storage.stand({ ...standing, pausedBecause: paused ? 'asked' : null, ...(paused ? {} : { pace: FRESH_PACE }) });
      if (!paused) storage.hasten(Date.now());
    });
    this.#send();
  }

  /** How the endpoint stands. */
  async standing(): Promise<EndpointStanding> {
    const { storage } = this.#own();
    return { pausedBecause: storage.standing.pausedBecause, health: healthToApi(storage, Date.now()) };
  }

  /** Deliveries, newest first. */
  async deliveries(
    query: Paging & { status?: string | undefined; type?: string | undefined },
  ): Promise<Page<DeliveryRecord>> {
    const rows = this.#own().storage.deliveries(query, beforeId(query), query.limit + 1);
    return cutPageById(rows, query.limit, (row) => deliveryToApi(this.#endpointId, row));
  }

  /** Delivers an event once more; null when there is no such delivery. */
  async replay(id: string, notes: AuditNote[]): Promise<DeliveryRecord | null> {
    const { storage, audit } = this.#own();
    const row = this.ctx.storage.transactionSync(() => {
      const found = storage.replayOne(id, Date.now());
      if (found) audit.put(...notes);
      return found;
    });
    this.#send();
    return row && deliveryToApi(this.#endpointId, row);
  }

  /** Delivers a range of events once more; answers how many. */
  async replayRange(range: ReplayRange, notes: AuditNote[]): Promise<number> {
    const { storage, audit } = this.#own();
    const replayed = this.ctx.storage.transactionSync(() => {
      const found = storage.replay(range, Date.now());
      if (found > 0) audit.put(...notes);
      return found;
    });
    this.#send();
    return replayed;
  }

  /** Sends a test, once and at once, and answers what became of it; null when the endpoint is none of the tenant's. */
  async test(): Promise<DeliveryRecord | null> {
    if (!(await this.#configured())) return null;
    const parts = this.#own();
    const row = await sendTest(parts.storage, this.#endpointId, (delivery) => this.#post(delivery));
    this.#sendLater(parts);
    return deliveryToApi(this.#endpointId, row);
  }

  /** The endpoint was removed: so is all that waits for it. */
  async destroy(): Promise<void> {
    this.#parts?.sender.stop();
    this.#parts = null;
    this.#config = null;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  /** Takes over deliveries of an earlier version. */
  async adopt(rows: LegacyDelivery[], disabled: boolean): Promise<void> {
    const { storage } = this.#own();
    this.ctx.storage.transactionSync(() => {
      for (const row of rows) storage.adopt(row, Date.now());
      if (disabled) storage.stand({ ...storage.standing, pausedBecause: 'gone' });
    });
    this.#send();
  }

  /** The endpoints that an earlier version kept in this object. */
  async legacyEndpoints(): Promise<LegacyEndpoint[]> {
    return isLegacy(this.ctx.storage) ? legacyEndpoints(this.ctx.storage) : [];
  }

  /** Deliveries that an earlier version kept in this object, by id. */
  async legacyDeliveries(endpointId: string, afterId: string, limit: number): Promise<LegacyDelivery[]> {
    return legacyDeliveries(this.ctx.storage, endpointId, afterId, limit);
  }

  /** All of it has been taken over. */
  async forgetLegacy(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    try {
      await this.#wake();
    } catch (error) {
      // The runtime gives up on an alarm that fails a few times; what waits here must not be forgotten with it.
      this.#log('warn', 'webhook.alarm_failed', { endpointId: this.#endpointId, error: errorText(error) });
      await this.ctx.storage.setAlarm(Date.now() + ALARM_AGAIN_MS);
    }
  }

  async #wake(): Promise<void> {
    const endpoints = endpointsOf(this.env, this.#tenantId);
    // An alarm that an earlier version set: whoever answers for the tenant's endpoints takes over what is here.
    if (this.#endpointId === '') return void (await endpoints.endpoints());
    const config = await endpoints.config(this.#endpointId);
    // What was on its way to an endpoint that was removed is dropped with it.
    if (!config) return this.destroy();
    this.#know(config);
    const { deadlines, storage, sender, audit } = this.#own();
    await deadlines.runDue(Date.now(), {
      send: async () => {
        sender.fill();
        return sender.underWay().length > 0 ? Date.now() + WATCH_MS : sender.nextAt();
      },
      prune: async () => storage.prune(Date.now(), sender.underWay()),
      audit: () => audit.drain(),
    });
  }

  /** Sends what can be sent now; the alarm sends the rest, and goes on should the object die. */
  #send(): void {
    const parts = this.#own();
    this.#sendLater(parts);
    this.ctx.waitUntil(
      this.#configured().then(async (known) => {
        if (!known) return;
        parts.sender.fill();
        await parts.sender.idle();
        if (parts === this.#parts) this.#sendLater(parts);
      }),
    );
  }

  #sendLater({ sender, deadlines }: Parts): void {
    const next = sender.nextAt();
    if (next !== null) deadlines.ensure('send', next);
    deadlines.ensure('prune', Date.now() + PRUNE_EVERY_MS);
  }

  /** Whether the endpoint is still one of its tenant's; asks when the object has woken. */
  async #configured(): Promise<boolean> {
    const known = this.#config ?? (await endpointsOf(this.env, this.#tenantId).config(this.#endpointId));
    if (known) this.#know(known);
    return this.#config !== null;
  }

  /** Requests overtake each other: what is known already may be newer. */
  #know(config: EndpointConfig): void {
    if (!this.#config || config.version >= this.#config.version) this.#config = config;
  }

  async #post({ eventId, body }: Pick<DueDelivery, 'eventId' | 'body'>): Promise<Attempt> {
    const { id, url, sealedSecret, previousSecret, previousUntil } = this.#config!;
    const sealed =
      previousSecret !== null && previousUntil > Date.now() ? [sealedSecret, previousSecret] : [sealedSecret];
    try {
      const secrets = await Promise.all(sealed.map((secret) => open(this.env.SEALING_KEY, id, secret)));
      return await post({ url, eventId, body, secrets }, urlRulesOf(this.env));
    } catch {
      return { error: 'the signing secret could not be opened' };
    }
  }

  /** Pausing an endpoint that is gone is an act of the platform's own, and recorded as such. */
  #gone(deliveryId: string): void {
    const organisationId = this.#tenantId;
    const by = systemScope(organisationId, 'webhook-delivery', deliveryId);
    const object = { type: 'endpoint' as const, id: this.#endpointId };
    this.#own().audit.put(...notesOf(by, { organisationId, action: 'endpoint.gone', object }, Date.now()));
  }

  #own(): Parts {
    this.#parts ??= makeParts(this.ctx, this.env, {
      log: this.#log,
      post: (delivery) => this.#post(delivery),
      onGone: (deliveryId) => this.#gone(deliveryId),
      onAttempt: ({ id: deliveryId, attempts }, attempt, outcome) => {
        const fields = { deliveryId, endpointId: this.#endpointId, attempts: attempts + 1, outcome };
        this.#log('info', 'webhook.attempted', { ...fields, ...attempt });
      },
      onDefect: ({ id: deliveryId }, error) =>
        this.#log('error', 'webhook.defect', { deliveryId, endpointId: this.#endpointId, error: errorText(error) }),
    });
    return this.#parts;
  }
}
