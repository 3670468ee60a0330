import { z } from '@hono/zod-openapi';
import {
  type Idempotent,
  newAllocationSchema,
  newBookingSchema,
  transitionSchema,
} from '../../../contracts/procurement.ts';
import { ok, type Result } from '../../../contracts/result.ts';
import { BOOKING_STATES } from '../../../domain/booking/states.ts';
import { bookmarkOf, type GatewayContext, refuseWith, versionedAnswer, withBookmark } from '../context.ts';
import { operation } from '../operation.ts';
import { allocationSchema, bookingSchema, idParam, pageOf, paging, shipmentSchema } from '../schemas.ts';

const code = z
  .string()
  .regex(/^[A-Z]{2}[A-Z0-9]{3}$/)
  .optional();

function created<T extends { id: string; version: number }>(
  c: GatewayContext,
  result: Result<Idempotent<T>>,
  path: string,
): Response {
  if (!result.ok) return refuseWith(c, result);
  const { value, replayed, bookmark } = result.value;
  withBookmark(c, bookmark);
  if (replayed) c.header('idempotency-replayed', 'true');
  c.header('etag', `"${value.version}"`);
  c.header('location', `${path}/${value.id}`);
  return c.json(value, 201);
}

function page<T>(
  c: GatewayContext,
  result: Result<{ items: T[]; nextCursor: string | null; bookmark: string | null }>,
): Response {
  if (!result.ok) return refuseWith(c, result);
  const { bookmark, ...rest } = result.value;
  withBookmark(c, bookmark);
  return c.json(rest);
}

/** An object with its ETag and bookmark; 304 when the client has this version. */
function versioned(c: GatewayContext, value: { version: number }, bookmark: string | null): Response {
  withBookmark(c, bookmark);
  return versionedAnswer(c, ok(value));
}

/** Contracted space, bookings and shipments. */
export const procurementRoutes = [
  operation({
    method: 'post',
    path: '/v1/allocations',
    tag: 'Procurement',
    summary: 'Create contracted space',
    access: 'allocations:write',
    keyed: true,
    body: newAllocationSchema,
    status: 201,
    answer: allocationSchema,
    handle: async ({ c, actor, body, key }) =>
      created(c, await c.env.PROCUREMENT.createAllocation(actor, body, key), '/v1/allocations'),
  }),
  operation({
    method: 'get',
    path: '/v1/allocations',
    tag: 'Procurement',
    summary: 'List contracted space, newest first',
    access: 'allocations:read',
    query: z.strictObject({ ...paging, origin: code, destination: code }),
    answer: pageOf('Allocation', allocationSchema),
    handle: async ({ c, actor, query }) =>
      page(c, await c.env.PROCUREMENT.listAllocations(actor, { ...query, bookmark: bookmarkOf(c) })),
  }),
  operation({
    method: 'get',
    path: '/v1/allocations/{id}',
    tag: 'Procurement',
    summary: 'One allocation',
    access: 'allocations:read',
    params: idParam,
    answer: allocationSchema,
    conditional: true,
    handle: async ({ c, actor, params }) => {
      const found = await c.env.PROCUREMENT.getAllocation(actor, params.id, bookmarkOf(c));
      return found.ok ? versioned(c, found.value.item, found.value.bookmark) : refuseWith(c, found);
    },
  }),
  operation({
    method: 'post',
    path: '/v1/bookings',
    tag: 'Procurement',
    summary: 'Book space; the same Idempotency-Key answers the same booking',
    access: 'bookings:write',
    keyed: true,
    body: newBookingSchema,
    status: 201,
    answer: bookingSchema,
    also: {
      404: 'There is no such allocation',
      409: 'Not enough space left, or closed, or the first request of this key is still running',
    },
    handle: async ({ c, actor, body, key }) =>
      created(c, await c.env.PROCUREMENT.createBooking(actor, body, key), '/v1/bookings'),
  }),
  operation({
    method: 'get',
    path: '/v1/bookings',
    tag: 'Procurement',
    summary: 'List bookings, newest first',
    access: 'bookings:read',
    query: z.strictObject({ ...paging, state: z.enum(BOOKING_STATES).optional() }),
    answer: pageOf('Booking', bookingSchema),
    handle: async ({ c, actor, query }) =>
      page(c, await c.env.PROCUREMENT.listBookings(actor, { ...query, bookmark: bookmarkOf(c) })),
  }),
  operation({
    method: 'get',
    path: '/v1/bookings/{id}',
    tag: 'Procurement',
    summary: 'One booking with its audit trail',
    access: 'bookings:read',
    params: idParam,
    answer: bookingSchema,
    conditional: true,
    handle: async ({ c, actor, params }) => {
      const found = await c.env.PROCUREMENT.getBooking(actor, params.id, bookmarkOf(c));
      if (!found.ok) return refuseWith(c, found);
      const { item, audit, bookmark } = found.value;
      return versioned(c, { ...item, audit } as { version: number }, bookmark);
    },
  }),
  operation({
    method: 'post',
    path: '/v1/bookings/{id}/transitions',
    tag: 'Procurement',
    summary: 'Confirm, ship, complete or cancel a booking',
    access: 'bookings:write',
    params: idParam,
    ifMatch: true,
    body: transitionSchema,
    answer: bookingSchema,
    also: { 409: 'Not a step the booking can take' },
    handle: async ({ c, actor, params, body, version }) => {
      const changed = await c.env.PROCUREMENT.transitionBooking(actor, params.id, body, version);
      return changed.ok ? versioned(c, changed.value.value, changed.value.bookmark) : refuseWith(c, changed);
    },
  }),
  operation({
    method: 'get',
    path: '/v1/shipments',
    tag: 'Procurement',
    summary: 'List shipments, newest first',
    access: 'shipments:read',
    query: z.strictObject(paging),
    answer: pageOf('Shipment', shipmentSchema),
    handle: async ({ c, actor, query }) =>
      page(c, await c.env.PROCUREMENT.listShipments(actor, { ...query, bookmark: bookmarkOf(c) })),
  }),
  operation({
    method: 'get',
    path: '/v1/shipments/{id}',
    tag: 'Procurement',
    summary: 'One shipment',
    access: 'shipments:read',
    params: idParam,
    answer: shipmentSchema,
    handle: async ({ c, actor, params }) => {
      const found = await c.env.PROCUREMENT.getShipment(actor, params.id, bookmarkOf(c));
      if (!found.ok) return refuseWith(c, found);
      withBookmark(c, found.value.bookmark);
      return c.json(found.value.item);
    },
  }),
];
