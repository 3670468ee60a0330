import { type Stub, stubOf } from '../kit/stub.ts';
import type { FleetIndex } from './fleet-index.ts';

/** The fleet index of one tenant. */
export function fleetIndex(env: { FLEET_INDEX: DurableObjectNamespace }, tenantId: string): Stub<FleetIndex> {
  return stubOf(env.FLEET_INDEX, tenantId);
}
