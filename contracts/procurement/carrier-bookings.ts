/** Bookings as the carrier sees them: those addressed to it, each with the customer who made it. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pageOf } from '../kit/paging.ts';
import { idInput, idOf, oneOf, text, whole } from '../kit/primitives.ts';
import { booking, bookingPath, bookingsQuery, reason } from './bookings.ts';

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

const carrierBookingPage = z
  .strictObject({
    ...pageOf('CarrierBooking', carrierBooking).shape,
    lacking: z
      .array(
        z.strictObject({ tenantId: idOf('ten', 'Id of the customer'), name: text('Name of the customer', 'Acme') }),
      )
      .meta({ description: 'Customers whose bookings this page lacks, since their records cannot be reached now' }),
    lackingMore: whole('Further such customers, which are not named', 0),
  })
  .meta({ id: 'CarrierBookingList', description: 'A page of the bookings addressed to a carrier, and what it lacks' });
/** A page of the bookings addressed to a carrier, with the customers whose bookings it lacks. */
export type CarrierBookingPage = z.infer<typeof carrierBookingPage>;

const customer = { tenantId: idInput('ten', 'Id of the customer') };
const ofCustomer = { ...customer, ...bookingPath };

const carrierTransition = z
  .strictObject({ to: oneOf(['confirmed', 'cancelled'], 'Confirm, or decline by cancelling'), reason })
  .meta({ id: 'CarrierBookingTransition', description: 'What a carrier makes of a booking addressed to it' });

/** The operations. */
export const carrierBookingOperations = {
  listCarrierBookings: operation({
    permission: 'carrier-bookings:read',
    summary: 'Bookings addressed to your organisation, newest first',
    description:
      'Bookings are kept by customer. When the records of some cannot be reached, the page has those of all others and ' +
      'names in `lacking` whose it lacks. Its cursor goes on among the others, and does not come back for what is ' +
      'lacking: to get a whole list, ask again later from the first page, until no page lacks anything.',
    input: z.strictObject({ ...bookingsQuery, tenantId: idInput('ten', 'Only this customer').optional() }),
    output: carrierBookingPage,
    failures: ['not_found', 'shard.unavailable'],
  }),
  getCarrierBooking: operation({
    permission: 'carrier-bookings:read',
    summary: 'One booking addressed to your organisation',
    versioned: true,
    input: z.strictObject(ofCustomer),
    output: carrierBooking,
    failures: ['not_found', 'shard.unavailable'],
  }),
  transitionCarrierBooking: operation({
    permission: 'carrier-bookings:write',
    summary: 'Confirm or decline a booking that waits for your confirmation',
    ifMatch: true,
    versioned: true,
    input: carrierTransition.extend(ofCustomer),
    output: carrierBooking,
    failures: ['not_found', 'booking.transition_invalid', 'shard.unavailable'],
  }),
};
