/** Allocations: contracted space that bookings draw from. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { z } from 'zod';
import type { Actor } from '../../contracts/actor.ts';
import type {
  Allocation,
  Bookmarked,
  Idempotent,
  ListQuery,
  newAllocationSchema,
} from '../../contracts/procurement.ts';
import { fail, ok, type Page, type Result } from '../../contracts/result.ts';
import { plainRequestHash } from '../../platform/idempotency.ts';
import { newId } from '../../platform/ids.ts';
import { tenantCarriers } from '../../platform/schema/directory.ts';
import { allocations } from '../../platform/schema/tenant.ts';
import { beforeId, notFound, pageById, refuse } from '../../platform/service.ts';
import { audit } from './audit.ts';
import type { Env } from './env.ts';
import { replay, storeAnswer } from './idempotency.ts';
import { onShard, rollbackOf, type Shard } from './shard.ts';

type Row = typeof allocations.$inferSelect;
const iso = (at: number): string => new Date(at).toISOString();

function show(row: Omit<Row, 'tenantId' | 'createdAt'>): Allocation {
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
    departureAt: iso(row.departureAt),
    arrivalAt: iso(row.arrivalAt),
    closesAt: row.closesAt === null ? null : iso(row.closesAt),
    confirmation,
    version,
  };
}

/** Creates contracted space. */
export async function createAllocation(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newAllocationSchema>,
  key: string,
): Promise<Result<Idempotent<Allocation>>> {
  const refused = refuse(actor, 'allocations:write');
  if (refused) return refused;
  if (Date.parse(input.arrivalAt) <= Date.parse(input.departureAt)) {
    return fail('invalid', 'The request has faults', {
      faults: [{ pointer: '/arrivalAt', code: 'order', detail: 'must be after departureAt' }],
    });
  }
  if (!(await worksWith(env, actor, input.carrierId))) {
    return fail('invalid', 'The request has faults', {
      faults: [{ pointer: '/carrierId', code: 'unknown', detail: 'You work with no such carrier: invite it first' }],
    });
  }
  const hash = await plainRequestHash(actor, input);
  return onShard(env, actor, 'first-primary', async (shard) => {
    const now = Date.now();
    const row = {
      ...input,
      id: newId('all', now),
      departureAt: Date.parse(input.departureAt),
      arrivalAt: Date.parse(input.arrivalAt),
      closesAt: input.closesAt ? Date.parse(input.closesAt) : null,
      booked: 0,
      version: 1,
    };
    const value = show(row);
    try {
      await shard.session.batch([
        storeAnswer(shard, actor, { operation: 'allocation', key, requestHash: hash, answer: value, now }),
        insertAllocation(shard, actor, row, now),
        audit(shard, actor, row.id, 'allocation.created', `${row.capacity} ${row.unit}`, now),
      ]);
    } catch (error) {
      const stored =
        rollbackOf(error) === 'idempotency_key_used' &&
        (await replay<Allocation>(shard, actor, 'allocation', key, hash));
      if (stored) return stored;
      throw error;
    }
    return ok({ value, replayed: false, bookmark: shard.session.getBookmark() });
  });
}

/** Whether the tenant has invited the carrier: its people will see what is booked with it. */
async function worksWith(env: Env, actor: Actor, carrierId: string): Promise<boolean> {
  const row = await drizzle(env.DIRECTORY)
    .select({ id: tenantCarriers.carrierId })
    .from(tenantCarriers)
    .where(and(eq(tenantCarriers.tenantId, actor.tenantId), eq(tenantCarriers.carrierId, carrierId)))
    .get();
  return row !== undefined;
}

function insertAllocation(
  shard: Shard,
  actor: Actor,
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
      actor.tenantId,
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
export async function listAllocations(
  env: Env,
  actor: Actor,
  query: ListQuery & { origin?: string | undefined; destination?: string | undefined },
): Promise<Result<Bookmarked<Page<Allocation>>>> {
  const refused = refuse(actor, 'allocations:read');
  if (refused) return refused;
  return onShard(env, actor, query.bookmark ?? 'first-unconstrained', async (shard) => {
    const rows = await shard.db
      .select()
      .from(allocations)
      .where(
        and(
          eq(allocations.tenantId, actor.tenantId),
          lt(allocations.id, beforeId(query.cursor)),
          query.origin ? eq(allocations.origin, query.origin) : undefined,
          query.destination ? eq(allocations.destination, query.destination) : undefined,
        ),
      )
      .orderBy(desc(allocations.id))
      .limit(query.limit + 1);
    return ok({ ...pageById(rows, query.limit, show), bookmark: shard.session.getBookmark() });
  });
}

/** The row of an allocation of the actor's tenant. */
export async function findAllocation(shard: Shard, actor: Actor, id: string): Promise<Row | undefined> {
  return shard.db
    .select()
    .from(allocations)
    .where(and(eq(allocations.tenantId, actor.tenantId), eq(allocations.id, id)))
    .get();
}

/** One allocation. */
export async function getAllocation(
  env: Env,
  actor: Actor,
  id: string,
  bookmark?: string,
): Promise<Result<Bookmarked<{ item: Allocation }>>> {
  const refused = refuse(actor, 'allocations:read');
  if (refused) return refused;
  return onShard(env, actor, bookmark ?? 'first-unconstrained', async (shard) => {
    const row = await findAllocation(shard, actor, id);
    return row ? ok({ item: show(row), bookmark: shard.session.getBookmark() }) : notFound('allocation');
  });
}
