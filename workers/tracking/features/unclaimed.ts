/** Numbers that carriers speak of and nobody has registered: listed, claimed, ignored, purged. */
import { after, cutPage } from '../../../contracts/kit/paging.ts';
import { type Answer, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import type { ApiUnclaimed, SettledNumber } from '../../../contracts/tracking/unclaimed.ts';
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import { carrierInbox } from '../../../durable-objects/carrier-inbox/stub.ts';
import { containerTracker } from '../../../durable-objects/container-tracker/stub.ts';
import { fleetIndex } from '../../../durable-objects/fleet-index/stub.ts';
import { mapLimit } from '../../../platform/concurrency.ts';
import { toInstant } from '../../../platform/instants.ts';
import { FAN_OUT } from '../../../platform/limits.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { isOwnConnection } from './connections.ts';

/** What waits to be claimed, by number. */
export async function listUnclaimed({ env, scope, input }: For<'listUnclaimed'>): Promise<Answer<Page<ApiUnclaimed>>> {
  const { connectionId } = input;
  if (connectionId && !(await isOwnConnection(env, scope, connectionId))) return notFound('connection');
  const place = after<[string, string]>(input) ?? ['', ''];
  const found = await fleetIndex(env, scope.tenantId).listUnclaimed(place, connectionId, input.limit + 1);
  const toApi = ({ since, ...row }: (typeof found)[number]): ApiUnclaimed => ({ ...row, since: toInstant(since) });
  return ok(cutPage(found, input.limit, toApi, ({ number, connectionId }) => [number, connectionId]));
}

/** Tracks a number, with all that has waited of it. */
export async function claimNumber({ env, scope, input, now }: For<'claimNumber'>): Promise<Answer<SettledNumber>> {
  const number = normalizeContainerNumber(input.number);
  const index = fleetIndex(env, scope.tenantId);
  const { claimed, holders } = await index.claimedOf([number]);
  if (claimed.length + holders.length === 0) return notFound('number that waits');
  const { tenantId, correlationId } = scope;
  const summary = await containerTracker(env, tenantId, number).register({
    tenantId,
    number,
    registration: {},
    registeredAt: now,
    correlationId,
  });
  await index.track([number]);
  await index.apply(tenantId, [summary]);
  return ok({ number, claimed: true, events: await releaseClaimed(env, tenantId, [number]) });
}

/** Drops what has waited of a number, and all that will be said of it. */
export async function ignoreNumber({ env, scope, input, now }: For<'ignoreNumber'>): Promise<Answer<SettledNumber>> {
  const number = normalizeContainerNumber(input.number);
  const index = fleetIndex(env, scope.tenantId);
  if ((await index.claimedOf([number])).claimed.length > 0) return notFound('number that waits');
  await index.ignore(number, false, now);
  return ok({ number, claimed: false, events: await purge(env, scope, number) });
}

/** Drops what has waited of a number. */
export async function purgeNumber({ env, scope, input }: For<'purgeNumber'>): Promise<Answer<SettledNumber>> {
  const number = normalizeContainerNumber(input.number);
  const { claimed, holders } = await fleetIndex(env, scope.tenantId).claimedOf([number]);
  if (claimed.length > 0 || holders.length === 0) return notFound('number that waits');
  return ok({ number, claimed: false, events: await purge(env, scope, number) });
}

/** Drops what every connection holds of a number; how many events that were. */
export async function purge(env: Env, { tenantId }: Pick<Scope, 'tenantId'>, number: string): Promise<number> {
  const index = fleetIndex(env, tenantId);
  const { holders } = await index.claimedOf([number]);
  const dropped = await mapLimit(holders, FAN_OUT, async ({ connectionId }) => {
    const events = await carrierInbox(env, connectionId).purge(number);
    await index.forgetUnclaimed([number], connectionId);
    return events;
  });
  return dropped.reduce((sum, events) => sum + events, 0);
}

/** Sends on what connections hold of numbers that are claimed by now; how many events that were. */
export async function releaseClaimed(env: Env, tenantId: string, numbers: string[]): Promise<number> {
  const index = fleetIndex(env, tenantId);
  const { claimed, holders } = await index.claimedOf(numbers);
  const isClaimed = new Set(claimed);
  const byConnection = new Map<string, string[]>();
  for (const { connectionId, number } of holders) {
    if (isClaimed.has(number)) byConnection.set(connectionId, [...(byConnection.get(connectionId) ?? []), number]);
  }
  const released = await mapLimit([...byConnection], FAN_OUT, async ([connectionId, own]) => {
    const events = await carrierInbox(env, connectionId).release(own);
    await index.forgetUnclaimed(own, connectionId);
    return events;
  });
  return released.reduce((sum, events) => sum + events, 0);
}
