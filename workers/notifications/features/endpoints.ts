/** A tenant's webhook endpoints. */
import { type Answer, fail, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import type { Endpoint, EndpointWithSecret } from '../../../contracts/notifications/endpoints.ts';
import { refuseUrl } from '../../../domain/identifiers/public-url.ts';
import { deliveryLog } from '../../../durable-objects/delivery-log/stub.ts';
import type { IdempotentRequest, StoredAnswer } from '../../../durable-objects/kit/idempotency.ts';
import type { EndpointSettings, StoredEndpoint } from '../../../durable-objects/webhook-endpoints/storage.ts';
import { webhookEndpoints } from '../../../durable-objects/webhook-endpoints/stub.ts';
import { type AuditNote, notesOf } from '../../../platform/audit.ts';
import { base64, newId } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import { SECRET_OVERLAP_HOURS, WEBHOOK_ENDPOINTS_MAX } from '../../../platform/limits.ts';
import { keyMismatch, requestHashes } from '../../../platform/request-hash.ts';
import { open, seal } from '../../../platform/secrets.ts';
import { urlRulesOf } from '../../../platform/url-rules.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { knownEndpoint } from './known-endpoint.ts';

/** An endpoint that is new: nothing waits for it, and nothing is known of how it answers. */
const FRESH: Pick<Endpoint, 'status' | 'pausedBecause' | 'health'> = {
  status: 'active',
  pausedBecause: null,
  health: {
    state: 'ok',
    pending: 0,
    oldestPendingAt: null,
    nextAttemptAt: null,
    lastDeliveredAt: null,
    lastStatus: null,
    lastError: null,
    refused: 0,
  },
};

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
  const endpoint: EndpointSettings = { id: newId('whe', now), ...input, createdAt: toInstant(now) };
  const request = await withSecret(env, scope, { operation: 'webhook_endpoint', key: idempotencyKey, input }, endpoint);
  const notes = acted(scope, endpoint.id, 'endpoint.created', { after: endpoint }, now);
  const stored = await webhookEndpoints(env, scope.tenantId).createEndpoint(request, notes);
  if (!stored) return fail('conflict.exists', `A tenant may have ${WEBHOOK_ENDPOINTS_MAX} endpoints`);
  return shown(env, stored, FRESH);
}

/** Changes, pauses or resumes an endpoint. */
export async function updateEndpoint({
  env,
  scope,
  input: { id, paused, ...changes },
  now,
}: For<'updateEndpoint'>): Promise<Answer<Endpoint>> {
  const refusal = changes.url === undefined ? null : refuseUrl(changes.url, urlRulesOf(env));
  if (refusal) return fault('/url', 'not_public', `The address ${refusal}`);
  const before = await knownEndpoint(env, scope, id);
  if (!before) return notFound('webhook endpoint');
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const states = { before, after: { ...before, ...given } };
  const notes = [
    ...(Object.keys(given).length > 0 ? acted(scope, id, 'endpoint.changed', states, now) : []),
    ...(paused === undefined ? [] : acted(scope, id, paused ? 'endpoint.paused' : 'endpoint.resumed', {}, now)),
  ];
  const after = await webhookEndpoints(env, scope.tenantId).update(id, given, notes);
  if (!after) return notFound('webhook endpoint');
  if (paused !== undefined) await deliveryLog(env, scope.tenantId, id).pause(paused);
  return ok(await standing(env, scope, after));
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
  const named: EndpointSettings = {
    id: input.id,
    url: '',
    types: [],
    carrierIds: [],
    lanes: [],
    description: '',
    createdAt: '',
  };
  const operation = 'webhook_endpoint.rotate';
  const request = await withSecret(env, scope, { operation, key: idempotencyKey, input }, named);
  const overlapUntil = input.immediately ? now : now + SECRET_OVERLAP_HOURS * 3_600_000;
  const notes = acted(scope, input.id, 'endpoint.rotated', { after: { immediately: input.immediately } }, now);
  const stored = await webhookEndpoints(env, scope.tenantId).rotateSecret(request, overlapUntil, notes);
  if (!stored) return notFound('webhook endpoint');
  return shown(env, stored, await standingOf(env, scope, input.id));
}

/** What the audit trail learns of an endpoint. */
function acted(
  scope: Scope,
  id: string,
  action: string,
  states: { before?: object; after?: object },
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
  endpoint: EndpointSettings,
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
async function shown(
  env: Env,
  stored: StoredAnswer<StoredEndpoint>,
  stands: Pick<Endpoint, 'status' | 'pausedBecause' | 'health'>,
): Promise<Answer<EndpointWithSecret>> {
  if (stored === 'mismatch') return keyMismatch();
  const { endpoint, sealedSecret } = stored.answer;
  const secret = await open(env.SEALING_KEY, endpoint.id, sealedSecret);
  return { ok: true, value: { ...endpoint, ...stands, secret }, replayed: stored.replayed };
}

/** How an endpoint stands, as its delivery log knows. */
async function standingOf(
  env: Env,
  scope: Scope,
  id: string,
): Promise<Pick<Endpoint, 'status' | 'pausedBecause' | 'health'>> {
  const { pausedBecause, health } = await deliveryLog(env, scope.tenantId, id).standing();
  return { status: pausedBecause === null ? 'active' : 'paused', pausedBecause, health };
}

async function standing(env: Env, scope: Scope, endpoint: EndpointSettings): Promise<Endpoint> {
  return { ...endpoint, ...(await standingOf(env, scope, endpoint.id)) };
}

/** The tenant's endpoints: few enough for one page. */
export async function listEndpoints({ env, scope }: For<'listEndpoints'>): Promise<Answer<Page<Endpoint>>> {
  const endpoints = await webhookEndpoints(env, scope.tenantId).endpoints();
  const items = await Promise.all(endpoints.map((endpoint) => standing(env, scope, endpoint)));
  return ok({ items, nextCursor: null });
}

/** One endpoint. */
export async function getEndpoint({ env, scope, input: { id } }: For<'getEndpoint'>): Promise<Answer<Endpoint>> {
  const endpoint = await knownEndpoint(env, scope, id);
  return endpoint ? ok(await standing(env, scope, endpoint)) : notFound('webhook endpoint');
}

/** Removes an endpoint. */
export async function deleteEndpoint({
  env,
  scope,
  input: { id },
  now,
}: For<'deleteEndpoint'>): Promise<Answer<{ id: string }>> {
  const endpoint = await knownEndpoint(env, scope, id);
  if (!endpoint) return notFound('webhook endpoint');
  const notes = acted(scope, id, 'endpoint.removed', { before: endpoint }, now);
  const removed = await webhookEndpoints(env, scope.tenantId).deleteEndpoint(id, notes);
  return removed ? ok({ id }) : notFound('webhook endpoint');
}
