/** The rows of bookings: how they are stored, and how they go from one state to another. */
import { and, eq } from 'drizzle-orm';
import { fail, notFound, ok, type Result } from '../../../contracts/kit/result.ts';
import { Scope } from '../../../contracts/kit/serve.ts';
import type { Booking } from '../../../contracts/procurement/bookings.ts';
import type { ProcurementEvent } from '../../../contracts/procurement/events.ts';
import type { Confirmation } from '../../../domain/booking/confirmation.ts';
import {
  type BookingState,
  type LaterState,
  mayBecome,
  nextStates,
  releasesSpace,
} from '../../../domain/booking/states.ts';
import { bookings } from '../../../platform/d1/schema/tenant.ts';
import { guard } from '../../../platform/d1/statements.ts';
import { newId } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import { audit, type Deed } from '../audit.ts';
import type { Env } from '../env.ts';
import { armRelay, rollbackOf, type Shard } from '../shard.ts';
import { type AllocationRow, findAllocation } from './allocation-rows.ts';
import { releaseContainers } from './open-containers.ts';

/** A stored booking. */
export type BookingRow = typeof bookings.$inferSelect;

/** A booking as the API has it. */
export function bookingToApi(row: BookingRow): Booking {
  const { tenantId: _tenantId, createdAt, updatedAt, confirmedBy, ...rest } = row;
  return {
    ...rest,
    confirmedBy: confirmedBy && { ...confirmedBy, at: toInstant(confirmedBy.at) },
    createdAt: toInstant(createdAt),
    updatedAt: toInstant(updatedAt),
  };
}

/** The row of a booking of the caller's tenant. */
export async function findBooking(shard: Shard, scope: Scope, id: string): Promise<BookingRow | undefined> {
  return shard.db
    .select()
    .from(bookings)
    .where(and(eq(bookings.tenantId, scope.tenantId), eq(bookings.id, id)))
    .get();
}

