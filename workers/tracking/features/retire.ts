/** Containers that are done with: tracked no more, put away, or erased. */
import { type Answer, notFound, ok } from '../../../contracts/kit/result.ts';
import type { ArchivedContainer } from '../../../contracts/tracking/retirement.ts';
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import { recordAsked } from '../../../durable-objects/audit-trail/asked.ts';
import { containerTracker } from '../../../durable-objects/container-tracker/stub.ts';
import { fleetIndex } from '../../../durable-objects/fleet-index/stub.ts';
import { carrierInbox } from '../../../durable-objects/carrier-inbox/stub.ts';
import { mapLimit } from '../../../platform/concurrency.ts';
import { FAN_OUT } from '../../../platform/limits.ts';
import type { For } from '../request.ts';
import { connectionIds } from './connections.ts';
import { forgetTracked } from '../../../durable-objects/container-tracker/tracked.ts';
import { purge } from './unclaimed.ts';

/** Stops tracking a container; what is known of it is kept. */
export async function untrackContainer({
  env,
  scope: { tenantId },
  input,
}: For<'untrackContainer'>): Promise<Answer<{ number: string }>> {
  const number = normalizeContainerNumber(input.number);
  const untracked = await fleetIndex(env, tenantId).retire(number, 'untracked');
  forgetTracked(tenantId, number);
  return untracked ? ok({ number }) : notFound('container');
}

/** Puts a container away: it stays readable. */
export async function archiveContainer({
  env,
  scope,
  input,
}: For<'archiveContainer'>): Promise<Answer<ArchivedContainer>> {
  const number = normalizeContainerNumber(input.number);
  const archived = await fleetIndex(env, scope.tenantId).retire(number, 'archived');
  return archived ? ok({ number, archived }) : notFound('container outside of the archive');
}

/** Takes a container out of the archive. */
export async function unarchiveContainer({
  env,
  scope: { tenantId },
  input,
}: For<'unarchiveContainer'>): Promise<Answer<ArchivedContainer>> {
  const number = normalizeContainerNumber(input.number);
  const index = fleetIndex(env, tenantId);
  const isTracked = (await index.claimedOf([number])).claimed.length > 0;
  const isBack = isTracked && (await index.track([number]));
  return isBack ? ok({ number, archived: false }) : notFound('container in the archive');
}

/** Erases all that is stored of a container. It is recorded first: without that nothing is erased. */
export async function deleteContainer({
  env,
  scope,
  input,
  now,
}: For<'deleteContainer'>): Promise<Answer<{ number: string }>> {
  const { tenantId } = scope;
  const number = normalizeContainerNumber(input.number);
  const index = fleetIndex(env, tenantId);
  if (!(await index.isErasable(number))) return notFound('container');
  const object = { type: 'container', id: number } as const;
  await recordAsked(
    env,
    scope,
    { organisationId: tenantId, action: 'container.deleted', object, before: { number } },
    now,
  );
  // Its line goes first, so that nothing more is let in; that it is erased is said last, so that a call that was cut off can
  // be made again. What came in between is erased then, and what comes after that by those who bring it.
  await index.retire(number, 'untracked');
  forgetTracked(tenantId, number);
  const tracker = containerTracker(env, tenantId, number);
  await tracker.erase();
  await purge(env, scope, number);
  await index.retire(number, 'erased');
  await tracker.erase();
  // What was erased may be delivered again, as of a container that was never there.
  await mapLimit(await connectionIds(env, tenantId), FAN_OUT, (id) => carrierInbox(env, id).forgetDoorKeys());
  return ok({ number });
}
