/** The notifications service's contract: outbound webhooks. */
import { contract } from '../kit/operation.ts';
import { readinessOperation } from '../kit/readiness.ts';
import { deliveryOperations } from './deliveries.ts';
import { endpointOperations } from './endpoints.ts';

/** The notifications service's operations. */
export const notifications = contract('notifications', {
  ...endpointOperations,
  ...deliveryOperations,
  ...readinessOperation,
});
