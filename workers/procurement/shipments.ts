/** Shipments: what confirmed bookings become. */
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Actor } from '../../contracts/actor.ts';
import type { Bookmarked, ListQuery, Shipment } from '../../contracts/procurement.ts';
import { ok, type Page, type Result } from '../../contracts/result.ts';
import { allocations, bookings, shipments } from '../../platform/schema/tenant.ts';
import { beforeId, notFound, pageById, refuse } from '../../platform/service.ts';
import type { Env } from './env.ts';
import { onShard, type Shard } from './shard.ts';

interface Joined {
  id: string;
  shipment: typeof shipments.$inferSelect;
  booking: typeof bookings.$inferSelect;
  allocation: typeof allocations.$inferSelect;
}

const iso = (at: number): string => new Date(at).toISOString();

function show({ shipment, booking, allocation }: Joined): Shipment {
  return {
    id: shipment.id,
    bookingId: booking.id,
    carrierId: booking.carrierId,
    origin: booking.origin,
    destination: booking.destination,
    containers: booking.containers,
    departureAt: iso(allocation.departureAt),
    arrivalAt: iso(allocation.arrivalAt),
    state: booking.state,
    createdAt: iso(shipment.createdAt),
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
export async function listShipments(
  env: Env,
  actor: Actor,
  query: ListQuery,
): Promise<Result<Bookmarked<Page<Shipment>>>> {
  const refused = refuse(actor, 'shipments:read');
  if (refused) return refused;
  return onShard(env, actor, query.bookmark ?? 'first-unconstrained', async (shard) => {
    const rows = await selectShipments(shard)
      .where(and(eq(shipments.tenantId, actor.tenantId), lt(shipments.id, beforeId(query.cursor))))
      .orderBy(desc(shipments.id))
      .limit(query.limit + 1);
    return ok({ ...pageById(rows, query.limit, show), bookmark: shard.session.getBookmark() });
  });
}

/** One shipment. */
export async function getShipment(
  env: Env,
  actor: Actor,
  id: string,
  bookmark?: string,
): Promise<Result<Bookmarked<{ item: Shipment }>>> {
  const refused = refuse(actor, 'shipments:read');
  if (refused) return refused;
  return onShard(env, actor, bookmark ?? 'first-unconstrained', async (shard) => {
    const row = await selectShipments(shard)
      .where(and(eq(shipments.tenantId, actor.tenantId), eq(shipments.id, id)))
      .get();
    return row ? ok({ item: show(row), bookmark: shard.session.getBookmark() }) : notFound('shipment');
  });
}
