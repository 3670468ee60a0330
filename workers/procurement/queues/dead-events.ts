/** Dead procurement events go back to their shard's outbox, parked, and are tried again later. */
import { systemScope } from '../../../contracts/kit/serve.ts';
import { type ProcurementEvent, procurementEventSchema } from '../../../contracts/procurement/events.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { Env } from '../env.ts';
import { armRelay, onShard } from '../shard.ts';

/** Handles the dead letters of the procurement events' queue. */
export async function consumeDeadEvents(env: Env, batch: MessageBatch): Promise<void> {
  const log = loggerFor('procurement', env.LOG_LEVEL);
  for (const handle of batch.messages) {
    const parsed = procurementEventSchema.safeParse(handle.body);
    try {
      if (parsed.success) await parkEvent(env, parsed.data, Date.now());
      else log('error', 'procurement_event.dead_unreadable', { body: JSON.stringify(handle.body).slice(0, 2_000) });
      handle.ack();
    } catch (error) {
      log('warn', 'procurement_event.park_failed', { error: errorText(error) });
      handle.retry();
    }
  }
}

/** Puts an event that no consumer could handle back into its shard's outbox, parked. */
async function parkEvent(env: Env, event: ProcurementEvent, now: number): Promise<void> {
  const scope = systemScope(event.tenantId, 'dead-events', event.correlationId);
  const parked = await onShard(env, scope, 'first-primary', async (shard) => {
    await shard.session
      .prepare('INSERT INTO outbox (body, attempts, parked_at) VALUES (?, 1, ?)')
      .bind(JSON.stringify(event), now)
      .run();
    await armRelay(env, shard.name);
    return { ok: true as const };
  });
  if (!parked.ok) throw new Error(parked.detail);
}
