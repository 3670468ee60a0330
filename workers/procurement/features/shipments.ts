/** Shipments: what confirmed bookings become. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import { type Answer, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Shipment } from '../../../contracts/procurement/shipments.ts';
import { allocations, bookings, shipments } from '../../../platform/d1/schema/tenant.ts';
import { toInstant } from '../../../platform/instants.ts';
import type { For } from '../request.ts';
import { bookmarked, onShard, type Shard } from '../shard.ts';

interface Joined {
  id: string;
  shipment: typeof shipments.$inferSelect;
  booking: typeof bookings.$inferSelect;
  allocation: typeof allocations.$inferSelect;
}

function toApi({ shipment, booking, allocation }: Joined): Shipment {
  return {
    id: shipment.id,
    bookingId: booking.id,
    carrierId: booking.carrierId,
    origin: booking.origin,
    destination: booking.destination,
    containers: booking.containers,
    departureAt: toInstant(allocation.departureAt),
    arrivalAt: toInstant(allocation.arrivalAt),
    state: booking.state,
    createdAt: toInstant(shipment.createdAt),
  };
}

function selectShipments(shard: Shard) {
  return shard.db
    .select({ id: shipments.id, shipment: shipments, booking: bookings, allocation: allocations })
    .from(shipments)
    .innerJoin(bookings, eq(bookings.id, shipments.bookingId))
    .innerJoin(allocations, eq(allocations.id, bookings.allocationId));
}

/** The tenant's shipments, newest first. */
export async function listShipments({
  env,
  scope,
  input,
  bookmark,
}: For<'listShipments'>): Promise<Answer<Page<Shipment>>> {
  return onShard(env, scope, bookmark ?? 'first-unconstrained', async (shard) => {
    const rows = await selectShipments(shard)
      .where(and(eq(shipments.tenantId, scope.tenantId), lt(shipments.id, beforeId(input))))
      .orderBy(desc(shipments.id))
      .limit(input.limit + 1);
    return bookmarked(shard, ok(cutPageById(rows, input.limit, toApi)));
  });
}

/** One shipment. */
export async function getShipment({ env, scope, input, bookmark }: For<'getShipment'>): Promise<Answer<Shipment>> {
  return onShard(env, scope, bookmark ?? 'first-unconstrained', async (shard) => {
    const row = await selectShipments(shard)
      .where(and(eq(shipments.tenantId, scope.tenantId), eq(shipments.id, input.id)))
      .get();
    return row ? bookmarked(shard, ok(toApi(row))) : notFound('shipment');
  });
}
