/** Allocations: contracted space that bookings draw from. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import { type Answer, type Failure, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import type { Allocation } from '../../../contracts/procurement/allocations.ts';
import type { AuditEntry } from '../../../contracts/procurement/audit.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { tenantCarriers } from '../../../platform/d1/schema/directory.ts';
import { allocations } from '../../../platform/d1/schema/tenant.ts';
import { newId } from '../../../platform/ids.ts';
import { audit, trailOf } from '../audit.ts';
import { worldNow } from '../clock.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { answersOf, armRelay, bookmarked, drainSoon, onShard } from '../shard.ts';
import { type AllocationRow, allocationToApi, findAllocation, insertAllocation } from './allocation-rows.ts';
import { brokenRules, termsOf } from './allocation-terms.ts';

/** Creates contracted space. */
export async function createAllocation({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
  background,
}: For<'createAllocation'>): Promise<Answer<Allocation>> {
  return onShard(env, scope, 'first-primary', async (shard) => {
    const createdAt = worldNow(env);
    const row: AllocationRow = {
      ...input,
      ...termsOf(input),
      id: newId('all', now),
      tenantId: scope.tenantId,
      booked: 0,
      status: 'open',
      version: 1,
      revision: 1,
      createdAt,
    };
    const refused = brokenRules(row, null, createdAt) ?? (await unknownCarrier(env, scope, input.carrierId));
    await armRelay(env, shard.name);
    const made = await once(answersOf(shard), scope, { operation: 'allocation', key, input }, now, {
      // What was created once is answered again also when a rule would refuse it by now.
      optimistic: refused === null,
      make: async () =>
        refused ?? {
          answer: allocationToApi(row),
          statements: [
            insertAllocation(shard, row),
            audit(shard, scope, {
              object: { type: 'allocation', id: row.id },
              action: 'allocation.created',
              detail: `${row.capacity} ${row.unit}`,
              after: allocationToApi(row),
              now: createdAt,
            }),
          ],
        },
    });
    if (made.ok && !made.replayed) background(drainSoon(env, shard.name));
    return bookmarked(shard, made);
  });
}

/** The failure for a carrier that the tenant has not invited: its people will see what is booked with it. */
async function unknownCarrier(env: Env, scope: Scope, carrierId: string): Promise<Failure | null> {
  const row = await drizzle(env.DIRECTORY)
    .select({ id: tenantCarriers.carrierId })
    .from(tenantCarriers)
    .where(and(eq(tenantCarriers.tenantId, scope.tenantId), eq(tenantCarriers.carrierId, carrierId)))
    .get();
  return row ? null : fault('/carrierId', 'unknown', 'You work with no such carrier: invite it first');
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
    return bookmarked(shard, ok(cutPageById(rows, input.limit, allocationToApi)));
  });
}

/** One allocation with the trail of its changes. */
export async function getAllocation({
  env,
  scope,
  input,
  bookmark,
}: For<'getAllocation'>): Promise<Answer<Allocation & { audit: AuditEntry[] }>> {
  return onShard(env, scope, bookmark ?? 'first-unconstrained', async (shard) => {
    const row = await findAllocation(shard, scope, input.id);
    if (!row) return notFound('allocation');
    return bookmarked(shard, ok({ ...allocationToApi(row), audit: await trailOf(shard, scope, input.id) }));
  });
}
