import type { Policy as TenantPolicy, Versioned } from '../../contracts/policy.ts';

/** The API's objects, by the same contracts the services use. */
export type {
  Carrier,
  CarrierCustomer,
  Invitation,
  Me,
  PasswordLink,
  User,
} from '../../contracts/identity.ts';
export type { SecurityAlert, Session } from '../../contracts/policy.ts';
export type { Allocation, AuditEntry, Booking, CarrierBooking, Shipment } from '../../contracts/procurement.ts';
export type { ContainerView, FleetSummary, RouteFeature, StoredEvent } from '../../contracts/tracking.ts';
export type { AccuracyPage, AccuracyRow, ModelVersion, Reliability } from '../../contracts/eta.ts';
export type { Eta, SaidEta } from '../../domain/eta/eta.ts';
export type { Position } from '../../domain/positions/chunk.ts';

/** A tenant's policy with its version. */
export type Policy = Versioned<TenantPolicy>;
