/**
 * DeliveryLog: a tenant's outbound webhooks. An event is stored for each endpoint before the queue
 * message is acknowledged and is delivered at least once, by the alarm, on the retry schedule.
 */
import { DurableObject } from 'cloudflare:workers';
import { beforeId, cutPageById } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import type { DeliveryRecord, Endpoint } from '../../contracts/notifications/endpoints.ts';
import { systemScope } from '../../contracts/kit/serve.ts';
import type { Notification } from '../../contracts/notifications/events.ts';
import { hasSpecialAddress, isLoopback, refuseUrl } from '../../domain/identifiers/public-url.ts';
import { type Attempt, judge } from '../../domain/webhook/retry.ts';
import { type AuditNote, notesOf } from '../../platform/audit.ts';
import { wallClock } from '../../platform/clock.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { newId } from '../../platform/ids.ts';
import {
  WEBHOOK_ANSWER_MAX_BYTES,
  WEBHOOK_ENDPOINTS_MAX,
  WEBHOOK_RETRY_SECONDS,
  WEBHOOK_TIMEOUT_MS,
} from '../../platform/limits.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { type Resealed, resealAll } from '../../platform/resealing.ts';
import { addressesOf } from '../../platform/resolve.ts';
import { isSealedWithOldKey, open, parseRing, seal } from '../../platform/secrets.ts';
import { signWebhook } from '../../platform/webhook-signature.ts';
import { auditTrail } from '../audit-trail/stub.ts';
import { AuditOutbox } from '../kit/audit.ts';
import { Deadlines } from '../kit/deadlines.ts';
import type { IdempotentRequest, StoredAnswer } from '../kit/idempotency.ts';
import { answersUnderOldKeys, storeAnswer, storedAnswer } from '../kit/idempotency.ts';
import type { StoredEndpoint } from './storage.ts';
import { DeliveryStorage, type DueDelivery } from './storage.ts';
import { urlRulesOf } from './url-rules.ts';

interface Env {
  AUDIT_TRAIL: DurableObjectNamespace;
  SEALING_KEY: string;
  ISSUER: string;
  ALLOW_LOOPBACK_WEBHOOKS?: string;
  LOG_LEVEL?: string;
}

const BATCH = 20;
const CONCURRENT = 6;

