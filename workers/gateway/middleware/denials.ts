/** Refusals: each is logged, and counted where an alert may come of it. */
import { PLATFORM_TENANT } from '../../../contracts/actor.ts';
import type { Denial } from '../../../contracts/policy.ts';
import { tenantPolicy } from '../../../durable-objects/stubs.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { addressOf, type GatewayContext } from '../context.ts';

/** Looks at an answer: a refusal is logged at once and counted after the answer has left. */
export function noteDenial(c: GatewayContext): void {
  const { status } = c.res;
  // A service's own refusal, behind the gateway's check, is a refusal like any other.
  const denial = c.get('denial') ?? (status === 403 ? { kind: 'permission' as const, reason: 'forbidden' } : null);
  if (!denial || ![401, 403, 429].includes(status)) return;
  const actor = c.get('actor');
  const address = addressOf(c);
  const full: Denial = {
    kind: denial.kind,
    tenantId: denial.tenantId ?? actor?.tenantId ?? PLATFORM_TENANT,
    subject: denial.subject ?? actor?.subject ?? address,
    route: c.get('route'),
    reason: denial.reason,
    address,
    correlationId: c.get('correlationId'),
  };
  loggerFor('gateway', c.env.LOG_LEVEL)('warn', 'access.denied', { ...full });
  c.executionCtx.waitUntil(count(c, full));
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
