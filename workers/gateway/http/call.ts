/** How an operation is asked for: of its service, or of the one object that answers it. */
import type { Operation, RequestContext, ServiceName } from '../../../contracts/kit/operation.ts';
import type { Answer } from '../../../contracts/kit/result.ts';
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import { isDirect, serveDirect } from '../../../durable-objects/container-tracker/direct-reads.ts';
import { forgetTracked } from '../../../durable-objects/container-tracker/tracked.ts';
import { observed } from '../../../platform/observed.ts';
import type { GatewayContext } from './context.ts';

const BINDINGS: Record<ServiceName, 'IDENTITY' | 'TRACKING' | 'PROCUREMENT' | 'NOTIFICATIONS' | 'OBSERVER'> = {
  identity: 'IDENTITY',
  tracking: 'TRACKING',
  procurement: 'PROCUREMENT',
  notifications: 'NOTIFICATIONS',
  observer: 'OBSERVER',
};

/** Asks for an operation; what goes in and comes out is the contract's, but that the output may come as text. */
export async function call(
  c: GatewayContext,
  operation: Operation,
  context: RequestContext,
  input: unknown,
): Promise<Answer<unknown>> {
  const { service, name } = operation;
  if (isDirect(service, name)) {
    const waitUntil = (work: Promise<unknown>): void => c.executionCtx.waitUntil(work);
    const runtime = { env: c.env, now: Date.now(), waitUntil };
    return observed(service, name, c.env, context, () => serveDirect(name, runtime, context, input));
  }
  type Method = (context: RequestContext, input: unknown) => Promise<Answer<unknown>>;
  const answer = await (c.env[BINDINGS[service]] as Record<string, Method>)[name]!(context, input);
  if (c.req.method !== 'GET') forgetContainer(context, input);
  return answer;
}

/** Whoever has changed a container sees it at once: it may be tracked no more. */
function forgetContainer({ actor }: RequestContext, input: unknown): void {
  const number = (input as { number?: unknown } | null)?.number;
  if (actor && typeof number === 'string') forgetTracked(actor.tenantId, normalizeContainerNumber(number));
}
