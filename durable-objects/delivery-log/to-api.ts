/** An endpoint's deliveries and health as the API shows them. */
import type { DeliveryRecord } from '../../contracts/notifications/deliveries.ts';
import type { EndpointHealth } from '../../contracts/notifications/endpoints.ts';
import { toInstant, toInstantOrNull } from '../../platform/instants.ts';
import { stateOf } from './sender.ts';
import type { DeliveryRow } from './rows.ts';
import type { DeliveryStorage } from './storage.ts';

/** A delivery of an endpoint. */
export function deliveryToApi(endpointId: string, row: DeliveryRow): DeliveryRecord {
  return {
    id: row.id,
    endpointId,
    eventId: row.event_id,
    type: row.type,
    status: row.status,
    attempts: row.attempts,
    lastStatus: row.last_status,
    lastError: row.last_error,
    createdAt: toInstant(row.created_at),
    nextAttemptAt: toInstantOrNull(row.next_at),
    deliveredAt: row.status === 'delivered' ? toInstantOrNull(row.settled_at) : null,
  };
}

/** How deliveries to an endpoint stand at an instant. */
export function healthToApi(storage: DeliveryStorage, now: number): EndpointHealth {
  const { standing, pending } = storage;
  const last = storage.lastDelivered();
  return {
    state: stateOf(standing),
    pending,
    oldestPendingAt: pending > 0 ? toInstantOrNull(storage.oldestPendingAt()) : null,
    nextAttemptAt: standing.pace.notBefore > now ? toInstant(standing.pace.notBefore) : null,
    lastDeliveredAt: toInstantOrNull(last?.settled_at ?? null),
    lastStatus: standing.lastStatus ?? (standing.lastError === null ? (last?.last_status ?? null) : null),
    lastError: standing.lastError,
    refused: standing.refused,
  };
}
