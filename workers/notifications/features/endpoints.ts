/** A tenant's webhook endpoints and their deliveries. */
import { type Answer, fail, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import type { DeliveryRecord, Endpoint, EndpointWithSecret } from '../../../contracts/notifications/endpoints.ts';
import { refuseUrl } from '../../../domain/identifiers/public-url.ts';
import type { StoredEndpoint } from '../../../durable-objects/delivery-log/storage.ts';
import { deliveryLog } from '../../../durable-objects/delivery-log/stub.ts';
import { urlRulesOf } from '../../../durable-objects/delivery-log/url-rules.ts';
import type { IdempotentRequest, StoredAnswer } from '../../../durable-objects/kit/idempotency.ts';
import { type AuditNote, notesOf } from '../../../platform/audit.ts';
import { base64, newId } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import { SECRET_OVERLAP_HOURS, WEBHOOK_ENDPOINTS_MAX } from '../../../platform/limits.ts';
import { keyMismatch, requestHashes } from '../../../platform/request-hash.ts';
import { open, seal } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';

/** Adds an endpoint and returns its signing secret, once. */
export async function createEndpoint({
  env,
  scope,
  input,
  idempotencyKey,
  now,
}: For<'createEndpoint'>): Promise<Answer<EndpointWithSecret>> {
  const refusal = refuseUrl(input.url, urlRulesOf(env));
  if (refusal) return fault('/url', 'not_public', `The address ${refusal}`);
  const endpoint: Endpoint = { id: newId('whe', now), ...input, status: 'active', createdAt: toInstant(now) };
  const request = await withSecret(env, scope, { operation: 'webhook_endpoint', key: idempotencyKey, input }, endpoint);
  const notes = acted(scope, endpoint.id, 'endpoint.created', { after: endpoint }, now);
  const stored = await deliveryLog(env, scope.tenantId).createEndpoint(request, notes);
  return stored ? shown(env, stored) : fail('conflict.exists', `A tenant may have ${WEBHOOK_ENDPOINTS_MAX} endpoints`);
}

/** Makes a new signing secret; for a day deliveries carry a signature by each, unless the one before ends `immediately`. */
export async function rotateEndpointSecret({
  env,
  scope,
  input,
  idempotencyKey,
  now,
}: For<'rotateEndpointSecret'>): Promise<Answer<EndpointWithSecret>> {
  // Only the id counts: the object fills in the endpoint as it knows it.
  const named: Endpoint = { id: input.id, url: '', types: [], description: '', status: 'active', createdAt: '' };
  const operation = 'webhook_endpoint.rotate';
  const request = await withSecret(env, scope, { operation, key: idempotencyKey, input }, named);
  const overlapUntil = input.immediately ? now : now + SECRET_OVERLAP_HOURS * 3_600_000;
  const notes = acted(scope, input.id, 'endpoint.rotated', { after: { immediately: input.immediately } }, now);
  const stored = await deliveryLog(env, scope.tenantId).rotateSecret(request, overlapUntil, notes);
  return stored ? shown(env, stored) : notFound('webhook endpoint');
}

/** What the audit trail learns of an endpoint. */
function acted(
  scope: Scope,
  id: string,
  action: string,
  states: { before?: Endpoint; after?: object },
  now: number,
): AuditNote[] {
  const object = { type: 'endpoint' as const, id };
  return notesOf(scope, { organisationId: scope.tenantId, action, object, ...states }, now);
}

/** A request under an idempotency key, with a fresh secret for the endpoint, sealed. */
async function withSecret(
  env: Env,
  scope: Scope,
  { operation, key, input }: { operation: string; key: string; input: unknown },
  endpoint: Endpoint,
): Promise<IdempotentRequest<StoredEndpoint>> {
  const secret = `whsec_${base64(crypto.getRandomValues(new Uint8Array(32)))}`;
  return {
    operation: `${operation}:${scope.subject}`,
    key,
    requestHashes: await requestHashes(env.SEALING_KEY, scope, input),
    answer: { endpoint, sealedSecret: await seal(env.SEALING_KEY, endpoint.id, secret) },
  };
}

/** The endpoint of a stored answer with its secret, which a replay shows again. */
async function shown(env: Env, stored: StoredAnswer<StoredEndpoint>): Promise<Answer<EndpointWithSecret>> {
  if (stored === 'mismatch') return keyMismatch();
  const { endpoint, sealedSecret } = stored.answer;
  const secret = await open(env.SEALING_KEY, endpoint.id, sealedSecret);
  return { ok: true, value: { ...endpoint, secret }, replayed: stored.replayed };
}

/** The tenant's endpoints: few enough for one page. */
export async function listEndpoints({ env, scope }: For<'listEndpoints'>): Promise<Answer<Page<Endpoint>>> {
  return ok({ items: await deliveryLog(env, scope.tenantId).endpoints(), nextCursor: null });
}

/** Removes an endpoint. */
export async function deleteEndpoint({
  env,
  scope,
  input: { id },
  now,
}: For<'deleteEndpoint'>): Promise<Answer<{ id: string }>> {
  const log = deliveryLog(env, scope.tenantId);
  const endpoint = (await log.endpoints()).find((entry) => entry.id === id);
  if (!endpoint) return notFound('webhook endpoint');
  const notes = acted(scope, id, 'endpoint.removed', { before: endpoint }, now);
  return (await log.deleteEndpoint(id, notes)) ? ok({ id }) : notFound('webhook endpoint');
}

/** An endpoint's delivery log, newest first. */
export async function listDeliveries({
  env,
  scope,
  input: { id, ...paging },
}: For<'listDeliveries'>): Promise<Answer<Page<DeliveryRecord>>> {
  const page = await deliveryLog(env, scope.tenantId).deliveries(id, paging);
  return page ? ok(page) : notFound('webhook endpoint');
}

/** Delivers an event once more. */
export async function replayDelivery({
  env,
  scope,
  input,
  now,
}: For<'replayDelivery'>): Promise<Answer<DeliveryRecord>> {
  const object = { type: 'endpoint' as const, id: input.id };
  const done = { organisationId: scope.tenantId, action: 'delivery.replayed', object };
  const record = await deliveryLog(env, scope.tenantId).replay(input.id, notesOf(scope, done, now));
  return record ? ok(record) : notFound('delivery');
}
