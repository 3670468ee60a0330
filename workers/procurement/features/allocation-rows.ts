/** The rows of allocations: how they are stored, read and shown. */
import { and, eq } from 'drizzle-orm';
import type { Scope } from '../../../contracts/kit/serve.ts';
import type { Allocation } from '../../../contracts/procurement/allocations.ts';
import { closingOf } from '../../../domain/booking/allocation.ts';
import { allocations } from '../../../platform/d1/schema/tenant.ts';
import { toInstant } from '../../../platform/instants.ts';
import type { Shard } from '../shard.ts';

/** A stored allocation. */
export type AllocationRow = typeof allocations.$inferSelect;

/** An allocation as the API has it. */
export function allocationToApi(row: AllocationRow): Allocation {
  const { id, carrierId, origin, destination, period, unit, capacity, booked, confirmation, status, version } = row;
  return {
    id,
    carrierId,
    origin,
    destination,
    period,
    unit,
    capacity,
    booked,
    remaining: capacity - booked,
    departureAt: toInstant(row.departureAt),
    arrivalAt: toInstant(row.arrivalAt),
    closesAt: toInstant(closingOf(row)),
    confirmation,
    status,
    version,
  };
}

/** The row of an allocation of the caller's tenant. */
export async function findAllocation(
  { db }: Pick<Shard, 'db'>,
  scope: Scope,
  id: string,
): Promise<AllocationRow | undefined> {
  return db
    .select()
    .from(allocations)
    .where(and(eq(allocations.tenantId, scope.tenantId), eq(allocations.id, id)))
    .get();
}

/** The statement that stores an allocation. */
export function insertAllocation({ session }: Shard, row: AllocationRow): D1PreparedStatement {
  return session
    .prepare(
      `INSERT INTO allocations
         (id, tenant_id, carrier_id, origin, destination, period, unit, capacity,
          departure_at, arrival_at, closes_at, confirmation, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .bind(
      row.id,
      row.tenantId,
      row.carrierId,
      row.origin,
      row.destination,
      row.period,
      row.unit,
      row.capacity,
      row.departureAt,
      row.arrivalAt,
      row.closesAt,
      row.confirmation,
      row.createdAt,
    );
}

/** The statement that replaces what a change may set, if the row is still the version before; a guard belongs after it. */
export function updateAllocation({ session }: Shard, before: AllocationRow, next: AllocationRow): D1PreparedStatement {
  return session
    .prepare(
      `UPDATE allocations SET period = ?, capacity = ?, departure_at = ?, arrival_at = ?, closes_at = ?,
         confirmation = ?, status = ?, version = ?, revision = ?
       WHERE id = ? AND tenant_id = ? AND version = ?`,
    )
    .bind(
      next.period,
      next.capacity,
      next.departureAt,
      next.arrivalAt,
      next.closesAt,
      next.confirmation,
      next.status,
      next.version,
      next.revision,
      before.id,
      before.tenantId,
      before.version,
    );
}
