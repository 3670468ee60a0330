/** Bookings, as the shipper and as the carrier see them. */
import { z } from 'zod';
import { BOOKING_STATES } from '../../domain/booking/states.ts';
import { BOOKING_CONTAINERS_MAX } from '../kit/limits.ts';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import { described, idInput, idOf, instant, oneOf, orNull, text, version, whole } from '../kit/primitives.ts';

const state = oneOf(BOOKING_STATES, 'Where the booking is in its life', 'confirmed');

export const booking = z
  .strictObject({
    id: idOf('bkg', 'Id of the booking'),
    allocationId: idOf('all', 'The space it draws from'),
    carrierId: idOf('car', 'The carrier it is addressed to'),
    origin: text('Port of loading (UN/LOCODE)', 'CNSHA'),
    destination: text('Port of discharge (UN/LOCODE)', 'NLRTM'),
    quantity: whole('Space booked, in the allocation’s unit', 2),
    reference: orNull(text('Your own reference', 'PO-4711')),
    containers: z
      .array(z.string())
      .meta({ description: 'Container numbers, as far as known', examples: [['CSQU3054383']] }),
    state,
    shipmentId: orNull(idOf('shp', 'The shipment it became')),
    createdBy: idOf('usr', 'Who booked'),
    createdAt: instant('When it was made'),
    updatedAt: instant('When it was changed last'),
    version,
  })
  .meta({ id: 'Booking', description: 'A booking of contracted space' });
/** A booking. */
export type Booking = z.infer<typeof booking>;

const auditEntry = z
  .strictObject({
    at: instant('When'),
    subject: idOf('usr', 'Who'),
    action: text('What', 'booking.confirmed'),
    detail: text('More about it', 'shipment shp_01kb2h5m8q3v6x9y2z4a7c0d5e'),
    correlationId: text('The request that did it', '2f1e7a34-6b0f-4d0a-9a1e-0d6f3f1f0c11'),
  })
  .meta({ id: 'AuditEntry', description: 'One line of an audit trail' });
/** One line of a booking's audit trail. */
export type AuditEntry = z.infer<typeof auditEntry>;

const bookingWithAudit = booking
  .extend({ audit: z.array(auditEntry).meta({ description: 'Who did what, oldest first' }) })
  .meta({ id: 'BookingWithAudit', description: 'A booking with its audit trail' });

export const carrierBooking = booking
  .omit({ createdBy: true })
  .extend({
    tenant: z
      .strictObject({ id: idOf('ten', 'Id'), name: text('Name', 'Acme Trading') })
      .meta({ description: 'The shipper who booked' }),
  })
  .meta({
    id: 'CarrierBooking',
    description: 'A booking as the carrier sees it: with the shipper’s name, without its people',
  });
/** A booking as the carrier sees it it is addressed to: with the shipper's name, without its people. */
export type CarrierBooking = z.infer<typeof carrierBooking>;

export const newBooking = z
  .strictObject({
    allocationId: described(z.string().max(60), 'The space to draw from', 'all_01kb2h5m8q3v6x9y2z4a7c0d5e'),
    quantity: described(z.int().min(1).max(10_000), 'Space to book, in the allocation’s unit', 2),
    reference: described(z.string().max(100), 'Your own reference', 'PO-4711').optional(),
    containers: described(
      z.array(z.string().min(4).max(20)).max(BOOKING_CONTAINERS_MAX).default([]),
      'Container numbers, as far as known; no more than the quantity',
      ['CSQU3054383'],
    ),
  })
  .meta({ id: 'NewBooking', description: 'Space to book' });
/** A new booking. */
export type NewBooking = z.output<typeof newBooking>;

const bookingPath = { id: idInput('bkg', 'Id of the booking') };
const reason = described(z.string().max(300), 'Why, for the audit trail', 'cargo not ready').optional();

const transition = z
  .strictObject({ to: oneOf(['confirmed', 'shipped', 'completed', 'cancelled'], 'The state to go to'), reason })
  .meta({ id: 'BookingTransition', description: 'A change of a booking’s state' });
const carrierTransition = z
  .strictObject({ to: oneOf(['confirmed', 'cancelled'], 'Confirm, or decline by cancelling'), reason })
  .meta({ id: 'CarrierBookingTransition', description: 'What a carrier makes of a booking addressed to it' });
/** A change of a booking's state. */
export type Transition = z.output<typeof transition>;

const listQuery = { ...pagedById('bkg'), state: state.optional() };

/** The operations. */
export const bookingOperations = {
  createBooking: operation({
    permission: 'bookings:write',
    summary: 'Book space',
    description:
      'The same Idempotency-Key answers the same booking. Space is never sold twice: of any number of bookings at once ' +
      'those that fit are made and the others are refused.',
    idempotent: true,
    versioned: true,
    input: newBooking,
    output: booking,
    failures: ['not_found', 'allocation.exhausted', 'allocation.expired', 'shard.unavailable'],
  }),
  listBookings: operation({
    permission: 'bookings:read',
    summary: 'List bookings, newest first',
    input: z.strictObject(listQuery),
    output: pageOf('Booking', booking),
    failures: ['not_found', 'shard.unavailable'],
  }),
  getBooking: operation({
    permission: 'bookings:read',
    summary: 'One booking with its audit trail',
    versioned: true,
    input: z.strictObject(bookingPath),
    output: bookingWithAudit,
    failures: ['not_found', 'shard.unavailable'],
  }),
  transitionBooking: operation({
    permission: 'bookings:write',
    summary: 'Confirm, ship, complete or cancel a booking',
    description: 'What has sailed cannot be cancelled. Cancelling gives the space back.',
    ifMatch: true,
    versioned: true,
    input: transition.extend(bookingPath),
    output: booking,
    failures: ['not_found', 'booking.transition_invalid', 'precondition.failed', 'shard.unavailable'],
  }),
  listCarrierBookings: operation({
    permission: 'carrier-bookings:read',
    summary: 'Bookings addressed to your organisation, newest first',
    input: z.strictObject(listQuery),
    output: pageOf('CarrierBooking', carrierBooking),
    failures: ['shard.unavailable'],
  }),
  getCarrierBooking: operation({
    permission: 'carrier-bookings:read',
    summary: 'One booking addressed to your organisation',
    versioned: true,
    input: z.strictObject(bookingPath),
    output: carrierBooking,
    failures: ['not_found', 'shard.unavailable'],
  }),
  transitionCarrierBooking: operation({
    permission: 'carrier-bookings:write',
    summary: 'Confirm or decline a booking that waits for your confirmation',
    ifMatch: true,
    versioned: true,
    input: carrierTransition.extend(bookingPath),
    output: carrierBooking,
    failures: ['not_found', 'booking.transition_invalid', 'precondition.failed', 'shard.unavailable'],
  }),
};
