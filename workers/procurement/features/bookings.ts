/**
 * Bookings. Hard contract: never an oversell, never a lost or doubled booking. One D1 batch, which is
 * one transaction, holds the idempotency record, the draw on the allocation (under its CHECK), the
 * guard, the booking, the shipment, the audit row and the outbox row: all of it happens or none.
 */
import { and, desc, eq, lt } from 'drizzle-orm';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import {
  type Answer,
  type Failure,
  fail,
  invalid,
  notFound,
  ok,
  type Page,
  unprocessable,
} from '../../../contracts/kit/result.ts';
import { Scope } from '../../../contracts/kit/serve.ts';
import type { AuditEntry } from '../../../contracts/procurement/audit.ts';
import type { Booking, NewBooking } from '../../../contracts/procurement/bookings.ts';
import { byContract, type Confirmation } from '../../../domain/booking/confirmation.ts';
import { isPlaceholderNumber, normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import { type IdempotentRequest, once } from '../../../platform/d1/idempotency.ts';
import { bookings } from '../../../platform/d1/schema/tenant.ts';
import { guard } from '../../../platform/d1/statements.ts';
import { newId } from '../../../platform/ids.ts';
import { BOOKING_TRIES } from '../../../platform/limits.ts';
import { audit, type Deed, trailOf } from '../audit.ts';
import { worldNow } from '../clock.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { answersOf, armRelay, bookmarked, drainSoon, onShard, rollbackOf, type Shard } from '../shard.ts';
import type { AllocationRow } from './allocation-rows.ts';
import { closedFailure, factsOf, readFacts, refusalOf } from './booking-facts.ts';
import {
  type BookingRow,
  bookingToApi,
  confirmation,
  confirmed,
  findBooking,
  insertBooking,
  transition,
} from './booking-rows.ts';
import { isContainerTaken, takeContainers, takenFailure } from './open-containers.ts';

/** Books space. The same key again answers the same booking. */
export async function createBooking({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
  background,
}: For<'createBooking'>): Promise<Answer<Booking>> {
  const containers = input.containers.map(normalizeContainerNumber);
  const refused = containerFaults(containers, input.quantity);
  if (refused) return refused;
  return onShard(env, scope, 'first-primary', async (shard) => {
    await armRelay(env, shard.name);
    for (let tries = 0; tries < BOOKING_TRIES; tries++) {
      const allocation = await factsOf(shard, scope, input.allocationId, worldNow(env));
      if (!allocation) return notFound('allocation');
      const made = await tryToBook(
        { env, shard, scope, allocation, containers },
        { operation: 'booking', key, input },
        now,
      );
      if (made === 'again') continue;
      if (made.ok && !made.replayed) background(drainSoon(env, shard.name));
      return bookmarked(shard, made);
    }
    return fail('allocation.contended', 'Others book and cancel here at this moment, and nothing was booked for you', {
      retryAfterSeconds: 1,
    });
  });
}

/** What a booking draws on, and for whom. */
interface Draw {
  env: Env;
  shard: Shard;
  scope: Scope;
  /** The facts that the booking goes by. */
  allocation: AllocationRow;
  containers: string[];
}

/** Tries to book by the facts that are known; `again` when they have changed, or space has become free since. */
async function tryToBook(
  draw: Draw,
  request: IdempotentRequest & { input: NewBooking },
  now: number,
): Promise<Answer<Booking> | 'again'> {
  const { env, shard, scope, allocation } = draw;
  const { quantity } = request.input;
  const at = worldNow(env);
  const closed = closedFailure(allocation, at);
  const booking = newBooking(draw, request.input, { now, at });
  let again = false;
  const made = await once(answersOf(shard), scope, request, now, {
    // What was booked once is answered again also after booking has closed.
    optimistic: closed === null,
    make: async () => closed ?? { answer: bookingToApi(booking), statements: bookingStatements(draw, booking) },
    explain: async (error) => {
      if (isContainerTaken(error)) {
        const taken = await takenFailure(shard, scope.tenantId, draw.containers);
        again = taken === null;
        return taken ?? CROSSED;
      }
      if (!rollbackOf(error)) return null;
      // One reading decides and explains. What it shows as bookable is tried again, never refused.
      const fresh = await readFacts(shard, scope, allocation.id);
      const failure = fresh ? refusalOf(fresh, quantity, worldNow(env)) : notFound('allocation');
      again = failure === null;
      return failure ?? CROSSED;
    },
  });
  return again ? 'again' : made;
}

/** Stands for a batch that is tried again; no caller sees it. */
const CROSSED = fail('allocation.contended', 'Crossed with others');

/** The draw on the allocation under its CHECK and by its revision, the guard, the booking, and what follows from it. */
function bookingStatements({ shard, scope, allocation }: Draw, booking: BookingRow): D1PreparedStatement[] {
  const isConfirmed = booking.state === 'confirmed';
  const requested: Deed = {
    object: { type: 'booking', id: booking.id },
    action: 'booking.requested',
    detail: `${booking.quantity} of ${allocation.id}`,
    after: bookingToApi(booking),
    now: booking.createdAt,
  };
  return [
    shard.session
      .prepare(
        `UPDATE allocations SET booked = booked + ?, version = version + 1
         WHERE id = ? AND tenant_id = ? AND revision = ?`,
      )
      .bind(booking.quantity, allocation.id, scope.tenantId, allocation.revision),
    guard(shard.session),
    insertBooking(shard, booking),
    ...takeContainers(shard, booking),
    ...(isConfirmed ? confirmation(shard, scope, booking, allocation) : []),
    audit(shard, scope, requested, ...(isConfirmed ? [confirmed(booking)] : [])),
  ];
}

function containerFaults(containers: string[], quantity: number): Failure | null {
  const faults = containers.flatMap((number, i) => {
    const pointer = `/containers/${i}`;
    if (!/^[A-Z0-9]{4,17}$/.test(number)) {
      return [{ pointer, code: 'invalid', detail: 'must be 4 to 17 letters and digits' }];
    }
    if (isPlaceholderNumber(number)) return [{ pointer, code: 'placeholder', detail: 'is no container’s number' }];
    return containers.indexOf(number) < i ? [{ pointer, code: 'duplicate', detail: `${number} is named twice` }] : [];
  });
  if (containers.length > quantity)
    faults.push({ pointer: '/containers', code: 'too_many', detail: 'More containers than the quantity booked' });
  return faults.length > 0 ? invalid(faults) : null;
}

/** The booking to store: `now` on the wall clock, which ids sort by, and `at` on the world's. */
function newBooking(
  { scope, allocation, containers }: Draw,
  input: NewBooking,
  { now, at }: { now: number; at: number },
): BookingRow {
  const confirmed = allocation.confirmation === 'instant';
  return {
    id: newId('bkg', now),
    tenantId: scope.tenantId,
    allocationId: allocation.id,
    carrierId: allocation.carrierId,
    origin: allocation.origin,
    destination: allocation.destination,
    quantity: input.quantity,
    reference: input.reference ?? null,
    containers,
    state: confirmed ? 'confirmed' : 'requested',
    confirmedBy: confirmed ? byContract(at) : null,
    shipmentId: confirmed ? newId('shp', now) : null,
    createdBy: scope.subject,
    createdAt: at,
    updatedAt: at,
    version: 1,
  };
}

/** The tenant's bookings, newest first. */
export async function listBookings({
  env,
  scope,
  input,
  bookmark,
}: For<'listBookings'>): Promise<Answer<Page<Booking>>> {
  return onShard(env, scope, bookmark ?? 'first-unconstrained', async (shard) => {
    const rows = await shard.db
      .select()
      .from(bookings)
      .where(
        and(
          eq(bookings.tenantId, scope.tenantId),
          lt(bookings.id, beforeId(input)),
          input.state ? eq(bookings.state, input.state) : undefined,
        ),
      )
      .orderBy(desc(bookings.id))
      .limit(input.limit + 1);
    return bookmarked(shard, ok(cutPageById(rows, input.limit, bookingToApi)));
  });
}

/** One booking with its audit trail. */
export async function getBooking({
  env,
  scope,
  input,
  bookmark,
}: For<'getBooking'>): Promise<Answer<Booking & { audit: AuditEntry[] }>> {
  return onShard(env, scope, bookmark ?? 'first-unconstrained', async (shard) => {
    const row = await findBooking(shard, scope, input.id);
    if (!row) return notFound('booking');
    return bookmarked(shard, ok({ ...bookingToApi(row), audit: await trailOf(shard, scope, input.id) }));
  });
}

/** Moves a booking to another state, if it is still the version the caller has seen. */
export async function transitionBooking({
  env,
  scope,
  input: { id, to, reason },
  expectedVersion,
  background,
}: For<'transitionBooking'>): Promise<Answer<Booking>> {
  if (to === 'confirmed') {
    return fail(
      'forbidden',
      'The carrier confirms its bookings. What it confirmed by telephone or e-mail is recorded by ' +
        'POST /v1/bookings/{id}/carrier-confirmation, with the permission bookings:confirm-for-carrier',
    );
  }
  return onShard(env, scope, 'first-primary', async (shard) => {
    const moved = await transition(env, shard, scope, { id, to, reason, expectedVersion, now: worldNow(env) });
    if (!moved.ok) return moved;
    background(drainSoon(env, shard.name));
    return bookmarked(shard, ok(bookingToApi(moved.value)));
  });
}

/** Records that the carrier has confirmed a booking outside of the platform. */
export async function recordCarrierConfirmation({
  env,
  scope,
  input: { id, means, spokeWith, confirmedAt, reason },
  expectedVersion,
  background,
}: For<'recordCarrierConfirmation'>): Promise<Answer<Booking>> {
  const now = worldNow(env);
  const at = confirmedAt === undefined ? now : Date.parse(confirmedAt);
  if (at > now) {
    return unprocessable([{ pointer: '/confirmedAt', code: 'future', detail: 'must not lie in the future' }]);
  }
  const confirmedBy: Confirmation = {
    how: 'recorded',
    subject: scope.subject,
    at,
    means,
    spokeWith: spokeWith ?? null,
  };
  return onShard(env, scope, 'first-primary', async (shard) => {
    const row = await findBooking(shard, scope, id);
    // Said in whole minutes by who writes down a telephone call.
    if (row && at < row.createdAt - 60_000) {
      return unprocessable([
        { pointer: '/confirmedAt', code: 'too_early', detail: 'lies before the booking was made' },
      ]);
    }
    const step = { id, to: 'confirmed', from: 'requested', confirmedBy, reason, expectedVersion, now } as const;
    const moved = await transition(env, shard, scope, step);
    if (!moved.ok) return moved;
    background(drainSoon(env, shard.name));
    return bookmarked(shard, ok(bookingToApi(moved.value)));
  });
}