/** The Durable Object class. */
export class DeliveryLog extends DurableObject<Env> {
  readonly #storage: DeliveryStorage;
  readonly #log: Logger;
  readonly #audit: AuditOutbox;
  readonly #deadlines: Deadlines<'deliver' | 'audit'>;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#storage = new DeliveryStorage(ctx.storage);
    this.#log = loggerFor('delivery-log', env.LOG_LEVEL);
    this.#deadlines = new Deadlines(this.#storage.sql, ctx.storage, wallClock);
    this.#audit = new AuditOutbox({
      sql: this.#storage.sql,
      log: this.#log,
      now: () => Date.now(),
      append: (organisationId, records) => auditTrail(env, organisationId).append(records),
      drainAt: (at) => this.#deadlines.ensure('audit', at),
      waitUntil: (work) => ctx.waitUntil(work),
    });
    // What an earlier release left to its own alarm.
    this.#deliverLater();
  }

  /** Stores an endpoint under a key; null when the tenant has as many as allowed. */
  async createEndpoint(
    request: IdempotentRequest<StoredEndpoint>,
    notes: AuditNote[],
  ): Promise<StoredAnswer<StoredEndpoint> | null> {
    const known = storedAnswer<StoredEndpoint>(this.#storage.sql, request);
    if (known) return known;
    if (this.#storage.endpoints().length >= WEBHOOK_ENDPOINTS_MAX) return null;
    return this.ctx.storage.transactionSync(() => {
      this.#storage.insertEndpoint(request.answer.endpoint, request.answer.sealedSecret);
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
    if (known) return known;
    const { id } = request.answer.endpoint;
    const endpoint = this.#storage.endpoints().find((entry) => entry.id === id);
    if (!endpoint) return null;
    return this.ctx.storage.transactionSync(() => {
      this.#storage.rotateSecret(id, request.answer.sealedSecret, overlapUntil);
      this.#audit.put(...notes);
      return storeAnswer(this.#storage.sql, { ...request, answer: { ...request.answer, endpoint } }, Date.now());
    });
  }

  /**
   * Seals secrets anew that are under another sealing key than the current one, those in stored answers too. The
   * requests of such answers are known by a hash under the key of their day: how many need which is answered.
   */
  async reseal(): Promise<{ secrets: Resealed; answers: Record<string, number> }> {
    const ring = this.env.SEALING_KEY;
    const { current } = parseRing(ring);
    const secrets = await resealAll(ring, current, this.#storage.sealed());
    return { secrets, answers: answersUnderOldKeys(this.#storage.sql, current, Date.now()) };
  }

  /** All endpoints. */
  async endpoints(): Promise<Endpoint[]> {
    return this.#storage.endpoints();
  }

  /** Removes an endpoint and its deliveries. */
  async deleteEndpoint(id: string, notes: AuditNote[]): Promise<boolean> {
    return this.ctx.storage.transactionSync(() => {
      const deleted = this.#storage.deleteEndpoint(id);
      if (deleted) this.#audit.put(...notes);
      return deleted;
    });
  }

  /** Stores events for every endpoint that wants them. */
  async enqueue(notifications: Notification[]): Promise<void> {
    const now = Date.now();
    const endpoints = this.#storage.endpoints().filter((endpoint) => endpoint.status === 'active');
    this.ctx.storage.transactionSync(() => {
      for (const { id, type, at, data } of notifications) {
        const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
        for (const endpoint of endpoints) {
          if (endpoint.types.length > 0 && !endpoint.types.includes(type)) continue;
          this.#storage.insertDelivery({
            id: newId('dlv', now),
            endpointId: endpoint.id,
            eventId: id,
            type,
            body,
            now,
          });
        }
      }
      this.#storage.prune();
    });
    this.#deliverLater();
  }

  /** An endpoint's deliveries, newest first; null when there is no such endpoint. */
  async deliveries(
    endpointId: string,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Page<DeliveryRecord> | null> {
    if (!this.#storage.endpoints().some((endpoint) => endpoint.id === endpointId)) return null;
    const rows = this.#storage.deliveries(endpointId, beforeId(query), query.limit + 1);
    return cutPageById(rows, query.limit, (row) => row);
  }

  /** Delivers an event once more; null when there is no such delivery. */
  async replay(id: string, notes: AuditNote[]): Promise<DeliveryRecord | null> {
    const record = this.#storage.delivery(id);
    if (!record) return null;
    this.#storage.requeue(id, Date.now());
    this.#audit.put(...notes);
    this.#deliverLater();
    return this.#storage.delivery(id);
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(Date.now(), {
      deliver: async () => {
        await mapLimit(this.#storage.due(Date.now(), BATCH), CONCURRENT, (delivery) => this.#deliver(delivery));
        return this.#storage.nextDue();
      },
      audit: () => this.#audit.drain(),
    });
  }

  #deliverLater(): void {
    const next = this.#storage.nextDue();
    if (next !== null) this.#deadlines.ensure('deliver', next);
  }

  async #deliver(delivery: DueDelivery): Promise<void> {
    const attempt = await this.#attempt(delivery);
    const attempts = delivery.attempts + 1;
    const verdict = judge(attempt, attempts, WEBHOOK_RETRY_SECONDS, Math.random());
    const lastStatus = 'status' in attempt ? attempt.status : null;
    const lastError = 'error' in attempt ? attempt.error : null;
    const now = Date.now();
    this.#storage.attempted(delivery.id, {
      status: verdict.outcome === 'delivered' ? 'delivered' : verdict.outcome === 'retry' ? 'pending' : 'failed',
      lastStatus,
      lastError,
      nextAt: verdict.outcome === 'retry' ? now + verdict.afterMs : null,
      deliveredAt: verdict.outcome === 'delivered' ? now : null,
    });
    if (verdict.outcome === 'disable_endpoint') this.#disable(delivery, now);
    this.#log('info', 'webhook.attempted', {
      deliveryId: delivery.id,
      endpointId: delivery.endpointId,
      attempts,
      outcome: verdict.outcome,
      lastStatus,
      lastError,
    });
  }

  /** Disables an endpoint whose receiver answered that it is gone. */
  #disable({ id, endpointId }: DueDelivery, now: number): void {
    const organisationId = this.ctx.id.name!;
    this.#storage.disableEndpoint(endpointId);
    const by = systemScope(organisationId, 'webhook-delivery', id);
    const object = { type: 'endpoint' as const, id: endpointId };
    this.#audit.put(...notesOf(by, { organisationId, action: 'endpoint.gone', object }, now));
  }

  async #attempt(delivery: DueDelivery): Promise<Attempt> {
    const refusal = await this.#refusalOf(delivery.url);
    if (refusal) return { error: `the address ${refusal}` };
    const timestamp = Math.floor(Date.now() / 1000);
    const body = new TextEncoder().encode(delivery.body);
    try {
      const secrets = await this.#secretsOf(delivery);
      // While a rotation overlaps, one signature by each secret: the receiver takes whichever it knows.
      const signatures = await Promise.all(
        secrets.map((secret) => signWebhook(secret, delivery.eventId, timestamp, body)),
      );
      const answer = await fetch(delivery.url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Fairlead-Webhooks/1',
          'webhook-id': delivery.eventId,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signatures.join(' '),
        },
        body,
      });
      // The status is the answer: what becomes of its body changes nothing.
      await discardBody(answer).catch(() => {});
      const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
      return { status: answer.status, retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null };
    } catch (error) {
      return { error: errorText(error).slice(0, 200) };
    }
  }

  /** Why an endpoint's address is not called: by its name, or by what the name stands for now. */
  async #refusalOf(url: string): Promise<string | null> {
    const rules = urlRulesOf(this.env);
    const refusal = refuseUrl(url, rules);
    const { hostname } = new URL(url);
    if (refusal || (rules.allowLoopback && isLoopback(hostname))) return refusal;
    return hasSpecialAddress(await addressesOf(hostname)) ? 'stands for a network that is not public' : null;
  }

  /** The endpoint's secrets; one that is sealed with an old key is sealed anew on the way. */
  async #secretsOf(delivery: DueDelivery): Promise<string[]> {
    const { endpointId, secrets } = delivery;
    const opened = await Promise.all(secrets.map((sealed) => open(this.env.SEALING_KEY, endpointId, sealed)));
    const [current] = secrets;
    if (isSealedWithOldKey(this.env.SEALING_KEY, current!)) {
      this.#storage.reseal(endpointId, current!, await seal(this.env.SEALING_KEY, endpointId, opened[0]!));
    }
    return opened;
  }
}

/** Reads a bounded part of an answer and drops the rest: a receiver cannot make us read forever. */
async function discardBody(answer: Response): Promise<void> {
  const reader = answer.body?.getReader();
  for (let read = 0; reader && read < WEBHOOK_ANSWER_MAX_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) return;
    read += value.byteLength;
  }
  await reader?.cancel();
}
