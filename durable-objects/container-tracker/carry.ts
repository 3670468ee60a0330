/**
 * Carries messages of telemetry to where they belong: each container's object gets its share of all of them in one call, and
 * each fleet the new lines in another. Both may be done again: nothing is counted twice.
 */
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import type { FleetSummary } from '../../domain/container/state.ts';
import type { TrackedEvent } from '../../domain/journey/event.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { FAN_OUT } from '../../platform/limits.ts';
import { errorText, type Logger } from '../../platform/log.ts';
import { type MetricsEnv, metricsOf } from '../../platform/metrics.ts';
import type { Outcome } from '../carrier-inbox/receipts.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { containerTracker } from './stub.ts';

/** The objects that are written to. */
export interface CarryEnv extends MetricsEnv {
  CONTAINER_TRACKER: DurableObjectNamespace;
  FLEET_INDEX: DurableObjectNamespace;
}

/** What became of a message. */
export interface Carried {
  /** Of each event that its container took. */
  outcomes: Outcome[];
  /** Containers that did not take their share, and why. */
  failed: Map<string, string>;
  /** Whether the fleet has the new lines: without them the message is to come again. */
  isListed: boolean;
}

/** A container with each message's share: one that fails can be told from its innocent neighbours. */
interface Group {
  tenantId: string;
  number: string;
  shares: Map<TelemetryMessage, TrackedEvent[]>;
}

/** Carries messages; resolves to what became of each. Never throws: what fails is said of the messages it is about. */
export async function carry(
  env: CarryEnv,
  messages: readonly TelemetryMessage[],
  log: Logger,
): Promise<Map<TelemetryMessage, Carried>> {
  const carried = new Map(
    messages.map((message): [TelemetryMessage, Carried] => [
      message,
      { outcomes: [], failed: new Map(), isListed: true },
    ]),
  );
  const lines = new Map<string, FleetSummary[]>();
  await mapLimit(groupByContainer(messages), FAN_OUT, async (group) => {
    for (const attempt of await ingestGroup(env, group)) note(carried, group, attempt, lines);
  });
  await mapLimit([...lines], FAN_OUT, async ([tenantId, own]) => {
    if (await list(env, tenantId, own, log)) return;
    for (const [message, one] of carried) if (message.tenantId === tenantId) one.isListed = false;
  });
  count(env, [...carried.values()], messages);
  return carried;
}

/** Tells a fleet of new lines; false when it cannot be told. */
async function list(env: CarryEnv, tenantId: string, lines: FleetSummary[], log: Logger): Promise<boolean> {
  try {
    const untracked = await fleetIndex(env, tenantId).apply(tenantId, lines);
    // What was on its way when a container was erased has come to it: it is erased as well.
    for (const { number, erased } of untracked) if (erased) await containerTracker(env, tenantId, number).erase();
    return true;
  } catch (error) {
    log('warn', 'fleet.apply_failed', { tenantId, error: errorText(error) });
    return false;
  }
}

type Attempt = { messages: TelemetryMessage[] } & ({ summary: FleetSummary; outcomes: Outcome[] } | { error: string });

/** One call for all messages; when it fails, one for each, so that only the guilty one is tried again. */
async function ingestGroup(env: CarryEnv, group: Group): Promise<Attempt[]> {
  const all = [...group.shares.keys()];
  const together = await ingestShares(env, group, all);
  if (!('error' in together) || all.length === 1) return [together];
  return mapLimit(all, 1, (message) => ingestShares(env, group, [message]));
}

async function ingestShares(
  env: CarryEnv,
  { tenantId, number, shares }: Group,
  messages: TelemetryMessage[],
): Promise<Attempt> {
  const events = messages.length === 1 ? shares.get(messages[0]!)! : messages.flatMap((one) => shares.get(one)!);
  const correlationIds = [...new Set(messages.map(({ correlationId }) => correlationId))];
  try {
    const call = { tenantId, number, correlationIds, events };
    return { messages, ...(await containerTracker(env, tenantId, number).ingest(call)) };
  } catch (error) {
    return { messages, error: errorText(error) };
  }
}

/** Notes what came of an attempt with each message that it was about. */
function note(
  carried: ReadonlyMap<TelemetryMessage, Carried>,
  { tenantId, number, shares }: Group,
  attempt: Attempt,
  lines: Map<string, FleetSummary[]>,
): void {
  const { messages } = attempt;
  if ('error' in attempt) {
    for (const message of messages) carried.get(message)!.failed.set(number, attempt.error);
    return;
  }
  const own = lines.get(tenantId);
  if (own) own.push(attempt.summary);
  else lines.set(tenantId, [attempt.summary]);
  if (messages.length === 1) {
    carried.get(messages[0]!)!.outcomes.push(...attempt.outcomes);
    return;
  }
  for (const message of messages) {
    const origins = new Set(shares.get(message)!.map(({ origin }) => origin));
    carried.get(message)!.outcomes.push(...attempt.outcomes.filter(([origin]) => origins.has(origin)));
  }
}

function groupByContainer(messages: readonly TelemetryMessage[]): Group[] {
  const groups = new Map<string, Group>();
  for (const message of messages) {
    for (const event of message.events) {
      const name = `${message.tenantId}:${event.container}`;
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
  return [...groups.values()];
}

/** Measures how many events were taken in, and how many are to come again. */
function count(env: CarryEnv, carried: readonly Carried[], messages: readonly TelemetryMessage[]): void {
  const found = { applied: 0, duplicate: 0, refused: 0, retried: 0 };
  for (const [i, { outcomes, failed }] of carried.entries()) {
    for (const [, outcome] of outcomes) found[outcome]++;
    if (failed.size > 0) found.retried += messages[i]!.events.filter(({ container }) => failed.has(container)).length;
  }
  const record = metricsOf(env);
  for (const [outcome, events] of Object.entries(found))
    if (events > 0) record('telemetry.events', events, { outcome });
}
