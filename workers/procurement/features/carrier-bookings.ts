/**
 * Bookings as the carrier sees them: those addressed to it, in whichever tenant. The carrier comes from the
 * caller's organisation and nowhere else; one booking asks the one shard of its tenant.
 */
import { and, desc, eq, lt } from 'drizzle-orm';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import { type Answer, type Failure, fail, notFound, ok, type Result } from '../../../contracts/kit/result.ts';
import { onBehalfOf, type Scope } from '../../../contracts/kit/serve.ts';
import type { CarrierBooking, CarrierBookingPage } from '../../../contracts/procurement/carrier-bookings.ts';
import { byCarrier } from '../../../domain/booking/confirmation.ts';
import { bookings } from '../../../platform/d1/schema/tenant.ts';
import { worldNow } from '../clock.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { drainSoon, onShard, onShards, reaching, type Shard } from '../shard.ts';
import { type BookingRow, bookingToApi, findBooking, transition } from './booking-rows.ts';
import { customerOf, customersByShard, lackingOf, namesOf } from './carrier-customers.ts';

const notOfCarrier = (): Failure => fail('forbidden', 'Only people of a carrier may see this');

/** A booking without the shipper's people: also of a confirmation only the carrier's own are named. */
function toApi(row: BookingRow, name: string): CarrierBooking {
  const { createdBy: _createdBy, confirmedBy, ...booking } = bookingToApi(row);
  return {
    ...booking,
    confirmedBy: confirmedBy && { ...confirmedBy, subject: confirmedBy.how === 'carrier' ? confirmedBy.subject : null },
    tenant: { id: row.tenantId, name },
  };
}

/** The bookings addressed to the caller's carrier, newest first, with the customers whose bookings cannot be read now. */
export async function listCarrierBookings({
  env,
  scope,
  input,
}: For<'listCarrierBookings'>): Promise<Answer<CarrierBookingPage>> {
  const { carrierId } = scope;
  if (!carrierId) return notOfCarrier();
  const { tenantId } = input;
  const customers = await reaching(env, scope, null, () => customersByShard(env, { carrierId, tenantId }));
  if ('ok' in customers) return customers;
  if (tenantId !== undefined && customers.size === 0) return notFound('customer');
  const { found, lacking } = await onShards(env, scope, [...customers.keys()], (shard) =>
    shard.db
      .select()
      .from(bookings)
      .where(
        and(
          eq(bookings.carrierId, carrierId),
          tenantId === undefined ? undefined : eq(bookings.tenantId, tenantId),
          lt(bookings.id, beforeId(input)),
          input.state ? eq(bookings.state, input.state) : undefined,
        ),
      )
      .orderBy(desc(bookings.id))
      .limit(input.limit + 1),
  );
  const newest = found.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
  return reaching(env, scope, null, async () => {
    const names = await namesOf(
      env,
      newest.slice(0, input.limit).map((row) => row.tenantId),
    );
    const missing = await lackingOf(env, { carrierId, tenantId }, customers, lacking);
    const page = cutPageById(newest, input.limit, (row) => toApi(row, names.get(row.tenantId) ?? ''));
    return ok({ ...page, ...missing });
  });
}

/** Runs work on one booking addressed to the caller's carrier, in its tenant's trail under the carrier's own name. */
async function onBooking(
  { env, scope, input }: { env: Env; scope: Scope; input: { tenantId: string; id: string } },
  work: (shard: Shard, acting: Scope, row: BookingRow) => Promise<Result<BookingRow>>,
): Promise<Answer<CarrierBooking>> {
  const { carrierId } = scope;
  if (!carrierId) return notOfCarrier();
  const customer = await reaching(env, scope, null, () => customerOf(env, { carrierId, tenantId: input.tenantId }));
  if (!customer) return notFound('booking');
  if ('ok' in customer) return customer;
  const acting = onBehalfOf(scope, customer.id);
  return onShard(env, acting, 'first-primary', async (shard) => {
    const row = await findBooking(shard, acting, input.id);
    if (row?.carrierId !== carrierId) return notFound('booking');
    const done = await work(shard, acting, row);
    return done.ok ? ok(toApi(done.value, customer.name)) : done;
  });
}

/** One booking addressed to the caller's carrier. */
export function getCarrierBooking(request: For<'getCarrierBooking'>): Promise<Answer<CarrierBooking>> {
  return onBooking(request, async (_shard, _acting, row) => ok(row));
}

/** Confirms or declines a booking that waits for the carrier's confirmation. */
export function transitionCarrierBooking(request: For<'transitionCarrierBooking'>): Promise<Answer<CarrierBooking>> {
  const { env, input, expectedVersion, background } = request;
  return onBooking(request, async (shard, acting, { id }) => {
    const now = worldNow(env);
    const moved = await transition(env, shard, acting, {
      id,
      to: input.to,
      from: 'requested',
      ...(input.to === 'confirmed' ? { confirmedBy: byCarrier(acting.subject, now) } : {}),
      reason: input.reason,
      expectedVersion,
      now,
    });
    if (moved.ok) background(drainSoon(env, shard.name));
    return moved;
  });
}
