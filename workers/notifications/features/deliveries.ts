/** Deliveries of an endpoint: its log, replay, and a test. */
import { type Answer, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import type { DeliveryRecord } from '../../../contracts/notifications/deliveries.ts';
import { deliveryLog } from '../../../durable-objects/delivery-log/stub.ts';
import { webhookEndpoints } from '../../../durable-objects/webhook-endpoints/stub.ts';
import { type AuditNote, notesOf } from '../../../platform/audit.ts';
import type { For } from '../request.ts';
import { knownEndpoint } from './known-endpoint.ts';

/** An endpoint's delivery log, newest first. */
export async function listDeliveries({
  env,
  scope,
  input: { id, ...query },
}: For<'listDeliveries'>): Promise<Answer<Page<DeliveryRecord>>> {
  if (!(await knownEndpoint(env, scope, id))) return notFound('webhook endpoint');
  return ok(await deliveryLog(env, scope.tenantId, id).deliveries(query));
}

/** Delivers an event once more. A delivery's id says nothing of its endpoint: a tenant has few, and each is asked. */
export async function replayDelivery({
  env,
  scope,
  input: { id },
  now,
}: For<'replayDelivery'>): Promise<Answer<DeliveryRecord>> {
  const endpoints = await webhookEndpoints(env, scope.tenantId).endpoints();
  const notes = replayed(scope, 'delivery.replayed', id, null, now);
  const found = await Promise.all(
    endpoints.map((endpoint) => deliveryLog(env, scope.tenantId, endpoint.id).replay(id, notes)),
  );
  const record = found.find((each) => each !== null);
  return record ? ok(record) : notFound('delivery');
}

/** Delivers a range of events once more. */
export async function replayEvents({
  env,
  scope,
  input: { id, ...range },
  now,
}: For<'replayEvents'>): Promise<Answer<{ replayed: number }>> {
  if (!(await knownEndpoint(env, scope, id))) return notFound('webhook endpoint');
  const notes = replayed(scope, 'endpoint.replayed', id, range, now);
  return ok({ replayed: await deliveryLog(env, scope.tenantId, id).replayRange(range, notes) });
}

/** Sends a test and answers what became of it. */
export async function testEndpoint({
  env,
  scope,
  input: { id },
}: For<'testEndpoint'>): Promise<Answer<DeliveryRecord>> {
  const record = (await knownEndpoint(env, scope, id)) && (await deliveryLog(env, scope.tenantId, id).test());
  return record ? ok(record) : notFound('webhook endpoint');
}

function replayed(scope: Scope, action: string, id: string, after: object | null, now: number): AuditNote[] {
  const object = { type: 'endpoint' as const, id };
  return notesOf(scope, { organisationId: scope.tenantId, action, object, after }, now);
}
