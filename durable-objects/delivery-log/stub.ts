import { type Stub, stubOf } from '../kit/stub.ts';
import type { DeliveryLog } from './delivery-log.ts';

/** The outbound webhooks of one tenant. */
export function deliveryLog(env: { DELIVERY_LOG: DurableObjectNamespace }, tenantId: string): Stub<DeliveryLog> {
  return stubOf(env.DELIVERY_LOG, tenantId);
}
