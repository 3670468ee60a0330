/**
 * The queue's side of tracking. Messages of telemetry are carried a batch at a time, so that a burst costs one request an
 * object, not one an event. What became of each container's share goes to the inbox, which tries what failed again by
 * itself: a message is acknowledged when the fleet has the new lines and the inbox knows.
 */
import { type TelemetryMessage, telemetryMessageSchema } from '../../../contracts/tracking/events.ts';
import { carrierInbox } from '../../../durable-objects/carrier-inbox/stub.ts';
import { type Carried, carry } from '../../../durable-objects/container-tracker/carry.ts';
import { mapLimit } from '../../../platform/concurrency.ts';
import { FAN_OUT } from '../../../platform/limits.ts';
import { errorText, type Logger, loggerFor } from '../../../platform/log.ts';
import { metricsOf } from '../../../platform/metrics.ts';
import type { Env } from '../env.ts';
import { backoff } from './backoff.ts';

/** Handles a batch of the telemetry queue. */
export async function consumeTelemetry(env: Env, batch: MessageBatch): Promise<void> {
  const log = loggerFor('tracking', env.LOG_LEVEL);
  const handles = new Map<TelemetryMessage, Message>();
  for (const handle of batch.messages) {
    const parsed = telemetryMessageSchema.safeParse(handle.body);
    if (parsed.success) handles.set(parsed.data, handle);
    else {
      log('error', 'telemetry.unreadable', { messageId: handle.id, error: parsed.error.issues[0]?.message });
      handle.retry(backoff(handle));
    }
  }
  const carried = await carry(env, [...handles.keys()], log);
  await settle(env, handles, carried, log);
  const oldest = Math.min(...batch.messages.map(({ timestamp }) => timestamp.getTime()));
  metricsOf(env)('telemetry.waited', Math.max(0, Date.now() - oldest), {});
}

/** Tells the inboxes what became of each container's share and acknowledges; what cannot be told is retried. */
async function settle(
  env: Env,
  handles: ReadonlyMap<TelemetryMessage, Message>,
  carried: ReadonlyMap<TelemetryMessage, Carried>,
  log: Logger,
): Promise<void> {
  const told = new Map<string, TelemetryMessage[]>();
  for (const [message, { failed, isListed }] of carried) {
    const { correlationId, connectionId } = message;
    for (const [container, error] of failed) {
      log('warn', 'telemetry.failed', { correlationId, connectionId, container, error });
    }
    const handle = handles.get(message)!;
    if (!isListed) handle.retry(backoff(handle));
    else told.set(connectionId, [...(told.get(connectionId) ?? []), message]);
  }
  await mapLimit([...told], FAN_OUT, async ([connectionId, messages]) => {
    const confirmations = messages.map((message) => {
      const { outcomes, failed } = carried.get(message)!;
      return { dispatchId: message.dispatchId, outcomes, failed: [...failed] };
    });
    const own = messages.map((message) => handles.get(message)!);
    try {
      await carrierInbox(env, connectionId).confirm(confirmations);
      for (const handle of own) handle.ack();
    } catch {
      // Unconfirmed messages come again and the objects answer as before: nothing is counted twice.
      for (const handle of own) handle.retry(backoff(handle));
    }
  });
}

/** Handles the dead letters of telemetry: parks each in its inbox, where it can be read and replayed. */
export async function consumeTelemetryDead(env: Env, batch: MessageBatch): Promise<void> {
  const log = loggerFor('tracking', env.LOG_LEVEL);
  for (const handle of batch.messages) {
    const parsed = telemetryMessageSchema.safeParse(handle.body);
    if (!parsed.success) {
      // Nothing of ours sends such a message; its text in the log is all that can be kept.
      log('error', 'telemetry.dead_unreadable', {
        messageId: handle.id,
        body: JSON.stringify(handle.body).slice(0, 2_000),
      });
      handle.ack();
      continue;
    }
    try {
      await carrierInbox(env, parsed.data.connectionId).park(parsed.data.dispatchId, 'failed on every delivery');
      handle.ack();
    } catch (error) {
      log('warn', 'telemetry.park_failed', { connectionId: parsed.data.connectionId, error: errorText(error) });
      handle.retry(backoff(handle));
    }
  }
}
