/**
 * Bookings as the carrier sees them: those addressed to it, in whichever tenant and on whichever
 * shard. The carrier comes from the caller's organisation and nowhere else.
 */
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import {
  type Answer,
  type Failure,
  fail,
  notFound,
  ok,
  type Page,
  type Result,
} from '../../../contracts/kit/result.ts';
import { onBehalfOf, Scope } from '../../../contracts/kit/serve.ts';
import type { CarrierBooking } from '../../../contracts/procurement/bookings.ts';
import { tenants } from '../../../platform/d1/schema/directory.ts';
import { bookings } from '../../../platform/d1/schema/tenant.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { drainSoon, onEveryShard, onShard } from '../shard.ts';
import { bookingToApi, transition } from './booking-rows.ts';

type Row = typeof bookings.$inferSelect;

const notOfCarrier = (): Failure => fail('forbidden', 'Only people of a carrier may see this');

async function toApi(env: Env, rows: Row[]): Promise<Map<string, CarrierBooking>> {
  const ids = [...new Set(rows.map((row) => row.tenantId))];
  const known = await drizzle(env.DIRECTORY)
    .select({ id: tenants.id, name: tenants.name })
    .from(tenants)
    // One parameter, however many: D1 binds a hundred.
    .where(sql`${tenants.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
  return new Map(
    rows.map((row) => {
      const { createdBy: _createdBy, ...booking } = bookingToApi(row);
      const name = known.find((tenant) => tenant.id === row.tenantId)?.name ?? '';
      return [row.id, { ...booking, tenant: { id: row.tenantId, name } }];
    }),
  );
}

/** The bookings addressed to the caller's carrier, newest first. */
export async function listCarrierBookings({
  env,
  scope,
  input,
}: For<'listCarrierBookings'>): Promise<Answer<Page<CarrierBooking>>> {
  const { carrierId } = scope;
  if (!carrierId) return notOfCarrier();
  const found = await onEveryShard(env, scope, (shard) =>
    shard.db
      .select()
      .from(bookings)
      .where(
        and(
          eq(bookings.carrierId, carrierId),
          lt(bookings.id, beforeId(input)),
          input.state ? eq(bookings.state, input.state) : undefined,
        ),
      )
      .orderBy(desc(bookings.id))
      .limit(input.limit + 1),
  );
  if ('ok' in found) return found;
  const newest = found.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
  const shown = await toApi(env, newest.slice(0, input.limit));
  return ok(cutPageById(newest, input.limit, (row) => shown.get(row.id)!));
}

/** The row of a booking addressed to the caller's carrier, on whichever shard. */
async function find(env: Env, scope: Scope, id: string): Promise<Result<Row>> {
  const { carrierId } = scope;
  if (!carrierId) return notOfCarrier();
  const found = await onEveryShard(env, scope, (shard) =>
    shard.db
      .select()
      .from(bookings)
      .where(and(eq(bookings.id, id), eq(bookings.carrierId, carrierId)))
      .limit(1),
  );
  if ('ok' in found) return found;
  const [row] = found.flat();
  return row ? ok(row) : notFound('booking');
}

/** One booking addressed to the caller's carrier. */
export async function getCarrierBooking({
  env,
  scope,
  input,
}: For<'getCarrierBooking'>): Promise<Answer<CarrierBooking>> {
  const found = await find(env, scope, input.id);
  if (!found.ok) return found;
  return ok((await toApi(env, [found.value])).get(input.id)!);
}

/** Confirms or declines a booking that waits for the carrier's confirmation. */
export async function transitionCarrierBooking({
  env,
  scope,
  input: { id, ...change },
  expectedVersion,
  now,
  background,
}: For<'transitionCarrierBooking'>): Promise<Answer<CarrierBooking>> {
  const found = await find(env, scope, id);
  if (!found.ok) return found;
  // On the tenant's shard and in its audit trail, under the carrier's own name.
  const acting = onBehalfOf(scope, found.value.tenantId);
  const moved = await onShard(env, acting, 'first-primary', async (shard) => {
    const step = await transition(env, shard, acting, { ...change, id, from: 'requested', expectedVersion, now });
    if (step.ok) background(drainSoon(env, shard.name));
    return step;
  });
  if (!moved.ok) return moved;
  return ok((await toApi(env, [moved.value])).get(id)!);
}
