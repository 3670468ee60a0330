/** Releases the locks of requests under idempotency keys after their answers: those of a moment together. */
import type { Hold } from '../../../contracts/identity/access.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { GatewayContext } from './context.ts';

/** A breath in which others may join. Whoever asks again within it waits for it at the object. */
const GATHER_MS = 20;

/** A release that has not been made after this time has died with its request: another takes its locks along. */
const DEAD_MS = 1_000;

const waiting = new Map<string, { since: number; locks: Hold[] }>();

/** Releases the lock of this request, soon; one whose release is lost ends by its lease. */
export function releaseSoon(c: GatewayContext): void {
  const { lock, actor } = c.get('facts');
  if (!lock || !actor) return;
  const { tenantId } = actor;
  const joined = waiting.get(tenantId);
  joined?.locks.push(lock);
  if (joined && joined.since > Date.now() - DEAD_MS) return;
  waiting.set(tenantId, { since: Date.now(), locks: joined?.locks ?? [lock] });
  c.executionCtx.waitUntil(release(c, tenantId));
}

async function release(c: GatewayContext, tenantId: string): Promise<void> {
  await scheduler.wait(GATHER_MS);
  const locks = waiting.get(tenantId)?.locks ?? [];
  waiting.delete(tenantId);
  try {
    await tenantPolicy(c.env, tenantId).release(locks);
  } catch (error) {
    loggerFor('gateway', c.env.LOG_LEVEL)('warn', 'locks.not_released', { tenantId, error: errorText(error) });
  }
}
