/** Taking over what version 0.5.0 and earlier kept of a tenant's endpoints in one object. */
import { toInstant } from '../../platform/instants.ts';
import { deliveryLog, legacyDeliveryLog } from '../delivery-log/stub.ts';
import type { LegacyEndpoint } from '../delivery-log/legacy.ts';
import type { EndpointConfig, EndpointStorage } from './storage.ts';

/** Deliveries carried over at once. Ours: some 500 KB. */
const AT_ONCE = 500;

/**
 * Moves endpoints and deliveries to where they are today. Cut off in the middle it begins again and finds what is there
 * already: the old object is emptied last.
 */
export async function adoptLegacy(
  env: { DELIVERY_LOG: DurableObjectNamespace },
  tenantId: string,
  storage: EndpointStorage,
): Promise<void> {
  const legacy = legacyDeliveryLog(env, tenantId);
  const endpoints = await legacy.legacyEndpoints();
  for (const endpoint of endpoints) {
    const log = deliveryLog(env, tenantId, endpoint.id);
    for (let afterId = ''; ; ) {
      const rows = await legacy.legacyDeliveries(endpoint.id, afterId, AT_ONCE);
      await log.adopt(rows, endpoint.status === 'disabled');
      if (rows.length < AT_ONCE) break;
      afterId = rows.at(-1)!.id;
    }
    storage.upsert(toConfig(endpoint));
  }
  if (endpoints.length > 0) await legacy.forgetLegacy();
}

function toConfig({
  id,
  url,
  types,
  description,
  created_at: createdAt,
  ...row
}: LegacyEndpoint): Omit<EndpointConfig, 'version'> {
  return {
    id,
    url,
    types: JSON.parse(types) as EndpointConfig['types'],
    carrierIds: [],
    lanes: [],
    description,
    createdAt: toInstant(Date.parse(createdAt)),
    sealedSecret: row.secret,
    previousSecret: row.previous_secret,
    previousUntil: row.previous_until,
  };
}
