/** Ends the holds of keyed requests after their answers: those of a moment together, in one call. */
import type { Hold } from '../../../contracts/policy.ts';
import { tenantPolicy } from '../../../durable-objects/stubs.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { GatewayContext } from '../context.ts';

/** A breath in which others may join. Whoever asks again within it waits for it at the object. */
const GATHER_MS = 20;

/** A call that has not been made after this time has died with its request: another takes its holds along. */
const DEAD_MS = 1_000;

const waiting = new Map<string, { since: number; holds: Hold[] }>();

/** Releases what this request holds, soon; a hold whose release is lost ends by its lease. */
export function releaseSoon(c: GatewayContext): void {
  const hold = c.get('hold');
  const tenantId = c.get('actor')?.tenantId;
  if (!hold || !tenantId) return;
  const joined = waiting.get(tenantId);
  joined?.holds.push(hold);
  if (joined && joined.since > Date.now() - DEAD_MS) return;
  waiting.set(tenantId, { since: Date.now(), holds: joined?.holds ?? [hold] });
  c.executionCtx.waitUntil(release(c, tenantId));
}

async function release(c: GatewayContext, tenantId: string): Promise<void> {
  await scheduler.wait(GATHER_MS);
  const holds = waiting.get(tenantId)?.holds ?? [];
  waiting.delete(tenantId);
  try {
    await tenantPolicy(c.env, tenantId).release(holds);
  } catch (error) {
    loggerFor('gateway', c.env.LOG_LEVEL)('warn', 'holds.not_released', { tenantId, error: errorText(error) });
  }
}
