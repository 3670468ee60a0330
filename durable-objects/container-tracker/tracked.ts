/** Which numbers a tenant tracks: asked of its fleet, so that reading a made-up number wakes no object of a container. */
import type { Scope } from '../../contracts/kit/serve.ts';
import { normalizeContainerNumber } from '../../domain/identifiers/iso6346.ts';
import type { ContainerTracker } from './container-tracker.ts';
import { containerTracker } from './stub.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import type { Stub } from '../kit/stub.ts';
import { Cache } from '../../platform/cache.ts';

/** That a number is tracked stays so but for what an administrator does; that it is not is asked anew each time. */
const TRACKED_TTL_MS = 60_000;
/** For reads it stays so for a moment: whoever has untracked a container wonders why it still answers. */
const READABLE_TTL_MS = 5_000;
const tracked = new Cache<string, true>({ capacity: 50_000, ttlMs: TRACKED_TTL_MS });

/** Whether a number is known here to be tracked. */
export const isKnownTracked = (tenantId: string, number: string): boolean =>
  tracked.get(`${tenantId}:${number}`) !== undefined;

/** Keeps that numbers are tracked. */
export function keepTracked(tenantId: string, numbers: readonly string[]): void {
  for (const number of numbers) tracked.set(`${tenantId}:${number}`, true);
}

/** A number is tracked no more; elsewhere it is taken for tracked for a minute at most. */
export function forgetTracked(tenantId: string, number: string): void {
  tracked.delete(`${tenantId}:${number}`);
}

/** The objects that are asked. */
interface Env {
  CONTAINER_TRACKER: DurableObjectNamespace;
  FLEET_INDEX: DurableObjectNamespace;
}

/** The object of a container that the caller's tenant tracks, by its number as it was written; null when it tracks none. */
export async function trackedContainer(
  env: Env,
  { tenantId }: Pick<Scope, 'tenantId'>,
  written: string,
): Promise<Stub<ContainerTracker> | null> {
  const number = normalizeContainerNumber(written);
  if (!isKnownTracked(tenantId, number)) {
    const { claimed } = await fleetIndex(env, tenantId).claimedOf([number]);
    if (claimed.length === 0) return null;
    tracked.set(`${tenantId}:${number}`, true, Date.now(), READABLE_TTL_MS);
  }
  return containerTracker(env, tenantId, number);
}
