/** What a delivery log is named by, and the object that knows its endpoint. */
import { type Stub, stubOf } from '../kit/stub.ts';
import type { EndpointConfig } from '../webhook-endpoints/storage.ts';

/** The name of the log of a tenant's endpoint. */
export const nameOf = (tenantId: string, endpointId: string): string => `${tenantId}/${endpointId}`;

/** The tenant and the endpoint of a log's name; of the logs of earlier versions there is no endpoint. */
export function namesOf(name: string): { tenantId: string; endpointId: string | null } {
  const [tenantId, endpointId] = name.split('/');
  return { tenantId: tenantId!, endpointId: endpointId ?? null };
}

/** As much of a tenant's endpoints as a log asks; the class itself knows logs, and files do not import each other in circles. */
interface Endpoints {
  config(id: string): Promise<EndpointConfig | null>;
  endpoints(): Promise<unknown>;
}

/** The endpoints of a log's tenant. */
export function endpointsOf(env: { WEBHOOK_ENDPOINTS: DurableObjectNamespace }, tenantId: string): Stub<Endpoints> {
  return stubOf(env.WEBHOOK_ENDPOINTS, tenantId);
}
