/** Refusals: each is logged, and counted where an alert may come of it. */
import { PLATFORM_TENANT } from '../../../contracts/actor.ts';
import type { Denial } from '../../../contracts/policy.ts';
import { tenantPolicy } from '../../../durable-objects/stubs.ts';
import { DENIALS_PER_SECOND } from '../../../platform/limits.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { Lru } from '../../../platform/lru.ts';
import { addressOf, type GatewayContext, senderOf } from '../context.ts';

/** Looks at an answer: a refusal is logged at once and counted after the answer has left. */
export function noteDenial(c: GatewayContext): void {
  const { status } = c.res;
  const denial = c.get('denial');
  if (!denial || ![401, 403, 429].includes(status)) return;
  // What the limit in front refuses is held off already: counting it would pass the load on.
  if (status === 429 && denial.kind !== 'quota') return;
  const actor = c.get('actor');
  const address = addressOf(c);
  const full: Denial = {
    kind: denial.kind,
    tenantId: denial.tenantId ?? actor?.tenantId ?? PLATFORM_TENANT,
    subject: denial.subject ?? actor?.subject ?? senderOf(c),
    route: c.get('route'),
    reason: denial.reason,
    address,
    correlationId: c.get('correlationId'),
  };
  loggerFor('gateway', c.env.LOG_LEVEL)('warn', 'access.denied', { ...full });
  if (withinBudget(full.tenantId)) c.executionCtx.waitUntil(count(c, full));
}

const budgets = new Lru<string, { second: number; counted: number }>(1_000);

/** Some refusals a second of one organisation are enough to raise its alert; a flood of them is load. */
function withinBudget(tenantId: string): boolean {
  const second = Math.floor(Date.now() / 1000);
  const known = budgets.get(tenantId);
  const counted = known?.second === second ? known.counted + 1 : 1;
  budgets.set(tenantId, { second, counted });
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
