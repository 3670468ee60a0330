/** What a booking goes by: the facts of its allocation, and why it may be refused. */
import { drizzle } from 'drizzle-orm/d1';
import { type Failure, fail } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { closingOf, whyClosed } from '../../../domain/booking/allocation.ts';
import { Cache } from '../../../platform/cache.ts';
import { toInstant } from '../../../platform/instants.ts';
import type { Shard } from '../shard.ts';
import { type AllocationRow, findAllocation } from './allocation-rows.ts';

/**
 * Allocations as they were read last, kept in the isolate so that a booking is one database call. Their revision is
 * part of the booking's transaction, which fails when the facts have changed; `booked` is never gone by.
 */
const facts = new Cache<string, AllocationRow>({ capacity: 5_000, ttlMs: Number.POSITIVE_INFINITY });

/** The facts of an allocation: those that are known while they allow a booking, else read anew. */
export async function factsOf(shard: Shard, scope: Scope, id: string, now: number): Promise<AllocationRow | undefined> {
  const known = facts.get(nameOf(scope, id));
  return known && whyClosed(known, now) === null ? known : readFacts(shard, scope, id);
}

/** The facts of an allocation at the primary: a replica may be behind what has just failed there. */
export async function readFacts({ primary }: Shard, scope: Scope, id: string): Promise<AllocationRow | undefined> {
  const row = await findAllocation({ db: drizzle(primary) }, scope, id);
  if (row) facts.set(nameOf(scope, id), row);
  return row;
}

const nameOf = (scope: Scope, id: string): string => `${scope.tenantId}:${id}`;

/** The failure of a booking on space that takes none at `now`; null while it does. */
export function closedFailure(allocation: AllocationRow, now: number): Failure | null {
  const why = whyClosed(allocation, now);
  if (why === null) return null;
  if (why === 'departed') {
    return fail('allocation.departed', `The sailing left at ${toInstant(allocation.departureAt)}`);
  }
  if (why === 'expired') return fail('allocation.expired', `Booking closed at ${toInstant(closingOf(allocation))}`);
  return fail('allocation.closed', `The allocation was ${why} and takes no bookings`);
}

/** The failure of a booking of `quantity` by one reading; null when it fits. */
export function refusalOf(allocation: AllocationRow, quantity: number, now: number): Failure | null {
  const closed = closedFailure(allocation, now);
  const { capacity, booked } = allocation;
  const remaining = capacity - booked;
  if (closed || remaining >= quantity) return closed;
  return fail('allocation.exhausted', `${quantity} asked for, ${remaining} of ${capacity} left`, {
    extra: { remaining, capacity },
  });
}
