/** Allocations: contracted space that bookings draw from. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import { type Answer, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import { Scope } from '../../../contracts/kit/serve.ts';
import type { Allocation } from '../../../contracts/procurement/allocations.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { tenantCarriers } from '../../../platform/d1/schema/directory.ts';
import { allocations } from '../../../platform/d1/schema/tenant.ts';
import { newId } from '../../../platform/ids.ts';
import { toInstant, toInstantOrNull } from '../../../platform/instants.ts';
import { audit } from '../audit.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { answersOf, bookmarked, onShard, type Shard } from '../shard.ts';

type Row = typeof allocations.$inferSelect;

function toApi(row: Omit<Row, 'tenantId' | 'createdAt'>): Allocation {
  const { id, carrierId, origin, destination, period, unit, capacity, booked, confirmation, version } = row;
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
    closesAt: toInstantOrNull(row.closesAt),
    confirmation,
    version,
  };
}

/** Creates contracted space. */
export async function createAllocation({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'createAllocation'>): Promise<Answer<Allocation>> {
  if (Date.parse(input.arrivalAt) <= Date.parse(input.departureAt)) {
    return fault('/arrivalAt', 'order', 'must be after departureAt');
  }
  if (!(await worksWith(env, scope, input.carrierId))) {
    return fault('/carrierId', 'unknown', 'You work with no such carrier: invite it first');
  }
  return onShard(env, scope, 'first-primary', async (shard) => {
    const row = {
      ...input,
      id: newId('all', now),
      departureAt: Date.parse(input.departureAt),
      arrivalAt: Date.parse(input.arrivalAt),
      closesAt: input.closesAt ? Date.parse(input.closesAt) : null,
      booked: 0,
      version: 1,
    };
    const made = await once(answersOf(shard), scope, { operation: 'allocation', key, input }, now, {
      optimistic: true,
      make: async () => ({
        answer: toApi(row),
        statements: [
          insertAllocation(shard, scope, row, now),
          audit(shard, scope, row.id, 'allocation.created', `${row.capacity} ${row.unit}`, now),
        ],
      }),
    });
    return bookmarked(shard, made);
  });
}

/** Whether the tenant has invited the carrier: its people will see what is booked with it. */
async function worksWith(env: Env, scope: Scope, carrierId: string): Promise<boolean> {
  const row = await drizzle(env.DIRECTORY)
    .select({ id: tenantCarriers.carrierId })
    .from(tenantCarriers)
    .where(and(eq(tenantCarriers.tenantId, scope.tenantId), eq(tenantCarriers.carrierId, carrierId)))
    .get();
  return row !== undefined;
}

function insertAllocation(
  shard: Shard,
  scope: Scope,
  row: Omit<Row, 'tenantId' | 'createdAt'>,
  now: number,
): D1PreparedStatement {
  return shard.session
    .prepare(
      `INSERT INTO allocations
         (id, tenant_id, carrier_id, origin, destination, period, unit, capacity,
          departure_at, arrival_at, closes_at, confirmation, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .bind(
      row.id,
      scope.tenantId,
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
      now,
    );
}

/** The tenant's allocations, newest first. */
export async function listAllocations({
  env,
  scope,
  input,
  bookmark,
}: For<'listAllocations'>): Promise<Answer<Page<Allocation>>> {
  return onShard(env, scope, bookmark ?? 'first-unconstrained', async (shard) => {
    const rows = await shard.db
      .select()
      .from(allocations)
      .where(
        and(
          eq(allocations.tenantId, scope.tenantId),
          lt(allocations.id, beforeId(input)),
          input.origin ? eq(allocations.origin, input.origin) : undefined,
          input.destination ? eq(allocations.destination, input.destination) : undefined,
        ),
      )
      .orderBy(desc(allocations.id))
      .limit(input.limit + 1);
    return bookmarked(shard, ok(cutPageById(rows, input.limit, toApi)));
  });
}

/** The row of an allocation of the caller's tenant. */
export async function findAllocation(shard: Shard, scope: Scope, id: string): Promise<Row | undefined> {
  return shard.db
    .select()
    .from(allocations)
    .where(and(eq(allocations.tenantId, scope.tenantId), eq(allocations.id, id)))
    .get();
}

/** One allocation. */
export async function getAllocation({
  env,
  scope,
  input,
  bookmark,
}: For<'getAllocation'>): Promise<Answer<Allocation>> {
  return onShard(env, scope, bookmark ?? 'first-unconstrained', async (shard) => {
    const row = await findAllocation(shard, scope, input.id);
    return row ? bookmarked(shard, ok(toApi(row))) : notFound('allocation');
  });
}
