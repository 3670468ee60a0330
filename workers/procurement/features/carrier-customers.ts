/** The tenants that have invited a carrier, and the shards that hold what they book with it. */
import { and, count, desc, eq, inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { CarrierBookingPage } from '../../../contracts/procurement/carrier-bookings.ts';
import { tenantCarriers, tenants } from '../../../platform/d1/schema/directory.ts';
import { LACKING_NAMED_MAX } from '../../../platform/limits.ts';
import type { Env } from '../env.ts';

/** A customer of a carrier. */
export interface Customer {
  id: string;
  name: string;
}

/** Whose customers: all of a carrier, or a single one. */
interface Whose {
  carrierId: string;
  tenantId?: string | undefined;
}

/** The condition on a tenant joined with its carriers. */
const isCustomer = ({ carrierId, tenantId }: Whose) =>
  and(eq(tenantCarriers.carrierId, carrierId), tenantId === undefined ? undefined : eq(tenants.id, tenantId));

/** The named customer of the carrier; undefined when the tenant is none. */
export async function customerOf(env: Env, whose: Required<Whose>): Promise<Customer | undefined> {
  return drizzle(env.DIRECTORY)
    .select({ id: tenants.id, name: tenants.name })
    .from(tenantCarriers)
    .innerJoin(tenants, eq(tenants.id, tenantCarriers.tenantId))
    .where(isCustomer(whose))
    .get();
}

/** The shards that hold customers of the carrier, or the named one; with how many of them each holds. */
export async function customersByShard(env: Env, whose: Whose): Promise<Map<string, number>> {
  const rows = await drizzle(env.DIRECTORY)
    .select({ shard: tenants.shard, customers: count() })
    .from(tenantCarriers)
    .innerJoin(tenants, eq(tenants.id, tenantCarriers.tenantId))
    .where(isCustomer(whose))
    .groupBy(tenants.shard);
  return new Map(rows.map(({ shard, customers }) => [shard, customers]));
}

/** The names of tenants by their ids. */
export async function namesOf(env: Env, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await drizzle(env.DIRECTORY)
    .select({ id: tenants.id, name: tenants.name })
    .from(tenants)
    // One parameter, however many: D1 binds a hundred.
    .where(sql`${tenants.id} IN (SELECT value FROM json_each(${JSON.stringify([...new Set(ids)])}))`);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** The customers on shards that did not answer: some by name, and the number of the others. */
export async function lackingOf(
  env: Env,
  whose: Whose,
  customers: ReadonlyMap<string, number>,
  shards: readonly string[],
): Promise<Pick<CarrierBookingPage, 'lacking' | 'lackingMore'>> {
  if (shards.length === 0) return { lacking: [], lackingMore: 0 };
  const lacking = await drizzle(env.DIRECTORY)
    .select({ tenantId: tenants.id, name: tenants.name })
    .from(tenantCarriers)
    .innerJoin(tenants, eq(tenants.id, tenantCarriers.tenantId))
    .where(and(isCustomer(whose), inArray(tenants.shard, [...shards])))
    .orderBy(desc(tenants.id))
    .limit(LACKING_NAMED_MAX);
  const all = shards.reduce((sum, shard) => sum + (customers.get(shard) ?? 0), 0);
  return { lacking, lackingMore: Math.max(0, all - lacking.length) };
}
