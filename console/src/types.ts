/** The API's objects, by the same contracts the services use. */
export type { Me } from '../../contracts/identity/account.ts';
export type { Carrier, CarrierCustomer } from '../../contracts/identity/carriers.ts';
export type { Invitation, PasswordLink, Session, User } from '../../contracts/identity/people.ts';
export type { SecurityAlert } from '../../contracts/identity/policy.ts';
export type { Allocation } from '../../contracts/procurement/allocations.ts';
export type { Booking, CarrierBooking } from '../../contracts/procurement/bookings.ts';
export type { Shipment } from '../../contracts/procurement/shipments.ts';
export type {
  ApiContainer as Container,
  ApiJourneyEvent as JourneyEvent,
  ApiPosition as Position,
  FleetLine,
} from '../../contracts/tracking/containers.ts';
export type {
  AccuracyPage,
  AccuracyRow,
  ApiEta as Eta,
  ApiModelVersion as ModelVersion,
  PublishedEta,
  Reliability,
} from '../../contracts/tracking/eta.ts';
export type { ContainerFrame, FleetFrame } from '../../contracts/tracking/live.ts';
export type { RouteFeature } from '../../contracts/tracking/routes.ts';

import type { Policy as TenantPolicy } from '../../contracts/identity/policy.ts';

/** A tenant's policy with its version. */
export type Policy = TenantPolicy & { version: number };
