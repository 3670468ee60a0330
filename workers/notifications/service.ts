import { WorkerEntrypoint } from 'cloudflare:workers';
import type { z } from 'zod';
import type { Actor } from '../../contracts/actor.ts';
import type { Recorded } from '../../contracts/keyed.ts';
import {
  type Endpoint,
  type newEndpointSchema,
  type Notification,
  type NotificationsApi,
  notificationSchema,
  type StoredEndpoint,
} from '../../contracts/notifications.ts';
import { fail, ok } from '../../contracts/result.ts';
import { refuseUrl } from '../../domain/identifiers/public-url.ts';
import { deliveryLog } from '../../durable-objects/stubs.ts';
import { keyMismatch, requestHash } from '../../platform/idempotency.ts';
import { base64, newId } from '../../platform/ids.ts';
import { SECRET_OVERLAP_HOURS, WEBHOOK_ENDPOINTS_MAX } from '../../platform/limits.ts';
import { errorText, loggerFor } from '../../platform/log.ts';
import { open, seal } from '../../platform/secrets.ts';
import { notFound, refuse } from '../../platform/service.ts';
import type { Env } from './env.ts';

/** The notifications service: a tenant's webhook endpoints, and the queue of events for them. */
export class NotificationsService extends WorkerEntrypoint<Env> implements NotificationsApi {
  /** Hands events to their tenants' delivery logs; a dead letter comes round again hourly. */
  override async queue(batch: MessageBatch): Promise<void> {
    const log = loggerFor('notifications', this.env.LOG_LEVEL);
    const byTenant = new Map<string, { handles: Message[]; notifications: Notification[] }>();
    for (const handle of batch.messages) {
      const parsed = notificationSchema.safeParse(handle.body);
      if (!parsed.success) {
        // A newer producer may know more types: the dead-letter queue keeps it until this side does too.
        log('error', 'notification.unreadable', { messageId: handle.id, error: parsed.error.issues[0]?.message });
        handle.retry();
        continue;
      }
      const group = byTenant.get(parsed.data.tenantId) ?? { handles: [], notifications: [] };
      byTenant.set(parsed.data.tenantId, group);
      group.handles.push(handle);
      group.notifications.push(parsed.data);
    }
    for (const [tenantId, { handles, notifications }] of byTenant) {
      try {
        await deliveryLog(this.env, tenantId).enqueue(notifications);
        for (const handle of handles) handle.ack();
      } catch (error) {
        log('warn', 'notification.enqueue_failed', { tenantId, error: errorText(error) });
        for (const handle of handles) handle.retry();
      }
    }
  }

  /** Adds an endpoint and returns its signing secret, once. */
  async createEndpoint(actor: Actor, input: z.infer<typeof newEndpointSchema>, key: string) {
    const refused = refuse(actor, 'webhooks:manage');
    if (refused) return refused;
    const refusal = refuseUrl(input.url, this.env.ALLOW_LOOPBACK_WEBHOOKS === 'yes');
    if (refusal) {
      return fail('invalid', 'The request has faults', {
        faults: [{ pointer: '/url', code: 'not_public', detail: `The address ${refusal}` }],
      });
    }
    const now = Date.now();
    const endpoint: Endpoint = {
      id: newId('whe', now),
      url: input.url,
      types: input.types,
      description: input.description,
      status: 'active',
      createdAt: new Date(now).toISOString(),
    };
    const request = await this.#request(actor, 'webhook_endpoint', key, input, endpoint);
    const stored = await deliveryLog(this.env, actor.tenantId).createEndpoint(request);
    return stored
      ? this.#shown(stored)
      : fail('conflict.exists', `A tenant may have ${WEBHOOK_ENDPOINTS_MAX} endpoints`);
  }

  /** Makes a new signing secret; for a day deliveries carry a signature by each. */
  async rotateEndpointSecret(actor: Actor, id: string, key: string) {
    const refused = refuse(actor, 'webhooks:manage');
    if (refused) return refused;
    // Only the id counts: the object fills in the endpoint as it knows it.
    const named = { id, url: '', types: [], description: '', status: 'active' as const, createdAt: '' };
    const request = await this.#request(actor, 'webhook_endpoint.rotate', key, { id }, named);
    const overlapUntil = Date.now() + SECRET_OVERLAP_HOURS * 3_600_000;
    const stored = await deliveryLog(this.env, actor.tenantId).rotateSecret(request, overlapUntil);
    return stored ? this.#shown(stored) : notFound('webhook endpoint');
  }

  /** A keyed request with a fresh secret for the endpoint, sealed. */
  async #request(actor: Actor, operation: string, key: string, input: unknown, endpoint: Endpoint) {
    const secret = `whsec_${base64(crypto.getRandomValues(new Uint8Array(32)))}`;
    return {
      operation: `${operation}:${actor.subject}`,
      key,
      requestHash: await requestHash(this.env.SEALING_KEY, actor, input),
      answer: { endpoint, sealedSecret: await seal(this.env.SEALING_KEY, endpoint.id, secret) },
    };
  }

  /** The endpoint of a keyed answer with its secret, which a replay shows again. */
  async #shown(stored: Recorded<StoredEndpoint>) {
    if (stored === 'mismatch') return keyMismatch();
    const { endpoint, sealedSecret } = stored.answer;
    const secret = await open(this.env.SEALING_KEY, endpoint.id, sealedSecret);
    return ok({ value: { ...endpoint, secret }, replayed: stored.replayed });
  }

  /** The tenant's endpoints: few enough for one page. */
  async listEndpoints(actor: Actor) {
    const refused = refuse(actor, 'webhooks:manage');
    if (refused) return refused;
    return ok({ items: await deliveryLog(this.env, actor.tenantId).endpoints(), nextCursor: null });
  }

  /** Removes an endpoint. */
  async deleteEndpoint(actor: Actor, id: string) {
    const refused = refuse(actor, 'webhooks:manage');
    if (refused) return refused;
    return (await deliveryLog(this.env, actor.tenantId).deleteEndpoint(id)) ? ok({ id }) : notFound('webhook endpoint');
  }

  /** An endpoint's delivery log, newest first. */
  async listDeliveries(actor: Actor, endpointId: string, query: { cursor?: string | undefined; limit: number }) {
    const refused = refuse(actor, 'webhooks:manage');
    if (refused) return refused;
    const page = await deliveryLog(this.env, actor.tenantId).deliveries(endpointId, query);
    return page ? ok(page) : notFound('webhook endpoint');
  }

  /** Delivers an event once more. */
  async replayDelivery(actor: Actor, id: string) {
    const refused = refuse(actor, 'webhooks:manage');
    if (refused) return refused;
    const record = await deliveryLog(this.env, actor.tenantId).replay(id);
    return record ? ok(record) : notFound('delivery');
  }
}
