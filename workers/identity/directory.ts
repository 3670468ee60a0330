/** Organisations: tenants and carriers, and which of them exist. */
import { and, count, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { z } from 'zod';
import { type Actor, carrierOf, PLATFORM_TENANT } from '../../contracts/actor.ts';
import type { Carrier, CarrierCustomer, newCarrierSchema, newTenantSchema, Tenant } from '../../contracts/identity.ts';
import { fail, type Keyed, ok, type Page, type Result } from '../../contracts/result.ts';
import { newId } from '../../platform/ids.ts';
import { isTaken, once } from '../../platform/keyed.ts';
import { Lru } from '../../platform/lru.ts';
import { carriers, tenantCarriers, tenants, users } from '../../platform/schema/directory.ts';
import { beforeId, notFound, pageById, refuse } from '../../platform/service.ts';
import { SHARDS } from '../../platform/shards.ts';
import type { Env } from './env.ts';
import { hashPassword } from './passwords.ts';

/** Cursor paging, as every list takes it. */
export type Paging = { cursor?: string | undefined; limit: number };
/** An instant in ms as RFC 3339 text. */
export const iso = (at: number): string => new Date(at).toISOString();

const showTenant = ({ id, slug, name, shard, createdAt }: typeof tenants.$inferSelect): Tenant => ({
  id,
  slug,
  name,
  shard,
  createdAt: iso(createdAt),
});
interface CarrierRow {
  id: string;
  carrier: typeof carriers.$inferSelect;
  known: typeof tenantCarriers.$inferSelect;
}
const showCarrier = ({ carrier, known }: CarrierRow): Carrier => ({
  id: carrier.id,
  scac: carrier.scac,
  name: known.name,
  contactEmail: known.contactEmail,
  contactPhone: known.contactPhone,
});

const existing = new Lru<string, { until: number }>(10_000);
const EXISTING_TTL_MS = 300_000;

/**
 * Whether an organisation exists. Asked before an object is woken by a name that came with a secret:
 * made-up ones must not leave objects behind. Organisations are never deleted, so a yes may be kept.
 */
export async function organisationExists(env: Env, id: string): Promise<boolean> {
  if (id === PLATFORM_TENANT || (existing.get(id)?.until ?? 0) > Date.now()) return true;
  const table = id.startsWith('car_') ? carriers : tenants;
  const row = await drizzle(env.DIRECTORY).select({ id: table.id }).from(table).where(eq(table.id, id)).get();
  if (row) existing.set(id, { until: Date.now() + EXISTING_TTL_MS });
  return row !== undefined;
}

/** The organisation that a code, refresh token, link or ticket begins with, if there is one. */
export async function organisationOfSecret(env: Env, secret: string | undefined): Promise<string | null> {
  const id = /^((?:ten|car)_[0-9a-z]{26}|platform)\.[A-Za-z0-9_-]{43}$/.exec(secret ?? '')?.[1];
  return id && (await organisationExists(env, id)) ? id : null;
}

/** Creates a tenant on the least filled shard, with its first administrator, in one transaction. */
export async function createTenant(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newTenantSchema>,
  key: string,
): Promise<Result<Keyed<Tenant & { adminId: string }>>> {
  const refused = refuse(actor, 'tenants:manage');
  if (refused) return refused;
  const db = drizzle(env.DIRECTORY);
  return once(
    env,
    actor,
    { operation: 'tenant', key, input },
    async (now) => {
      const filled = await db.select({ shard: tenants.shard, held: count() }).from(tenants).groupBy(tenants.shard);
      const load = (shard: string): number => filled.find((row) => row.shard === shard)?.held ?? 0;
      const shard = [...SHARDS].sort((a, b) => load(a) - load(b))[0]!;
      const tenant = { id: newId('ten', now), slug: input.slug, name: input.name, shard, createdAt: now };
      const admin = {
        id: newId('usr', now),
        tenantId: tenant.id,
        email: input.admin.email,
        name: input.admin.name,
        role: 'tenant_admin',
        ...(await hashPassword(env.PASSWORD_PEPPER, input.admin.password)),
        createdAt: now,
      };
      return {
        answer: { ...showTenant(tenant), adminId: admin.id },
        statements: [db.insert(tenants).values(tenant), db.insert(users).values(admin)],
      };
    },
    (error) =>
      isTaken(error) ? fail('conflict.exists', 'The slug or the administrator’s e-mail address is taken') : null,
  );
}

/** All tenants, newest first; for platform operators. */
export async function listTenants(env: Env, actor: Actor, query: Paging): Promise<Result<Page<Tenant>>> {
  const refused = refuse(actor, 'tenants:manage');
  if (refused) return refused;
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(tenants)
    .where(lt(tenants.id, beforeId(query.cursor)))
    .orderBy(desc(tenants.id))
    .limit(query.limit + 1);
  return ok(pageById(rows, query.limit, showTenant));
}

/** The name of an organisation, for people to read. */
export async function nameOf(env: Env, id: string): Promise<string> {
  if (id === PLATFORM_TENANT) return 'Platform';
  const db = drizzle(env.DIRECTORY);
  if (id.startsWith('car_')) {
    const carrier = await db.select().from(carriers).where(eq(carriers.id, id)).get();
    return carrier?.scac ?? id;
  }
  return (await db.select().from(tenants).where(eq(tenants.id, id)).get())?.name ?? id;
}

/**
 * Invites a carrier. The organisation is shared by its SCAC; its name and contacts are what this
 * tenant says of it, and inviting it again updates them.
 */
export async function createCarrier(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newCarrierSchema>,
  key: string,
): Promise<Result<Keyed<Carrier>>> {
  const refused = refuse(actor, 'carriers:manage');
  if (refused) return refused;
  const db = drizzle(env.DIRECTORY);
  return once(env, actor, { operation: 'carrier', key, input }, async (now) => {
    // An organisation that nobody works with yet harms nobody: it may stand before the rest is certain.
    await db
      .insert(carriers)
      .values({ id: newId('car', now), scac: input.scac, createdAt: now })
      .onConflictDoNothing();
    const carrier = await db.select().from(carriers).where(eq(carriers.scac, input.scac)).get();
    if (!carrier) throw new Error('a carrier that was just stored is gone');
    const facts = {
      name: input.name,
      contactEmail: input.contactEmail ?? null,
      contactPhone: input.contactPhone ?? null,
    };
    const known = { tenantId: actor.tenantId, carrierId: carrier.id, ...facts, createdAt: now };
    const insert = db
      .insert(tenantCarriers)
      .values(known)
      .onConflictDoUpdate({ target: [tenantCarriers.tenantId, tenantCarriers.carrierId], set: facts });
    return { answer: showCarrier({ id: carrier.id, carrier, known }), statements: [insert] };
  });
}

function selectCarriers(env: Env) {
  return drizzle(env.DIRECTORY)
    .select({ id: carriers.id, carrier: carriers, known: tenantCarriers })
    .from(carriers)
    .innerJoin(tenantCarriers, eq(tenantCarriers.carrierId, carriers.id));
}

/** The carriers the tenant works with. */
export async function listCarriers(env: Env, actor: Actor, query: Paging): Promise<Result<Page<Carrier>>> {
  const refused = refuse(actor, 'carriers:read');
  if (refused) return refused;
  const rows = await selectCarriers(env)
    .where(and(eq(tenantCarriers.tenantId, actor.tenantId), lt(carriers.id, beforeId(query.cursor))))
    .orderBy(desc(carriers.id))
    .limit(query.limit + 1);
  return ok(pageById(rows, query.limit, showCarrier));
}

/** One carrier the tenant works with. */
export async function getCarrier(env: Env, actor: Actor, id: string): Promise<Result<Carrier>> {
  const refused = refuse(actor, 'carriers:read');
  if (refused) return refused;
  const row = await selectCarriers(env)
    .where(and(eq(tenantCarriers.tenantId, actor.tenantId), eq(carriers.id, id)))
    .get();
  return row ? ok(showCarrier(row)) : notFound('carrier');
}

/** As a carrier: the tenants that work with it, newest tenant first. */
export async function listCarrierCustomers(
  env: Env,
  actor: Actor,
  query: Paging,
): Promise<Result<Page<CarrierCustomer>>> {
  const carrierId = carrierOf(actor);
  const refused = refuse(actor, 'carrier-bookings:read');
  if (refused || !carrierId) return refused ?? fail('forbidden', 'Only people of a carrier may see this');
  const rows = await drizzle(env.DIRECTORY)
    .select({ id: tenants.id, name: tenants.name, since: tenantCarriers.createdAt })
    .from(tenantCarriers)
    .innerJoin(tenants, eq(tenants.id, tenantCarriers.tenantId))
    .where(and(eq(tenantCarriers.carrierId, carrierId), lt(tenants.id, beforeId(query.cursor))))
    .orderBy(desc(tenants.id))
    .limit(query.limit + 1);
  return ok(pageById(rows, query.limit, ({ id, name, since }) => ({ tenantId: id, name, since: iso(since) })));
}
