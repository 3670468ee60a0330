/**
 * What version 0.5.0 and earlier kept in one object for all endpoints of a tenant, for the tenant's endpoints of today to
 * take over. Only objects that such a version made have these tables.
 */
import type { DeliveryColumns } from './rows.ts';

/** An endpoint of then, its secrets sealed. */
export interface LegacyEndpoint {
  id: string;
  url: string;
  types: string;
  description: string;
  status: 'active' | 'disabled';
  secret: string;
  previous_secret: string | null;
  previous_until: number;
  created_at: string;
}

/** A delivery of then. */
export type LegacyDelivery = DeliveryColumns & { delivered_at: number | null };

/** Whether an object's storage is of such a version. */
export function isLegacy(storage: DurableObjectStorage): boolean {
  const found = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'endpoints'").toArray();
  return found.length > 0;
}

/** All endpoints of then. */
export function legacyEndpoints(storage: DurableObjectStorage): LegacyEndpoint[] {
  return storage.sql
    .exec<LegacyEndpoint & Record<string, SqlStorageValue>>(
      `SELECT id, url, types, description, status, secret, previous_secret, previous_until, created_at
       FROM endpoints ORDER BY id`,
    )
    .toArray();
}

/** Deliveries of one endpoint of then by id, after one. */
export function legacyDeliveries(
  storage: DurableObjectStorage,
  endpointId: string,
  afterId: string,
  limit: number,
): LegacyDelivery[] {
  return storage.sql
    .exec<LegacyDelivery>(
      `SELECT id, event_id, type, body, status, attempts, last_status, last_error, created_at, next_at, delivered_at
       FROM deliveries WHERE endpoint_id = ? AND id > ? ORDER BY id LIMIT ?`,
      endpointId,
      afterId,
      limit,
    )
    .toArray();
}
