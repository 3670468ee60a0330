/**
 * Bookings. Hard contract: never an oversell, never a lost or doubled booking. One D1 batch, which is
 * one transaction, holds the idempotency record, the draw on the allocation (under its CHECK), the
 * guard, the booking, the shipment, the audit row and the outbox row: all of it happens or none.
 */
import { and, desc, eq, lt } from 'drizzle-orm';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import { type Answer, type Failure, fail, invalid, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import { Scope } from '../../../contracts/kit/serve.ts';
import type { AuditEntry, Booking, NewBooking } from '../../../contracts/procurement/bookings.ts';
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import { Cache } from '../../../platform/cache.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { allocations, bookings } from '../../../platform/d1/schema/tenant.ts';
import { guard } from '../../../platform/d1/statements.ts';
import { newId } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import { audit, trailOf } from '../audit.ts';
import type { For } from '../request.ts';
import { answersOf, armRelay, bookmarked, drainSoon, onShard, rollbackOf, type Shard } from '../shard.ts';
import { findAllocation } from './allocations.ts';
import { bookingToApi, confirmation, findBooking, insertBooking, transition } from './booking-rows.ts';

type Row = typeof bookings.$inferSelect;
type AllocationRow = typeof allocations.$inferSelect;

/**
 * Facts of an allocation that never change once created: kept in the isolate, so that a booking is
 * one database call. What changes (`booked`) is only ever read and written inside the batch.
 */
const facts = new Cache<string, AllocationRow>({ capacity: 5_000, ttlMs: Number.POSITIVE_INFINITY });

async function factsOf(shard: Shard, scope: Scope, id: string): Promise<AllocationRow | undefined> {
  const name = `${scope.tenantId}:${id}`;
  const known = facts.get(name) ?? (await findAllocation(shard, scope, id));
  if (known) facts.set(name, known);
  return known;
}

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
    const allocation = await factsOf(shard, scope, input.allocationId);
    if (!allocation) return notFound('allocation');
    const booking = newBooking(scope, { ...input, containers }, allocation, now);
    await armRelay(env, shard.name);
    const made = await once(answersOf(shard), scope, { operation: 'booking', key, input }, now, {
      optimistic: true,
      make: async () => ({
        answer: bookingToApi(booking),
        statements: bookingStatements(shard, scope, booking, allocation, now),
      }),
      explain: (error) => explain(error, shard, scope, allocation, { quantity: input.quantity, now }),
    });
    if (made.ok && !made.replayed) background(drainSoon(env, shard.name));
    return bookmarked(shard, made);
  });
}

/** The draw on the allocation under its CHECK, the guard, the booking, and what follows from it. */
function bookingStatements(
  shard: Shard,
  scope: Scope,
  booking: Row,
  allocation: AllocationRow,
  now: number,
): D1PreparedStatement[] {
  return [
    shard.session
      .prepare(
        `UPDATE allocations SET booked = booked + ?, version = version + 1
         WHERE id = ? AND tenant_id = ? AND (closes_at IS NULL OR closes_at > ?)`,
      )
      .bind(booking.quantity, allocation.id, scope.tenantId, now),
    ...guard(shard.session),
    insertBooking(shard, booking),
    audit(shard, scope, booking.id, 'booking.requested', `${booking.quantity} of ${allocation.id}`, now),
    ...(booking.state === 'confirmed' ? confirmation(shard, scope, booking, allocation, now) : []),
  ];
}

function containerFaults(containers: string[], quantity: number): Failure | null {
  const faults = containers.flatMap((number, i) => {
    if (!/^[A-Z0-9]{4,17}$/.test(number))
      return [{ pointer: `/containers/${i}`, code: 'invalid', detail: 'must be 4 to 17 letters and digits' }];
    return containers.indexOf(number) < i
      ? [{ pointer: `/containers/${i}`, code: 'duplicate', detail: `${number} is named twice` }]
      : [];
  });
  if (containers.length > quantity)
    faults.push({ pointer: '/containers', code: 'too_many', detail: 'More containers than the quantity booked' });
  return faults.length > 0 ? invalid(faults) : null;
}

function newBooking(scope: Scope, input: NewBooking, allocation: AllocationRow, now: number): Row {
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
    containers: input.containers,
    state: confirmed ? 'confirmed' : 'requested',
    shipmentId: confirmed ? newId('shp', now) : null,
    createdBy: scope.subject,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}

/** Why a booking's batch was rolled back, read anew. */
async function explain(
  error: unknown,
  shard: Shard,
  scope: Scope,
  allocation: AllocationRow,
  { quantity, now }: { quantity: number; now: number },
): Promise<Failure | null> {
  const rollback = rollbackOf(error);
  if (!rollback) return null;
  const fresh = await findAllocation(shard, scope, allocation.id);
  if (!fresh) return notFound('allocation');
  if (rollback === 'guard') {
    return fail('allocation.expired', `Booking closed at ${toInstant(fresh.closesAt ?? now)}`);
  }
  const remaining = fresh.capacity - fresh.booked;
  return fail('allocation.exhausted', `${quantity} asked for, ${remaining} of ${fresh.capacity} left`, {
    extra: { remaining, capacity: fresh.capacity },
  });
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
  input: { id, ...change },
  expectedVersion,
  now,
  background,
}: For<'transitionBooking'>): Promise<Answer<Booking>> {
  return onShard(env, scope, 'first-primary', async (shard) => {
    const moved = await transition(env, shard, scope, { ...change, id, expectedVersion, now });
    if (!moved.ok) return moved;
    background(drainSoon(env, shard.name));
    return bookmarked(shard, ok(bookingToApi(moved.value)));
  });
}
