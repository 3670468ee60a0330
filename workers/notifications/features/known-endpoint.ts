import type { Scope } from '../../../contracts/kit/serve.ts';
import type { EndpointSettings } from '../../../durable-objects/webhook-endpoints/storage.ts';
import { webhookEndpoints } from '../../../durable-objects/webhook-endpoints/stub.ts';
import type { Env } from '../env.ts';

/** A tenant's endpoint, or null: an id of nobody's or of somebody else's wakes no delivery log. */
export function knownEndpoint(env: Env, scope: Scope, id: string): Promise<EndpointSettings | null> {
  return webhookEndpoints(env, scope.tenantId).endpoint(id);
}
