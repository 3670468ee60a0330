/**
 * The queue's side of tracking. Telemetry messages are grouped by container, so that a burst costs
 * one call an object, not one an event; a message is acknowledged only when all its containers have
 * taken their share, the fleet has the new lines and the inbox knows.
 */
import { systemActor } from '../../contracts/actor.ts';
import { procurementEventSchema } from '../../contracts/procurement.ts';
import { type FleetSummary, type TelemetryMessage, telemetryMessageSchema } from '../../contracts/tracking.ts';
import type { TrackedEvent } from '../../domain/journey/event.ts';
import { carrierInbox, containerTracker, fleetIndex } from '../../durable-objects/stubs.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { FAN_OUT } from '../../platform/limits.ts';
import { errorText, loggerFor } from '../../platform/log.ts';
import type { Env } from './env.ts';
import { registerContainers } from './fleet.ts';

type Outcome = [origin: number, outcome: 'applied' | 'duplicate'];
interface Group {
  tenantId: string;
  number: string;
  events: TrackedEvent[];
  correlationIds: Set<string>;
}
interface Carried {
  handle: Message;
  message: TelemetryMessage;
}

/** Handles a batch of the telemetry queue. */
export async function consumeTelemetry(env: Env, batch: MessageBatch): Promise<void> {
  const log = loggerFor('tracking', env.LOG_LEVEL);
  const carried: Carried[] = [];
  for (const handle of batch.messages) {
    const parsed = telemetryMessageSchema.safeParse(handle.body);
    if (parsed.success) carried.push({ handle, message: parsed.data });
    else {
      log('error', 'telemetry.unreadable', { messageId: handle.id, error: parsed.error.issues[0]?.message });
      handle.retry();
    }
  }
  const groups = groupByContainer(carried);
  const outcomes = new Map<string, Outcome[]>();
  const failures = new Map<string, string>();
  const summaries = new Map<string, FleetSummary[]>();
  await mapLimit([...groups], FAN_OUT, async ([name, group]) => {
    try {
      const answer = await containerTracker(env, group.tenantId, group.number).ingest({
        tenantId: group.tenantId,
        number: group.number,
        correlationIds: [...group.correlationIds],
        events: group.events,
      });
      outcomes.set(name, answer.outcomes);
      summaries.set(group.tenantId, [...(summaries.get(group.tenantId) ?? []), answer.summary]);
    } catch (error) {
      failures.set(name, errorText(error));
    }
  });
  const unlisted = new Set<string>();
  await mapLimit([...summaries], FAN_OUT, async ([tenantId, lines]) => {
    try {
      await fleetIndex(env, tenantId).apply(tenantId, lines);
    } catch (error) {
      unlisted.add(tenantId);
      log('warn', 'fleet.apply_failed', { tenantId, error: errorText(error) });
    }
  });
  await settle(env, carried, outcomes, failures, unlisted);
}

const nameOf = (tenantId: string, number: string): string => `${tenantId}:${number}`;

function groupByContainer(carried: Carried[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const { message } of carried) {
    for (const event of message.events) {
      const name = nameOf(message.tenantId, event.container);
      let group = groups.get(name);
      if (!group) {
        group = { tenantId: message.tenantId, number: event.container, events: [], correlationIds: new Set() };
        groups.set(name, group);
      }
      group.events.push(event);
      group.correlationIds.add(message.correlationId);
    }
  }
  return groups;
}

/** Confirms what is done to the inboxes and acknowledges; the rest is retried. */
async function settle(
  env: Env,
  carried: Carried[],
  outcomes: Map<string, Outcome[]>,
  failures: Map<string, string>,
  unlisted: Set<string>,
): Promise<void> {
  const done = new Map<string, Carried[]>();
  for (const item of carried) {
    const { message, handle } = item;
    const failed = message.events.map((event) => failures.get(nameOf(message.tenantId, event.container))).find(Boolean);
    if (failed) {
      await noteFailure(env, message, failed);
      handle.retry();
    } else if (unlisted.has(message.tenantId)) {
      handle.retry();
    } else {
      done.set(message.connectionId, [...(done.get(message.connectionId) ?? []), item]);
    }
  }
  await mapLimit([...done], FAN_OUT, async ([connectionId, items]) => {
    const confirmations = items.map(({ message }) => ({
      dispatchId: message.dispatchId,
      outcomes: outcomesOf(message, outcomes),
    }));
    try {
      await carrierInbox(env, connectionId).confirm(confirmations);
      for (const { handle } of items) handle.ack();
    } catch {
      // Unconfirmed messages come again and the objects answer as before: nothing is counted twice.
      for (const { handle } of items) handle.retry();
    }
  });
}

function outcomesOf(message: TelemetryMessage, outcomes: Map<string, Outcome[]>): Outcome[] {
  const mine = new Set(message.events.map((event) => event.origin));
  const containers = new Set(message.events.map((event) => event.container));
  return [...containers].flatMap((number) =>
    (outcomes.get(nameOf(message.tenantId, number)) ?? []).filter(([origin]) => mine.has(origin)),
  );
}

async function noteFailure(env: Env, message: TelemetryMessage, error: string): Promise<void> {
  const log = loggerFor('tracking', env.LOG_LEVEL);
  log('warn', 'telemetry.failed', { correlationId: message.correlationId, connectionId: message.connectionId, error });
  try {
    await carrierInbox(env, message.connectionId).noteFailure(message.dispatchId, error);
  } catch (failure) {
    log('warn', 'telemetry.note_failed', { connectionId: message.connectionId, error: errorText(failure) });
  }
}

/** Handles the dead letters of telemetry: parks each in its inbox, where it can be read and replayed. */
export async function consumeTelemetryDead(env: Env, batch: MessageBatch): Promise<void> {
  const log = loggerFor('tracking', env.LOG_LEVEL);
  for (const handle of batch.messages) {
    const parsed = telemetryMessageSchema.safeParse(handle.body);
    if (!parsed.success) {
      // Nothing of ours sends such a message; its text in the log is all that can be kept.
      log('error', 'telemetry.dead_unreadable', { messageId: handle.id, body: JSON.stringify(handle.body).slice(0, 2_000) });
      handle.ack();
      continue;
    }
    try {
      await carrierInbox(env, parsed.data.connectionId).park(parsed.data.dispatchId, 'failed on every delivery');
      handle.ack();
    } catch (error) {
      log('warn', 'telemetry.park_failed', { connectionId: parsed.data.connectionId, error: errorText(error) });
      handle.retry();
    }
  }
}

/** Handles procurement events: a confirmed booking's containers are registered for tracking. */
export async function consumeProcurementEvents(env: Env, batch: MessageBatch): Promise<void> {
  const log = loggerFor('tracking', env.LOG_LEVEL);
  for (const handle of batch.messages) {
    const parsed = procurementEventSchema.safeParse(handle.body);
    if (!parsed.success) {
      log('error', 'procurement_event.unreadable', { messageId: handle.id });
      handle.retry();
      continue;
    }
    const { tenantId, correlationId, type, data } = parsed.data;
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
      const answer = await registerContainers(env, systemActor(tenantId, 'procurement-events', correlationId), registrations);
      if (!answer.ok) {
        log('warn', 'procurement_event.failed', { correlationId, bookingId: data.bookingId, code: answer.code });
        handle.retry();
        continue;
      }
    }
    log('info', 'procurement_event.handled', { correlationId, tenantId, type, bookingId: data.bookingId });
    handle.ack();
  }
}
