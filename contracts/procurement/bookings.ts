/** Bookings, as the shipper sees them. */
import { z } from 'zod';
import { CONFIRMATION_MEANS, CONFIRMATION_SOURCES } from '../../domain/booking/confirmation.ts';
import { BOOKING_STATES } from '../../domain/booking/states.ts';
import { BOOKING_CONTAINERS_MAX } from '../kit/limits.ts';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import {
  described,
  idInput,
  idOf,
  instant,
  instantInput,
  oneOf,
  orNull,
  text,
  version,
  whole,
} from '../kit/primitives.ts';
import { auditTrail } from './audit.ts';

const bookingState = oneOf(BOOKING_STATES, 'Where the booking is in its life', 'confirmed');
const means = oneOf(CONFIRMATION_MEANS, 'How the carrier gave its confirmation');

const confirmation = z
  .strictObject({
    how: oneOf(
      CONFIRMATION_SOURCES,
      '`contract`: at once, as the contract has it; `carrier`: by the carrier’s own people; `recorded`: by the carrier ' +
        'outside of the platform, which the shipper recorded; `unattributed`: before these were told apart',
      'carrier',
    ),
    subject: orNull(
      idOf('usr', 'Who confirmed or recorded it; null within the contract, and where it is another’s person'),
    ),
    at: instant('When it was confirmed'),
    means: orNull(oneOf(CONFIRMATION_MEANS, 'For what was recorded: how the carrier gave it', 'telephone')),
    spokeWith: orNull(text('For what was recorded: with whom somebody spoke, if it is known', 'The export desk')),
  })
  .meta({ id: 'Confirmation', description: 'Who confirmed a booking' });

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
    state: bookingState,
    confirmedBy: orNull(confirmation),
    shipmentId: orNull(idOf('shp', 'The shipment it became')),
    createdBy: idOf('usr', 'Who booked'),
    createdAt: instant('When it was made'),
    updatedAt: instant('When it was changed last'),
    version,
  })
  .meta({ id: 'Booking', description: 'A booking of contracted space' });
/** A booking. */
export type Booking = z.infer<typeof booking>;

const bookingWithAudit = booking
  .extend({ audit: auditTrail })
  .meta({ id: 'BookingWithAudit', description: 'A booking with its audit trail' });

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

export const bookingPath = { id: idInput('bkg', 'Id of the booking') };
export const reason = described(z.string().max(300), 'Why, for the audit trail', 'cargo not ready').optional();

const transition = z
  .strictObject({
    to: oneOf(
      ['confirmed', 'shipped', 'completed', 'cancelled'],
      'The state to go to; `confirmed` is the carrier’s to say, and always refused here',
      'cancelled',
    ),
    reason,
  })
  .meta({ id: 'BookingTransition', description: 'A change of a booking’s state' });

const carrierConfirmation = z
  .strictObject({
    means,
    spokeWith: described(
      z.string().min(1).max(100),
      'With whom of the carrier you spoke',
      'The export desk',
    ).optional(),
    confirmedAt: instantInput('When the carrier confirmed; not in the future, and now when it is left out').optional(),
    reason,
  })
  .meta({ id: 'CarrierConfirmation', description: 'A confirmation that the carrier gave outside of the platform' });

export const bookingsQuery = { ...pagedById('bkg'), state: bookingState.optional() };

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
    failures: [
      'conflict.exists',
      'not_found',
      'allocation.closed',
      'allocation.contended',
      'allocation.departed',
      'allocation.exhausted',
      'allocation.expired',
      'shard.unavailable',
    ],
  }),
  listBookings: operation({
    permission: 'bookings:read',
    summary: 'List bookings, newest first',
    input: z.strictObject(bookingsQuery),
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
    summary: 'Ship, complete or cancel a booking',
    description:
      'What has sailed cannot be cancelled. Cancelling gives the space back. To confirm is the carrier’s alone and 403 ' +
      'here; what it confirmed outside of the platform is recorded by `recordCarrierConfirmation`.',
    ifMatch: true,
    versioned: true,
    input: transition.extend(bookingPath),
    output: booking,
    failures: ['not_found', 'booking.transition_invalid', 'shard.unavailable'],
  }),
  recordCarrierConfirmation: operation({
    permission: 'bookings:confirm-for-carrier',
    summary: 'Record that the carrier has confirmed a booking outside of the platform',
    description:
      'For a booking that waits for the carrier’s confirmation, which came by telephone or e-mail. The booking and its ' +
      'trail say that it was recorded, by whom, and how the carrier gave it; the carrier sees so too.',
    ifMatch: true,
    versioned: true,
    input: carrierConfirmation.extend(bookingPath),
    output: booking,
    failures: ['not_found', 'booking.transition_invalid', 'shard.unavailable', 'unprocessable'],
  }),
};
