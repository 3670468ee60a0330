/** One getter for each Durable Object namespace: the only places that know how objects are named. */
import type { DeliveryLogApi } from '../contracts/notifications.ts';
import type { EtaCommonsApi, EtaLedgerApi } from '../contracts/eta.ts';
import type { OutboxRelayApi } from '../contracts/procurement.ts';
import type { KeyRingApi, LoginThrottleApi, TenantPolicyApi } from '../contracts/policy.ts';
import type { CarrierInboxApi, ContainerTrackerApi, FleetIndexApi } from '../contracts/tracking.ts';

/** A stub typed by its contract; `fetch` is for WebSocket upgrades. */
export type Stub<Api> = Api & Pick<Fetcher, 'fetch'>;

function named<Api>(namespace: DurableObjectNamespace, name: string): Stub<Api> {
  return namespace.get(namespace.idFromName(name)) as unknown as Stub<Api>;
}

/** The object of one container of one tenant. */
export function containerTracker(
  env: { CONTAINER_TRACKER: DurableObjectNamespace },
  tenantId: string,
  number: string,
): Stub<ContainerTrackerApi> {
  return named(env.CONTAINER_TRACKER, `${tenantId}:${number}`);
}

/** The inbox of one carrier connection. */
export function carrierInbox(
  env: { CARRIER_INBOX: DurableObjectNamespace },
  connectionId: string,
): Stub<CarrierInboxApi> {
  return named(env.CARRIER_INBOX, connectionId);
}

/** The fleet index of one tenant. */
export function fleetIndex(env: { FLEET_INDEX: DurableObjectNamespace }, tenantId: string): Stub<FleetIndexApi> {
  return named(env.FLEET_INDEX, tenantId);
}

/** The ETA ledger of one tenant. */
export function etaLedger(env: { ETA_LEDGER: DurableObjectNamespace }, tenantId: string): Stub<EtaLedgerApi> {
  return named(env.ETA_LEDGER, tenantId);
}

/** What tenants know together of lanes: one for the platform. */
export function etaCommons(env: { ETA_COMMONS: DurableObjectNamespace }): Stub<EtaCommonsApi> {
  return named(env.ETA_COMMONS, 'lanes');
}

/** The policy of one organisation: sessions, revocations, quotas, alerts. */
export function tenantPolicy(env: { TENANT_POLICY: DurableObjectNamespace }, tenantId: string): Stub<TenantPolicyApi> {
  return named(env.TENANT_POLICY, tenantId);
}

/** The ring of keys that sign access tokens: one for the platform. */
export function keyRing(env: { KEY_RING: DurableObjectNamespace }): Stub<KeyRingApi> {
  return named(env.KEY_RING, 'signing');
}

/** The throttle that a hashed account or address belongs to: one of 256. */
export function loginThrottle(env: { LOGIN_THROTTLE: DurableObjectNamespace }, hash: string): Stub<LoginThrottleApi> {
  return named(env.LOGIN_THROTTLE, hash.slice(0, 2));
}

/** The outbound webhooks of one tenant. */
export function deliveryLog(env: { DELIVERY_LOG: DurableObjectNamespace }, tenantId: string): Stub<DeliveryLogApi> {
  return named(env.DELIVERY_LOG, tenantId);
}

/** The outbox relay of one shard. */
export function outboxRelay(env: { OUTBOX_RELAY: DurableObjectNamespace }, shard: string): Stub<OutboxRelayApi> {
  return named(env.OUTBOX_RELAY, shard);
}
