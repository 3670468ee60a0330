/** Procurement's events, as far as tracking acts on them. */
import { fail, ok, type Result } from '../../../contracts/kit/result.ts';
import { type Scope, systemScope } from '../../../contracts/kit/serve.ts';
import { type ProcurementEvent, procurementEventSchema } from '../../../contracts/procurement/events.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { Env } from '../env.ts';
import { registerBooked, takeBackBooked } from '../features/containers.ts';
import { backoff } from './backoff.ts';
/**
 * Handles procurement events: a confirmed booking's containers are registered for tracking, and a cancelled one takes back
 * what it said of them.
 */
export async function consumeProcurementEvents(env: Env, batch: MessageBatch): Promise<void> {
  const log = loggerFor('tracking', env.LOG_LEVEL);
  for (const handle of batch.messages) {
    const parsed = procurementEventSchema.safeParse(handle.body);
    if (!parsed.success) {
      log('error', 'procurement_event.unreadable', { messageId: handle.id });
      handle.retry(backoff(handle));
      continue;
    }
    const { tenantId, correlationId, type, data } = parsed.data;
    const scope = systemScope(tenantId, 'procurement-events', correlationId);
    // One that throws is tried again alone: its neighbours in the batch have done nothing.
    const answer = await act(env, scope, parsed.data).catch((error: unknown) =>
      fail('shard.unavailable', errorText(error)),
    );
    if (!answer.ok) {
      log('warn', 'procurement_event.failed', { correlationId, bookingId: data.bookingId, code: answer.code });
      handle.retry(backoff(handle));
      continue;
    }
    log('info', 'procurement_event.handled', { correlationId, tenantId, type, bookingId: data.bookingId });
    handle.ack();
  }
}

async function act(env: Env, scope: Scope, { type, data, at }: ProcurementEvent): Promise<Result<unknown>> {
  const { containers, bookingId, origin, destination, carrierId, promisedArrivalAt, reference } = data;
  if (containers.length === 0) return ok(null);
  if (type === 'booking.cancelled') {
    await takeBackBooked(env, scope, bookingId, containers, at);
    return ok(null);
  }
  if (type !== 'booking.confirmed') return ok(null);
  const facts = { origin, destination, carrierId, bookingId, promisedArrivalAt, ...(reference ? { reference } : {}) };
  const registrations = containers.map((number) => ({ number, ...facts }));
  return registerBooked(env, scope, registrations, at);
}
