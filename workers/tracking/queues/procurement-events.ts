/** Procurement's events, as far as tracking acts on them. */
import { fail } from '../../../contracts/kit/result.ts';
import { systemScope } from '../../../contracts/kit/serve.ts';
import { procurementEventSchema } from '../../../contracts/procurement/events.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { Env } from '../env.ts';
import { registerBooked } from '../features/containers.ts';
import { backoff } from './backoff.ts';
/** Handles procurement events: a confirmed booking's containers are registered for tracking. */
export async function consumeProcurementEvents(env: Env, batch: MessageBatch): Promise<void> {
  const log = loggerFor('tracking', env.LOG_LEVEL);
  for (const handle of batch.messages) {
    const parsed = procurementEventSchema.safeParse(handle.body);
    if (!parsed.success) {
      log('error', 'procurement_event.unreadable', { messageId: handle.id });
      handle.retry(backoff(handle));
      continue;
    }
    const { tenantId, correlationId, type, data, at } = parsed.data;
    if (type === 'booking.confirmed' && data.containers.length > 0) {
      const facts = {
        origin: data.origin,
        destination: data.destination,
        carrierId: data.carrierId,
        bookingId: data.bookingId,
        promisedArrivalAt: data.promisedArrivalAt,
        ...(data.reference ? { reference: data.reference } : {}),
      };
      const registrations = data.containers.map((number) => ({ number, ...facts }));
      const scope = systemScope(tenantId, 'procurement-events', correlationId);
      // One that throws is tried again alone: its neighbours in the batch have done nothing.
      const answer = await registerBooked(env, scope, registrations, at).catch((error: unknown) =>
        fail('shard.unavailable', errorText(error)),
      );
      if (!answer.ok) {
        log('warn', 'procurement_event.failed', { correlationId, bookingId: data.bookingId, code: answer.code });
        handle.retry(backoff(handle));
        continue;
      }
    }
    log('info', 'procurement_event.handled', { correlationId, tenantId, type, bookingId: data.bookingId });
    handle.ack();
  }
}