/** The statement that stores a booking. */
export function insertBooking(shard: Shard, row: BookingRow): D1PreparedStatement {
  return shard.session
    .prepare(
      `INSERT INTO bookings
         (id, tenant_id, allocation_id, carrier_id, origin, destination, quantity, reference, containers,
          state, shipment_id, created_by, created_at, updated_at, version, confirmed_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
      stored(row.confirmedBy),
    );
}

const stored = (confirmation: Confirmation | null): string | null => confirmation && JSON.stringify(confirmation);

/** What a confirmation adds to a batch beside its audit row: the shipment and the outbox row. */
export function confirmation(
  shard: Shard,
  scope: Scope,
  booking: BookingRow,
  allocation: AllocationRow,
): D1PreparedStatement[] {
  return [
    shard.session
      .prepare('INSERT INTO shipments (id, tenant_id, booking_id, created_at) VALUES (?, ?, ?, ?)')
      .bind(booking.shipmentId, scope.tenantId, booking.id, booking.updatedAt),
    outboxRow(shard, scope, booking, allocation),
  ];
}

/** What is recorded of a confirmation. */
export function confirmed(booking: BookingRow, reason?: string): Deed {
  const { confirmedBy, updatedAt: now } = booking;
  const recorded = confirmedBy?.how === 'recorded';
  const details = [
    recorded && `${toInstant(confirmedBy.at)} by ${confirmedBy.means}`,
    recorded && confirmedBy.spokeWith && `with ${confirmedBy.spokeWith}`,
    `shipment ${booking.shipmentId}`,
    reason,
  ];
  const action = recorded ? 'booking.confirmation_recorded' : 'booking.confirmed';
  return {
    object: { type: 'booking', id: booking.id },
    action,
    detail: details.filter(Boolean).join(', '),
    after: { state: booking.state, shipmentId: booking.shipmentId, confirmedBy, reason },
    now,
  };
}

function outboxRow(shard: Shard, scope: Scope, booking: BookingRow, allocation: AllocationRow): D1PreparedStatement {
  const event: ProcurementEvent = {
    v: 1,
    id: `evt_${booking.id}_${booking.state}`,
    tenantId: scope.tenantId,
    type: `booking.${booking.state}` as ProcurementEvent['type'],
    at: booking.updatedAt,
    correlationId: scope.correlationId,
    data: {
      bookingId: booking.id,
      shipmentId: booking.shipmentId,
      carrierId: booking.carrierId,
      origin: booking.origin,
      destination: booking.destination,
      quantity: booking.quantity,
      reference: booking.reference,
      containers: booking.containers,
      promisedArrivalAt: toInstant(allocation.arrivalAt),
    },
  };
  return shard.session.prepare('INSERT INTO outbox (body) VALUES (?)').bind(JSON.stringify(event));
}

/** A step of a booking that somebody was found to be allowed to take. */
export interface Step {
  id: string;
  to: LaterState;
  /** Who confirms it: for the step to `confirmed`, and for no other. */
  confirmedBy?: Confirmation;
  /** The state it must be in; any that allows the step when it is not named. */
  from?: BookingState;
  reason?: string | undefined;
  expectedVersion: number;
  /** The world's instant. */
  now: number;
}

/** Takes a step; `scope` names the booking's tenant. */
export async function transition(env: Env, shard: Shard, scope: Scope, step: Step): Promise<Result<BookingRow>> {
  const { id, to, from, now } = step;
  const row = await findBooking(shard, scope, id);
  if (!row) return notFound('booking');
  const stale = fail('precondition.failed', 'The booking has changed since you read it');
  if (row.version !== step.expectedVersion) return stale;
  if (from && row.state !== from) {
    return fail('booking.transition_invalid', `The booking is ${row.state}, not ${from}`);
  }
  if (!mayBecome(row.state, to)) {
    const open = nextStates(row.state).join(' or ') || 'nothing';
    return fail('booking.transition_invalid', `A ${row.state} booking can become ${open}, not ${to}`);
  }
  const allocation = await findAllocation(shard, scope, row.allocationId);
  if (!allocation) throw new Error(`allocation ${row.allocationId} of booking ${id} is missing`);
  const next: BookingRow = {
    ...row,
    state: to,
    version: row.version + 1,
    updatedAt: now,
    shipmentId: row.shipmentId ?? (to === 'confirmed' ? newId('shp', Date.now()) : null),
    confirmedBy: step.confirmedBy ?? row.confirmedBy,
  };
  await armRelay(env, shard.name);
  try {
    await shard.session.batch(transitionStatements(shard, scope, row, next, allocation, step.reason));
  } catch (error) {
    if (rollbackOf(error) === 'guard') return stale;
    throw error;
  }
  return ok(next);
}

function transitionStatements(
  shard: Shard,
  scope: Scope,
  row: BookingRow,
  next: BookingRow,
  allocation: AllocationRow,
  reason: string | undefined,
): D1PreparedStatement[] {
  const now = next.updatedAt;
  const { session } = shard;
  const update = session
    .prepare(
      `UPDATE bookings SET state = ?, version = ?, updated_at = ?, shipment_id = ?, confirmed_by = ?
       WHERE id = ? AND tenant_id = ? AND version = ?`,
    )
    .bind(
      next.state,
      next.version,
      now,
      next.shipmentId,
      stored(next.confirmedBy),
      row.id,
      scope.tenantId,
      row.version,
    );
  const release = session
    .prepare('UPDATE allocations SET booked = booked - ?, version = version + 1 WHERE id = ? AND tenant_id = ?')
    .bind(row.quantity, row.allocationId, scope.tenantId);
  const effects =
    next.state === 'confirmed'
      ? [...confirmation(shard, scope, next, allocation), audit(shard, scope, confirmed(next, reason))]
      : [
          audit(shard, scope, {
            object: { type: 'booking', id: row.id },
            action: `booking.${next.state}`,
            detail: reason ?? '',
            before: { state: row.state },
            after: { state: next.state, reason },
            now,
          }),
          outboxRow(shard, scope, next, allocation),
        ];
  const ends = next.state === 'cancelled' || next.state === 'completed' ? [releaseContainers(shard, row)] : [];
  return [update, guard(session), ...(releasesSpace(next.state) ? [release] : []), ...ends, ...effects];
}
