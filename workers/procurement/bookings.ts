/**
 * Bookings. Hard contract: never an oversell, never a lost or doubled booking. One D1 batch, which is
 * one transaction, holds the idempotency record, the draw on the allocation (under its CHECK), the
 * guard, the booking, the shipment, the audit row and the outbox row: all of it happens or none.
 */
import { and, desc, eq, lt } from 'drizzle-orm';
import type { z } from 'zod';
import type { Actor } from '../../contracts/actor.ts';
import type {
  AuditEntry,
  Booking,
  Bookmarked,
  Idempotent,
  ListQuery,
  newBookingSchema,
  ProcurementEvent,
  transitionSchema,
} from '../../contracts/procurement.ts';
import { type Failure, fail, ok, type Page, type Result } from '../../contracts/result.ts';
import { type BookingState, mayBecome, nextStates, releasesSpace } from '../../domain/booking/states.ts';
import { normalizeContainerNumber } from '../../domain/identifiers/iso6346.ts';
import { plainRequestHash } from '../../platform/idempotency.ts';
import { newId } from '../../platform/ids.ts';
import { Lru } from '../../platform/lru.ts';
import { bookings, type allocations } from '../../platform/schema/tenant.ts';
import { beforeId, notFound, pageById, refuse } from '../../platform/service.ts';
import { findAllocation } from './allocations.ts';
import { audit, trailOf } from './audit.ts';
import type { Env } from './env.ts';
import { replay, storeAnswer } from './idempotency.ts';
import { armRelay, drainSoon, guard, onShard, rollbackOf, type Shard } from './shard.ts';

type Row = typeof bookings.$inferSelect;
type AllocationRow = typeof allocations.$inferSelect;
/** Runs work after the answer. */
export type Background = (work: Promise<unknown>) => void;
const iso = (at: number): string => new Date(at).toISOString();

