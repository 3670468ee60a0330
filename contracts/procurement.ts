/** What crosses the procurement service's boundary. */
import { z } from 'zod';
import type { BookingState } from '../domain/booking/states.ts';
import { BOOKING_CONTAINERS_MAX } from '../platform/limits.ts';
import type { Actor } from './actor.ts';
import type { Keyed, Page, Result } from './result.ts';

const unLocationCode = z.string().regex(/^[A-Z]{2}[A-Z0-9]{3}$/, 'must be a UN/LOCODE such as NLRTM');

/** New contracted space on a lane with a carrier, for a sailing or a week. */
export const newAllocationSchema = z.strictObject({
  carrierId: z.string().max(60),
  origin: unLocationCode,
  destination: unLocationCode,
  /** The sailing or week the space is for, such as `2026-W48` or a voyage number. */
  period: z.string().min(1).max(40),
  unit: z.enum(['container', 'teu']).default('container'),
  capacity: z.int().min(1).max(100_000),
  departureAt: z.iso.datetime({ offset: true }),
  arrivalAt: z.iso.datetime({ offset: true }),
  /** Bookings are refused from this instant on. */
  closesAt: z.iso.datetime({ offset: true }).optional(),
  /** `instant`: a booking within the contract is confirmed at once; `carrier`: the carrier confirms. */
  confirmation: z.enum(['instant', 'carrier']).default('instant'),
});

/** A new booking: space from an allocation, and the containers if already known. */
export const newBookingSchema = z.strictObject({
  allocationId: z.string().max(60),
  quantity: z.int().min(1).max(10_000),
  reference: z.string().max(100).optional(),
  containers: z.array(z.string().min(4).max(20)).max(BOOKING_CONTAINERS_MAX).default([]),
});

/** A change of a booking's state. */
export const transitionSchema = z.strictObject({
  to: z.enum(['confirmed', 'shipped', 'completed', 'cancelled']),
  reason: z.string().max(300).optional(),
});

/** Contracted space. */
export interface Allocation {
  id: string;
  carrierId: string;
  origin: string;
  destination: string;
  period: string;
  unit: 'container' | 'teu';
  capacity: number;
  booked: number;
  remaining: number;
  departureAt: string;
  arrivalAt: string;
  closesAt: string | null;
  confirmation: 'instant' | 'carrier';
  version: number;
}

/** A booking. */
export interface Booking {
  id: string;
  allocationId: string;
  carrierId: string;
  origin: string;
  destination: string;
  quantity: number;
  reference: string | null;
  containers: string[];
  state: BookingState;
  shipmentId: string | null;
  createdBy: string;
  createdAt: string;
  updatedAt: string;
  version: number;
}

/** A shipment: what a confirmed booking becomes. */
export interface Shipment {
  id: string;
  bookingId: string;
  carrierId: string;
  origin: string;
  destination: string;
  containers: string[];
  departureAt: string;
  arrivalAt: string;
  state: BookingState;
  createdAt: string;
}

/** One line of a booking's audit trail. */
export interface AuditEntry {
  at: string;
  subject: string;
  action: string;
  detail: string;
  correlationId: string;
}

/** A list query with the bookmark that lets a client read its own writes from a replica. */
export interface ListQuery {
  cursor?: string | undefined;
  limit: number;
  bookmark?: string | undefined;
}

/** A read with the bookmark to hand back. */
export type Bookmarked<T> = T & { bookmark: string | null };

/** The answer to a keyed write, with the bookmark to hand back. */
export type Idempotent<T> = Bookmarked<Keyed<T>>;

/** What a carrier may make of a booking that is addressed to it. */
export const carrierTransitionSchema = z.strictObject({
  to: z.enum(['confirmed', 'cancelled']),
  reason: z.string().max(300).optional(),
});

/** A booking as the carrier sees it it is addressed to: with the shipper's name, without its people. */
export interface CarrierBooking extends Omit<Booking, 'createdBy'> {
  tenant: { id: string; name: string };
}

/** The procurement service's methods. */
export interface ProcurementApi {
  createAllocation(
    actor: Actor,
    input: z.infer<typeof newAllocationSchema>,
    idempotencyKey: string,
  ): Promise<Result<Idempotent<Allocation>>>;
  listAllocations(
    actor: Actor,
    query: ListQuery & { origin?: string | undefined; destination?: string | undefined },
  ): Promise<Result<Bookmarked<Page<Allocation>>>>;
  getAllocation(actor: Actor, id: string, bookmark?: string): Promise<Result<Bookmarked<{ item: Allocation }>>>;
  createBooking(
    actor: Actor,
    input: z.infer<typeof newBookingSchema>,
    idempotencyKey: string,
  ): Promise<Result<Idempotent<Booking>>>;
  listBookings(
    actor: Actor,
    query: ListQuery & { state?: string | undefined },
  ): Promise<Result<Bookmarked<Page<Booking>>>>;
  getBooking(
    actor: Actor,
    id: string,
    bookmark?: string,
  ): Promise<Result<Bookmarked<{ item: Booking; audit: AuditEntry[] }>>>;
  transitionBooking(
    actor: Actor,
    id: string,
    input: z.infer<typeof transitionSchema>,
    expectedVersion: number,
  ): Promise<Result<Idempotent<Booking>>>;
  /** As a carrier: the bookings addressed to it, in whichever tenant. */
  listCarrierBookings(
    actor: Actor,
    query: { cursor?: string | undefined; limit: number; state?: string | undefined },
  ): Promise<Result<Page<CarrierBooking>>>;
  getCarrierBooking(actor: Actor, id: string): Promise<Result<CarrierBooking>>;
  transitionCarrierBooking(
    actor: Actor,
    id: string,
    input: z.infer<typeof carrierTransitionSchema>,
    expectedVersion: number,
  ): Promise<Result<CarrierBooking>>;
  listShipments(actor: Actor, query: ListQuery): Promise<Result<Bookmarked<Page<Shipment>>>>;
  getShipment(actor: Actor, id: string, bookmark?: string): Promise<Result<Bookmarked<{ item: Shipment }>>>;
}

/** The methods of a shard's outbox relay. */
export interface OutboxRelayApi {
  /** Makes sure the relay will look at the shard soon and for some minutes to come. */
  arm(shard: string): Promise<void>;
  /** Sends what waits now. */
  drain(shard: string): Promise<void>;
}

/** One message of the `procurement-events` queue. */
export const procurementEventSchema = z.strictObject({
  v: z.literal(1),
  id: z.string(),
  tenantId: z.string(),
  type: z.enum(['booking.confirmed', 'booking.shipped', 'booking.completed', 'booking.cancelled']),
  at: z.number(),
  correlationId: z.string(),
  data: z.strictObject({
    bookingId: z.string(),
    shipmentId: z.string().nullable(),
    carrierId: z.string(),
    origin: z.string(),
    destination: z.string(),
    quantity: z.number(),
    reference: z.string().nullable(),
    containers: z.array(z.string()),
    promisedArrivalAt: z.string(),
  }),
});

/** A procurement event. */
export type ProcurementEvent = z.infer<typeof procurementEventSchema>;
