/** What a carrier's people see: who works with the carrier, and what is addressed to it. */
import { z } from '@hono/zod-openapi';
import { carrierTransitionSchema } from '../../../contracts/procurement.ts';
import { BOOKING_STATES } from '../../../domain/booking/states.ts';
import { answer, versionedAnswer } from '../context.ts';
import { operation } from '../operation.ts';
import { carrierBookingSchema, carrierCustomerSchema, idParam, pageOf, paging } from '../schemas.ts';

/** The carrier's side. */
export const carrierRoutes = [
  operation({
    method: 'get',
    path: '/v1/carrier/customers',
    tag: 'For carriers',
    summary: 'The tenants that have invited your organisation',
    access: 'carrier-bookings:read',
    query: z.strictObject(paging),
    answer: pageOf('CarrierCustomer', carrierCustomerSchema),
    handle: async ({ c, actor, query }) => answer(c, await c.env.IDENTITY.listCarrierCustomers(actor, query)),
  }),
  operation({
    method: 'get',
    path: '/v1/carrier/bookings',
    tag: 'For carriers',
    summary: 'Bookings addressed to your organisation, newest first',
    access: 'carrier-bookings:read',
    query: z.strictObject({ ...paging, state: z.enum(BOOKING_STATES).optional() }),
    answer: pageOf('CarrierBooking', carrierBookingSchema),
    handle: async ({ c, actor, query }) => answer(c, await c.env.PROCUREMENT.listCarrierBookings(actor, query)),
  }),
  operation({
    method: 'get',
    path: '/v1/carrier/bookings/{id}',
    tag: 'For carriers',
    summary: 'One booking addressed to your organisation',
    access: 'carrier-bookings:read',
    conditional: true,
    params: idParam,
    answer: carrierBookingSchema,
    handle: async ({ c, actor, params }) =>
      versionedAnswer(c, await c.env.PROCUREMENT.getCarrierBooking(actor, params.id)),
  }),
  operation({
    method: 'post',
    path: '/v1/carrier/bookings/{id}/transitions',
    tag: 'For carriers',
    summary: 'Confirm or decline a booking that waits for your word',
    access: 'carrier-bookings:write',
    ifMatch: true,
    params: idParam,
    body: carrierTransitionSchema,
    answer: carrierBookingSchema,
    also: { 409: 'It does not wait for your word' },
    handle: async ({ c, actor, params, body, version }) =>
      versionedAnswer(c, await c.env.PROCUREMENT.transitionCarrierBooking(actor, params.id, body, version)),
  }),
];
