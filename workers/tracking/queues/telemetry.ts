/**
 * The queue's side of tracking. Telemetry messages are grouped by container, so that a burst costs
 * one request an object, not one an event. What became of each container's share goes to the inbox, which tries what failed
 * again by itself: a message is acknowledged when the fleet has the new lines and the inbox knows.
 */
import { type TelemetryMessage, telemetryMessageSchema } from '../../../contracts/tracking/events.ts';
import type { FleetSummary } from '../../../domain/container/state.ts';
import type { TrackedEvent } from '../../../domain/journey/event.ts';
import { carrierInbox } from '../../../durable-objects/carrier-inbox/stub.ts';
import type { Outcome } from '../../../durable-objects/carrier-inbox/receipts.ts';
import { containerTracker } from '../../../durable-objects/container-tracker/stub.ts';
import { fleetIndex } from '../../../durable-objects/fleet-index/stub.ts';
import { mapLimit } from '../../../platform/concurrency.ts';
import { FAN_OUT } from '../../../platform/limits.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { metricsOf } from '../../../platform/metrics.ts';
import type { Env } from '../env.ts';
import { backoff } from './backoff.ts';

interface Group {
  tenantId: string;
  number: string;
  /** Each message's share: one that fails can be told from its innocent neighbours. */
  shares: Map<TelemetryMessage, TrackedEvent[]>;
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
      handle.retry(backoff(handle));
    }
  }
  const groups = groupByContainer(carried);
  const outcomes = new Map<string, Outcome[]>();
  const failures: Failures = new Map();
  const summaries = new Map<string, FleetSummary[]>();
  await mapLimit([...groups], FAN_OUT, async ([name, group]) => {
    for (const attempt of await ingestGroup(env, group)) {
      if ('error' in attempt) noteFailures(failures, attempt, group.number);
      else {
        outcomes.set(name, [...(outcomes.get(name) ?? []), ...attempt.outcomes]);
        summaries.set(group.tenantId, [...(summaries.get(group.tenantId) ?? []), attempt.summary]);
      }
    }
  });
  const unlisted = new Set<string>();
  await mapLimit([...summaries], FAN_OUT, async ([tenantId, lines]) => {
    try {
      const untracked = await fleetIndex(env, tenantId).apply(tenantId, lines);
      // What was on its way when a container was erased has come to it: it is erased as well.
      for (const { number, erased } of untracked) if (erased) await containerTracker(env, tenantId, number).erase();
    } catch (error) {
      unlisted.add(tenantId);
      log('warn', 'fleet.apply_failed', { tenantId, error: errorText(error) });
    }
  });
  await settle(env, carried, outcomes, failures, unlisted);
  measure(env, batch, [...outcomes.values()].flat(), failures);
}

/** How many events were taken in, and how long the oldest message had waited. */
function measure(env: Env, batch: MessageBatch, outcomes: Outcome[], failures: Failures): void {
  const record = metricsOf(env);
  const count = (wanted: Outcome[1]): number => outcomes.filter(([, outcome]) => outcome === wanted).length;
  const failed = (message: TelemetryMessage) =>
    message.events.filter(({ container }) => failures.get(message)!.has(container)).length;
  const retried = [...failures.keys()].reduce((events, message) => events + failed(message), 0);
  const found = { applied: count('applied'), duplicate: count('duplicate'), refused: count('refused'), retried };
  for (const [outcome, events] of Object.entries(found)) {
    if (events > 0) record('telemetry.events', events, { outcome });
  }
  const oldest = Math.min(...batch.messages.map(({ timestamp }) => timestamp.getTime()));
  record('telemetry.waited', Math.max(0, Date.now() - oldest), {});
}

/** Why containers did not take their share of a message. */
type Failures = Map<TelemetryMessage, Map<string, string>>;

function noteFailures(failures: Failures, { messages, error }: Failed, number: string): void {
  for (const message of messages) failures.set(message, (failures.get(message) ?? new Map()).set(number, error));
}

type Failed = { error: string; messages: TelemetryMessage[] };
type Attempt = { summary: FleetSummary; outcomes: Outcome[] } | Failed;

/** One call for all messages; when it fails, one for each, so that only the guilty one is retried. */
async function ingestGroup(env: Env, group: Group): Promise<Attempt[]> {
  const all = [...group.shares.keys()];
  const together = await ingestShares(env, group, all);
  if (!('error' in together) || all.length === 1) return [together];
  return mapLimit(all, 1, (message) => ingestShares(env, group, [message]));
}

async function ingestShares(
  env: Env,
  { tenantId, number, shares }: Group,
  messages: TelemetryMessage[],
): Promise<Attempt> {
  try {
    return await containerTracker(env, tenantId, number).ingest({
      tenantId,
      number,
      correlationIds: [...new Set(messages.map((message) => message.correlationId))],
      events: messages.flatMap((message) => shares.get(message)!),
    });
  } catch (error) {
    return { error: errorText(error), messages };
  }
}

const nameOf = (tenantId: string, number: string): string => `${tenantId}:${number}`;

function groupByContainer(carried: Carried[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const { message } of carried) {
    for (const event of message.events) {
      const name = nameOf(message.tenantId, event.container);
      let group = groups.get(name);
      if (!group) {
        group = { tenantId: message.tenantId, number: event.container, shares: new Map() };
        groups.set(name, group);
      }
      const share = group.shares.get(message);
      if (share) share.push(event);
      else group.shares.set(message, [event]);
    }
  }
  return groups;
}

/** Tells the inboxes what became of each container's share and acknowledges; what cannot be told is retried. */
async function settle(
  env: Env,
  carried: Carried[],
  outcomes: Map<string, Outcome[]>,
  failures: Failures,
  unlisted: Set<string>,
): Promise<void> {
  const log = loggerFor('tracking', env.LOG_LEVEL);
  const told = new Map<string, Carried[]>();
  for (const item of carried) {
    const { message, handle } = item;
    for (const [container, error] of failures.get(message) ?? []) {
      const { correlationId, connectionId } = message;
      log('warn', 'telemetry.failed', { correlationId, connectionId, container, error });
    }
    if (unlisted.has(message.tenantId)) handle.retry(backoff(handle));
    else told.set(message.connectionId, [...(told.get(message.connectionId) ?? []), item]);
  }
  await mapLimit([...told], FAN_OUT, async ([connectionId, items]) => {
    const confirmations = items.map(({ message }) => ({
      dispatchId: message.dispatchId,
      outcomes: outcomesOf(message, outcomes),
      failed: [...(failures.get(message) ?? [])],
    }));
    try {
      await carrierInbox(env, connectionId).confirm(confirmations);
      for (const { handle } of items) handle.ack();
    } catch {
      // Unconfirmed messages come again and the objects answer as before: nothing is counted twice.
      for (const { handle } of items) handle.retry(backoff(handle));
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
