import { type Stub, stubOf } from '../kit/stub.ts';
import type { WebhookEndpoints } from './webhook-endpoints.ts';

/** The webhook endpoints of one tenant. */
export function webhookEndpoints(
  env: { WEBHOOK_ENDPOINTS: DurableObjectNamespace },
  tenantId: string,
): Stub<WebhookEndpoints> {
  return stubOf(env.WEBHOOK_ENDPOINTS, tenantId);
}
