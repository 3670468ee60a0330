import type { ProcurementEvent } from '../../contracts/procurement.ts';
import { systemActor } from '../../contracts/actor.ts';
import type { Env } from './env.ts';
import { armRelay, onShard } from './shard.ts';

/** Puts an event that no consumer could handle back into its shard's outbox, parked. */
export async function parkEvent(env: Env, event: ProcurementEvent): Promise<void> {
  const actor = systemActor(event.tenantId, 'dead-events', event.correlationId);
  const parked = await onShard(env, actor, 'first-primary', async (shard) => {
    await shard.session
      .prepare('INSERT INTO outbox (body, attempts, parked_at) VALUES (?, 1, ?)')
      .bind(JSON.stringify(event), Date.now())
      .run();
    await armRelay(env, shard.name);
    return { ok: true as const };
  });
  if (!parked.ok) throw new Error(parked.detail);
}
