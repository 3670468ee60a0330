import { type Stub, stubOf } from '../kit/stub.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { nameOf } from './names.ts';

interface Env {
  DELIVERY_LOG: DurableObjectNamespace;
}

/** What waits for one endpoint of a tenant, and what it has had. */
export function deliveryLog(env: Env, tenantId: string, endpointId: string): Stub<DeliveryLog> {
  return stubOf(env.DELIVERY_LOG, nameOf(tenantId, endpointId));
}

/** The one log of all of a tenant's endpoints that version 0.5.0 and earlier had. */
export function legacyDeliveryLog(env: Env, tenantId: string): Stub<DeliveryLog> {
  return stubOf(env.DELIVERY_LOG, tenantId);
}
