import { type Stub, stubOf } from '../kit/stub.ts';
import type { ContainerTracker } from './container-tracker.ts';

/** The object of one container of one tenant. */
export function containerTracker(
  env: { CONTAINER_TRACKER: DurableObjectNamespace },
  tenantId: string,
  number: string,
): Stub<ContainerTracker> {
  return stubOf(env.CONTAINER_TRACKER, `${tenantId}:${number}`);
}
