import { z } from '@hono/zod-openapi';
import {
  type Idempotent,
  newAllocationSchema,
  newBookingSchema,
  transitionSchema,
} from '../../../contracts/procurement.ts';
import { fail, type Failure, type Result } from '../../../contracts/result.ts';
import { BOOKING_STATES } from '../../../domain/booking/states.ts';
import { bookmarkOf, expectedVersion, type GatewayContext, refuseWith, withBookmark } from '../context.ts';
import { operation } from '../operation.ts';
import { problem } from '../problems.ts';
import { allocationSchema, bookingSchema, idParam, pageOf, paging, shipmentSchema } from '../schemas.ts';

const keyHeader = z.object({ 'idempotency-key': z.string().min(8).max(128) });
const matchHeader = z.object({ 'if-match': z.string() });
const code = z
  .string()
  .regex(/^[A-Z]{2}[A-Z0-9]{3}$/)
  .optional();

function idempotencyKey(c: GatewayContext): string | Failure {
  const key = c.req.header('idempotency-key') ?? '';
  if (/^[\x21-\x7e]{8,128}$/.test(key)) return key;
  return fail('invalid', 'An Idempotency-Key header of 8 to 128 visible characters is required', {
    faults: [
      {
        pointer: '/header/Idempotency-Key',
        code: 'required',
        detail: 'Use a fresh UUID for each new request and the same one for its retries',
      },
    ],
  });
}

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

/** If-None-Match: a list, or `*`, compared weakly (RFC 9110 section 13.1.2). */
function matchesEtag(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((entry) => entry.trim() === '*' || entry.trim().replace(/^W\//, '') === etag);
}

/** An object with its ETag; 304 when the client has this version. */
function versioned(c: GatewayContext, value: { version: number }, bookmark: string | null): Response {
  withBookmark(c, bookmark);
  const etag = `"${value.version}"`;
  c.header('etag', etag);
  if (c.req.method === 'GET' && matchesEtag(c.req.header('if-none-match'), etag)) return c.body(null, 304);
  return c.json(value);
}

/** Contracted space, bookings and shipments. */
export const procurementRoutes = [
  operation({
    method: 'post',
    path: '/v1/allocations',
    tag: 'Procurement',
    summary: 'Create contracted space',
    access: 'allocations:write',
    headers: keyHeader,
    body: newAllocationSchema,
    status: 201,
    answer: allocationSchema,
    also: { 422: 'The key belongs to another request', 503: 'The shard cannot be reached' },
    handle: async ({ c, actor, body }) => {
      const key = idempotencyKey(c);
      if (typeof key !== 'string') return refuseWith(c, key);
      return created(c, await c.env.PROCUREMENT.createAllocation(actor, body, key), '/v1/allocations');
    },
  }),
  operation({
    method: 'get',
    path: '/v1/allocations',
    tag: 'Procurement',
    summary: 'List contracted space, newest first',
    access: 'allocations:read',
    query: z.strictObject({ ...paging, origin: code, destination: code }),
    answer: pageOf('Allocation', allocationSchema),
    also: { 503: 'The shard cannot be reached' },
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
    also: { 304: 'Not modified', 503: 'The shard cannot be reached' },
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
    headers: keyHeader,
    body: newBookingSchema,
    status: 201,
    answer: bookingSchema,
    also: {
      409: 'Not enough space left, or closed',
      422: 'The key belongs to another request',
      503: 'The shard cannot be reached',
    },
    handle: async ({ c, actor, body }) => {
      const key = idempotencyKey(c);
      if (typeof key !== 'string') return refuseWith(c, key);
      return created(c, await c.env.PROCUREMENT.createBooking(actor, body, key), '/v1/bookings');
    },
  }),
  operation({
    method: 'get',
    path: '/v1/bookings',
    tag: 'Procurement',
    summary: 'List bookings, newest first',
    access: 'bookings:read',
    query: z.strictObject({ ...paging, state: z.enum(BOOKING_STATES).optional() }),
    answer: pageOf('Booking', bookingSchema),
    also: { 503: 'The shard cannot be reached' },
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
    also: { 304: 'Not modified', 503: 'The shard cannot be reached' },
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
    headers: matchHeader,
    body: transitionSchema,
    answer: bookingSchema,
    also: {
      409: 'Not a step the booking can take',
      412: 'Changed since you read it',
      428: 'If-Match is required',
      503: 'The shard cannot be reached',
    },
    handle: async ({ c, actor, params, body }) => {
      if (!c.req.header('if-match')) {
        return problem(
          428,
          'Precondition required',
          'Send If-Match with the ETag you have read',
          c.get('correlationId'),
        );
      }
      const version = expectedVersion(c);
      if (typeof version !== 'number') return refuseWith(c, version);
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
    also: { 503: 'The shard cannot be reached' },
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
    also: { 503: 'The shard cannot be reached' },
    handle: async ({ c, actor, params }) => {
      const found = await c.env.PROCUREMENT.getShipment(actor, params.id, bookmarkOf(c));
      if (!found.ok) return refuseWith(c, found);
      withBookmark(c, found.value.bookmark);
      return c.json(found.value.item);
    },
  }),
];
