/** Refusals: each is logged, and counted where an alert may come of it. */
import type { Denial } from '../../../contracts/identity/access.ts';
import { PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { Cache } from '../../../platform/cache.ts';
import { DENIALS_PER_SECOND } from '../../../platform/limits.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { GatewayContext } from './context.ts';

/** Looks at an answer: a refusal is logged at once and counted after the answer has left. */
export function noteDenial(c: GatewayContext): void {
  const facts = c.get('facts');
  const denial = c.get('denial') ?? facts.denial;
  if (!denial) return;
  const { status } = c.res;
  if (![401, 403, 429].includes(status)) return;
  // What the limit in front refuses is held off already: counting it would pass the load on.
  if (status === 429 && denial.kind !== 'quota') return;
  const [correlationId, callerCorrelationId] = [c.get('correlationId'), c.get('callerCorrelationId')];
  const [object, route] = [c.get('object'), c.get('route')];
  const full: Denial = {
    kind: denial.kind,
    tenantId: denial.tenantId ?? facts.actor?.tenantId ?? PLATFORM_TENANT,
    subject: denial.subject ?? facts.actor?.subject ?? facts.sender,
    route,
    reason: denial.reason,
    address: facts.address,
    correlationId,
  };
  loggerFor('gateway', c.env.LOG_LEVEL)('warn', 'access.denied', {
    ...full,
    object,
    ...(callerCorrelationId ? { callerCorrelationId } : {}),
  });
  if (withinBudget(full.tenantId)) c.executionCtx.waitUntil(count(c, full));
}

const budgets = new Cache<string, number>({ capacity: 1_000, ttlMs: 1_000 });

/** Some refusals a second of one organisation are enough to raise its alert; a flood of them is load. */
function withinBudget(tenantId: string): boolean {
  const name = `${tenantId}|${Math.floor(Date.now() / 1000)}`;
  const counted = (budgets.get(name) ?? 0) + 1;
  budgets.set(name, counted);
  return counted <= DENIALS_PER_SECOND;
}

async function count(c: GatewayContext, denial: Denial): Promise<void> {
  try {
    await tenantPolicy(c.env, denial.tenantId).recordDenials([denial]);
  } catch (error) {
    loggerFor('gateway', c.env.LOG_LEVEL)('error', 'denial.not_counted', {
      correlationId: denial.correlationId,
      error: errorText(error),
    });
  }
}
