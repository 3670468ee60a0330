/**
 * Bookings as the carrier sees them: those addressed to it, in whichever tenant and on whichever
 * shard. The carrier comes from the actor's organisation and nowhere else.
 */
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { z } from 'zod';
import { type Actor, carrierOf } from '../../contracts/actor.ts';
import type { Permission } from '../../contracts/permissions.ts';
import type { CarrierBooking, carrierTransitionSchema } from '../../contracts/procurement.ts';
import { type Failure, fail, ok, type Page, type Result } from '../../contracts/result.ts';
import type { BookingState } from '../../domain/booking/states.ts';
import { tenants } from '../../platform/schema/directory.ts';
import { bookings } from '../../platform/schema/tenant.ts';
import { beforeId, notFound, pageById, refuse } from '../../platform/service.ts';
import { type Background, showBooking, transition } from './bookings.ts';
import type { Env } from './env.ts';
import { onEveryShard, onShard } from './shard.ts';

type Row = typeof bookings.$inferSelect;

function carrierFor(actor: Actor, permission: Permission): string | Failure {
  const refused = refuse(actor, permission);
  if (refused) return refused;
  return carrierOf(actor) ?? fail('forbidden', 'Only people of a carrier may see this');
}

async function show(env: Env, rows: Row[]): Promise<Map<string, CarrierBooking>> {
  const ids = [...new Set(rows.map((row) => row.tenantId))];
  const known = await drizzle(env.DIRECTORY)
    .select({ id: tenants.id, name: tenants.name })
    .from(tenants)
    // One parameter, however many: D1 binds a hundred.
    .where(sql`${tenants.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
  return new Map(
    rows.map((row) => {
      const { createdBy: _createdBy, ...booking } = showBooking(row);
      const name = known.find((tenant) => tenant.id === row.tenantId)?.name ?? '';
      return [row.id, { ...booking, tenant: { id: row.tenantId, name } }];
    }),
  );
}

/** The bookings addressed to the actor's carrier, newest first. */
export async function listCarrierBookings(
  env: Env,
  actor: Actor,
  query: { cursor?: string | undefined; limit: number; state?: string | undefined },
): Promise<Result<Page<CarrierBooking>>> {
  const carrierId = carrierFor(actor, 'carrier-bookings:read');
  if (typeof carrierId !== 'string') return carrierId;
  const found = await onEveryShard(env, actor, (shard) =>
    shard.db
      .select()
      .from(bookings)
      .where(
        and(
          eq(bookings.carrierId, carrierId),
          lt(bookings.id, beforeId(query.cursor)),
          query.state ? eq(bookings.state, query.state as BookingState) : undefined,
        ),
      )
      .orderBy(desc(bookings.id))
      .limit(query.limit + 1),
  );
  if ('ok' in found) return found;
  const newest = found.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
  const shown = await show(env, newest.slice(0, query.limit));
  return ok(pageById(newest, query.limit, (row) => shown.get(row.id)!));
}

async function find(env: Env, actor: Actor, carrierId: string, id: string): Promise<Row | undefined | Failure> {
  const found = await onEveryShard(env, actor, (shard) =>
    shard.db
      .select()
      .from(bookings)
      .where(and(eq(bookings.id, id), eq(bookings.carrierId, carrierId)))
      .limit(1),
  );
  return 'ok' in found ? found : found.flat()[0];
}

/** One booking addressed to the actor's carrier. */
export async function getCarrierBooking(env: Env, actor: Actor, id: string): Promise<Result<CarrierBooking>> {
  const carrierId = carrierFor(actor, 'carrier-bookings:read');
  if (typeof carrierId !== 'string') return carrierId;
  const row = await find(env, actor, carrierId, id);
  if (!row) return notFound('booking');
  if ('ok' in row) return row;
  return ok((await show(env, [row])).get(id)!);
}

/** Confirms or declines a booking that waits for the carrier's word. */
export async function transitionCarrierBooking(
  env: Env,
  actor: Actor,
  id: string,
  input: z.infer<typeof carrierTransitionSchema>,
  expectedVersion: number,
  background: Background,
): Promise<Result<CarrierBooking>> {
  const carrierId = carrierFor(actor, 'carrier-bookings:write');
  if (typeof carrierId !== 'string') return carrierId;
  const row = await find(env, actor, carrierId, id);
  if (!row) return notFound('booking');
  if ('ok' in row) return row;
  // On the tenant's shard and in its audit trail, under the carrier's own name.
  const acting = { ...actor, tenantId: row.tenantId };
  const moved = await onShard(env, acting, 'first-primary', (shard) =>
    transition(env, shard, acting, id, { ...input, from: 'requested' }, expectedVersion, background),
  );
  if (!moved.ok) return moved;
  return ok((await show(env, [moved.value])).get(id)!);
}
