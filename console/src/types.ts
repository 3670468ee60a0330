/** The API's objects, by the same contracts the services use. */
export type { Carrier, Me } from '../../contracts/identity.ts';
export type { Allocation, AuditEntry, Booking, Shipment } from '../../contracts/procurement.ts';
export type { ContainerView, FleetSummary, RouteFeature, StoredEvent } from '../../contracts/tracking.ts';
export type { Position } from '../../domain/positions/chunk.ts';