/** A booking as the API shows it. */
export function showBooking(row: Row): Booking {
  const { tenantId: _tenantId, createdAt, updatedAt, ...rest } = row;
  return { ...rest, createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
}

/**
 * Facts of an allocation that never change once created: kept in the isolate, so that a booking is
 * one database call. What changes (`booked`) is only ever read and written inside the batch.
 */
const facts = new Lru<string, AllocationRow>(5_000);

async function factsOf(shard: Shard, actor: Actor, id: string): Promise<AllocationRow | undefined> {
  const name = `${actor.tenantId}:${id}`;
  const known = facts.get(name) ?? (await findAllocation(shard, actor, id));
  if (known) facts.set(name, known);
  return known;
}

/** Books space. The same key again answers the same booking. */
export async function createBooking(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newBookingSchema>,
  key: string,
  background: Background,
): Promise<Result<Idempotent<Booking>>> {
  const refused = refuse(actor, 'bookings:write');
  if (refused) return refused;
  const containers = input.containers.map(normalizeContainerNumber);
  const faults = containerFaults(containers, input.quantity);
  if (faults) return faults;
  const hash = await plainRequestHash(actor, input);
  return onShard(env, actor, 'first-primary', async (shard) => {
    const allocation = await factsOf(shard, actor, input.allocationId);
    if (!allocation) return notFound('allocation');
    const now = Date.now();
    const booking = newBooking(actor, { ...input, containers }, allocation, now);
    const value = showBooking(booking);
    await armRelay(env, shard.name);
    try {
      await shard.session.batch([
        storeAnswer(shard, actor, { operation: 'booking', key, requestHash: hash, answer: value, now }),
        shard.session
          .prepare(
            `UPDATE allocations SET booked = booked + ?, version = version + 1
             WHERE id = ? AND tenant_id = ? AND (closes_at IS NULL OR closes_at > ?)`,
          )
          .bind(booking.quantity, allocation.id, actor.tenantId, now),
        ...guard(shard.session),
        insertBooking(shard, booking),
        audit(shard, actor, booking.id, 'booking.requested', `${booking.quantity} of ${allocation.id}`, now),
        ...(booking.state === 'confirmed' ? confirmation(shard, actor, booking, allocation, now) : []),
      ]);
    } catch (error) {
      return explain(error, shard, actor, allocation, { key, hash, quantity: input.quantity, now });
    }
    background(drainSoon(env, shard.name));
    return ok({ value, replayed: false, bookmark: shard.session.getBookmark() });
  });
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
  return faults.length > 0 ? fail('invalid', 'The request has faults', { faults }) : null;
}

function newBooking(
  actor: Actor,
  input: z.infer<typeof newBookingSchema>,
  allocation: AllocationRow,
  now: number,
): Row {
  const confirmed = allocation.confirmation === 'instant';
  return {
    id: newId('bkg', now),
    tenantId: actor.tenantId,
    allocationId: allocation.id,
    carrierId: allocation.carrierId,
    origin: allocation.origin,
    destination: allocation.destination,
    quantity: input.quantity,
    reference: input.reference ?? null,
    containers: input.containers,
    state: confirmed ? 'confirmed' : 'requested',
    shipmentId: confirmed ? newId('shp', now) : null,
    createdBy: actor.subject,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}

function insertBooking(shard: Shard, row: Row): D1PreparedStatement {
  return shard.session
    .prepare(
      `INSERT INTO bookings
         (id, tenant_id, allocation_id, carrier_id, origin, destination, quantity, reference, containers,
          state, shipment_id, created_by, created_at, updated_at, version)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .bind(
      row.id,
      row.tenantId,
      row.allocationId,
      row.carrierId,
      row.origin,
      row.destination,
      row.quantity,
      row.reference,
      JSON.stringify(row.containers),
      row.state,
      row.shipmentId,
      row.createdBy,
      row.createdAt,
      row.updatedAt,
      row.version,
    );
}

/** What a confirmation adds to a batch: the shipment, the audit row and the outbox row. */
function confirmation(
  shard: Shard,
  actor: Actor,
  booking: Row,
  allocation: AllocationRow,
  now: number,
): D1PreparedStatement[] {
  return [
    shard.session
      .prepare('INSERT INTO shipments (id, tenant_id, booking_id, created_at) VALUES (?, ?, ?, ?)')
      .bind(booking.shipmentId, actor.tenantId, booking.id, now),
    audit(shard, actor, booking.id, 'booking.confirmed', `shipment ${booking.shipmentId}`, now),
    outboxRow(shard, actor, booking, allocation, now),
  ];
}

function outboxRow(
  shard: Shard,
  actor: Actor,
  booking: Row,
  allocation: AllocationRow,
  now: number,
): D1PreparedStatement {
  const event: ProcurementEvent = {
    v: 1,
    id: `evt_${booking.id}_${booking.state}`,
    tenantId: actor.tenantId,
    type: `booking.${booking.state}` as ProcurementEvent['type'],
    at: now,
    correlationId: actor.correlationId,
    data: {
      bookingId: booking.id,
      shipmentId: booking.shipmentId,
      carrierId: booking.carrierId,
      origin: booking.origin,
      destination: booking.destination,
      quantity: booking.quantity,
      reference: booking.reference,
      containers: booking.containers,
      promisedArrivalAt: iso(allocation.arrivalAt),
    },
  };
  return shard.session.prepare('INSERT INTO outbox (body) VALUES (?)').bind(JSON.stringify(event));
}

/** Why a booking's batch was rolled back, read anew. */
async function explain(
  error: unknown,
  shard: Shard,
  actor: Actor,
  allocation: AllocationRow,
  request: { key: string; hash: string; quantity: number; now: number },
): Promise<Result<Idempotent<Booking>>> {
  const rollback = rollbackOf(error);
  if (!rollback) throw error;
  const stored = await replay<Booking>(shard, actor, 'booking', request.key, request.hash);
  if (stored) return stored;
  if (rollback === 'idempotency_key_used') throw error;
  const fresh = await findAllocation(shard, actor, allocation.id);
  if (!fresh) return notFound('allocation');
  if (rollback === 'guard') {
    return fail('allocation.expired', `Booking closed at ${iso(fresh.closesAt ?? request.now)}`);
  }
  const remaining = fresh.capacity - fresh.booked;
  return fail('allocation.exhausted', `${request.quantity} asked for, ${remaining} of ${fresh.capacity} left`, {
    extra: { remaining, capacity: fresh.capacity },
  });
}

/** Moves a booking to another state, if it is still the version the caller has seen. */
export async function transitionBooking(
  env: Env,
  actor: Actor,
  id: string,
  input: z.infer<typeof transitionSchema>,
  expectedVersion: number,
  background: Background,
): Promise<Result<Idempotent<Booking>>> {
  const refused = refuse(actor, 'bookings:write');
  if (refused) return refused;
  return onShard(env, actor, 'first-primary', async (shard) => {
    const moved = await transition(env, shard, actor, id, input, expectedVersion, background);
    if (!moved.ok) return moved;
    return ok({ value: showBooking(moved.value), replayed: false, bookmark: shard.session.getBookmark() });
  });
}

/** The step itself, for whoever was found to be allowed to take it; `actor` names the booking's tenant. */
export async function transition(
  env: Env,
  shard: Shard,
  actor: Actor,
  id: string,
  input: z.infer<typeof transitionSchema> & { from?: BookingState },
  expectedVersion: number,
  background: Background,
): Promise<Result<Row>> {
  const row = await findBooking(shard, actor, id);
  if (!row) return notFound('booking');
  const stale = fail('precondition.failed', 'The booking has changed since you read it');
  if (row.version !== expectedVersion) return stale;
  if (input.from && row.state !== input.from) {
    return fail('booking.transition_invalid', `The booking is ${row.state}, not ${input.from}`);
  }
  if (!mayBecome(row.state, input.to)) {
    const open = nextStates(row.state).join(' or ') || 'nothing';
    return fail('booking.transition_invalid', `A ${row.state} booking can become ${open}, not ${input.to}`);
  }
  const allocation = await findAllocation(shard, actor, row.allocationId);
  if (!allocation) throw new Error(`allocation ${row.allocationId} of booking ${id} is missing`);
  const now = Date.now();
  const next: Row = {
    ...row,
    state: input.to,
    version: row.version + 1,
    updatedAt: now,
    shipmentId: row.shipmentId ?? (input.to === 'confirmed' ? newId('shp', now) : null),
  };
  await armRelay(env, shard.name);
  try {
    await shard.session.batch(transitionStatements(shard, actor, row, next, allocation, input.reason));
  } catch (error) {
    if (rollbackOf(error) === 'guard') return stale;
    throw error;
  }
  background(drainSoon(env, shard.name));
  return ok(next);
}

function transitionStatements(
  shard: Shard,
  actor: Actor,
  row: Row,
  next: Row,
  allocation: AllocationRow,
  reason: string | undefined,
): D1PreparedStatement[] {
  const now = next.updatedAt;
  const { session } = shard;
  const update = session
    .prepare(
      `UPDATE bookings SET state = ?, version = ?, updated_at = ?, shipment_id = ?
       WHERE id = ? AND tenant_id = ? AND version = ?`,
    )
    .bind(next.state, next.version, now, next.shipmentId, row.id, actor.tenantId, row.version);
  const release = session
    .prepare('UPDATE allocations SET booked = booked - ?, version = version + 1 WHERE id = ? AND tenant_id = ?')
    .bind(row.quantity, row.allocationId, actor.tenantId);
  const effects =
    next.state === 'confirmed'
      ? confirmation(shard, actor, next, allocation, now)
      : [
          audit(shard, actor, row.id, `booking.${next.state}`, reason ?? '', now),
          outboxRow(shard, actor, next, allocation, now),
        ];
  return [update, ...guard(session), ...(releasesSpace(next.state) ? [release] : []), ...effects];
}

async function findBooking(shard: Shard, actor: Actor, id: string): Promise<Row | undefined> {
  return shard.db
    .select()
    .from(bookings)
    .where(and(eq(bookings.tenantId, actor.tenantId), eq(bookings.id, id)))
    .get();
}

/** The tenant's bookings, newest first. */
export async function listBookings(
  env: Env,
  actor: Actor,
  query: ListQuery & { state?: string | undefined },
): Promise<Result<Bookmarked<Page<Booking>>>> {
  const refused = refuse(actor, 'bookings:read');
  if (refused) return refused;
  return onShard(env, actor, query.bookmark ?? 'first-unconstrained', async (shard) => {
    const rows = await shard.db
      .select()
      .from(bookings)
      .where(
        and(
          eq(bookings.tenantId, actor.tenantId),
          lt(bookings.id, beforeId(query.cursor)),
          query.state ? eq(bookings.state, query.state as BookingState) : undefined,
        ),
      )
      .orderBy(desc(bookings.id))
      .limit(query.limit + 1);
    return ok({ ...pageById(rows, query.limit, showBooking), bookmark: shard.session.getBookmark() });
  });
}

/** One booking with its audit trail. */
export async function getBooking(
  env: Env,
  actor: Actor,
  id: string,
  bookmark?: string,
): Promise<Result<Bookmarked<{ item: Booking; audit: AuditEntry[] }>>> {
  const refused = refuse(actor, 'bookings:read');
  if (refused) return refused;
  return onShard(env, actor, bookmark ?? 'first-unconstrained', async (shard) => {
    const row = await findBooking(shard, actor, id);
    if (!row) return notFound('booking');
    return ok({
      item: showBooking(row),
      audit: await trailOf(shard, actor, id),
      bookmark: shard.session.getBookmark(),
    });
  });
}
