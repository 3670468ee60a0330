/** Tenants, users, clients and carriers. */
import { and, count, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { z } from 'zod';
import type { Actor } from '../../contracts/actor.ts';
import type {
  Carrier,
  Client,
  Me,
  newCarrierSchema,
  newClientSchema,
  newTenantSchema,
  newUserSchema,
  Tenant,
  User,
} from '../../contracts/identity.ts';
import { allows, grantOf, PERMISSION_NAMES, type Permission, type Role } from '../../contracts/permissions.ts';
import { type Failure, fail, ok, type Page, type Result } from '../../contracts/result.ts';
import { base64Url, newId } from '../../platform/ids.ts';
import { Lru } from '../../platform/lru.ts';
import { carriers, clients, tenantCarriers, tenants, users } from '../../platform/schema/directory.ts';
import { sha256Hex } from '../../platform/secrets.ts';
import { beforeId, notFound, pageById, refuse } from '../../platform/service.ts';
import { SHARDS } from '../../platform/shards.ts';
import type { Env } from './env.ts';
import { hashPassword } from './passwords.ts';

type Paging = { cursor?: string | undefined; limit: number };
const iso = (at: number): string => new Date(at).toISOString();

const showTenant = (row: typeof tenants.$inferSelect): Tenant => ({ ...row, createdAt: iso(row.createdAt) });
const showUser = (row: typeof users.$inferSelect): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role as Role,
  createdAt: iso(row.createdAt),
});
const showClient = (row: typeof clients.$inferSelect): Client => ({
  id: row.id,
  name: row.name,
  role: row.role as Role,
  scopes: row.scopes as Permission[] | null,
  createdAt: iso(row.createdAt),
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

/** Whether an error is a UNIQUE constraint's; drizzle puts the database's message in `cause`. */
function isTaken(error: unknown): boolean {
  const texts = [error, (error as { cause?: unknown }).cause].map(String);
  return texts.some((text) => text.includes('UNIQUE constraint failed'));
}

const existing = new Lru<string, { until: number }>(10_000);
const EXISTING_TTL_MS = 300_000;

/**
 * Whether a tenant exists. Asked before an object is woken by a name that came with a secret: made-up
 * tenants must not leave objects behind. Tenants are never deleted, so a yes may be kept.
 */
export async function tenantExists(env: Env, id: string): Promise<boolean> {
  if ((existing.get(id)?.until ?? 0) > Date.now()) return true;
  const row = await drizzle(env.DIRECTORY).select({ id: tenants.id }).from(tenants).where(eq(tenants.id, id)).get();
  if (row) existing.set(id, { until: Date.now() + EXISTING_TTL_MS });
  return row !== undefined;
}

/** The tenant that a code, refresh token or ticket begins with, if there is one. */
export async function tenantOfSecret(env: Env, secret: string | undefined): Promise<string | null> {
  const id = /^(ten_[0-9a-z]{26})\.[A-Za-z0-9_-]{43}$/.exec(secret ?? '')?.[1];
  return id && (await tenantExists(env, id)) ? id : null;
}

/** Creates a tenant on the least filled shard, with its first administrator, in one transaction. */
export async function createTenant(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newTenantSchema>,
): Promise<Result<Tenant & { adminId: string }>> {
  const refused = refuse(actor, 'tenants:manage');
  if (refused) return refused;
  const db = drizzle(env.DIRECTORY);
  const filled = await db.select({ shard: tenants.shard, held: count() }).from(tenants).groupBy(tenants.shard);
  const load = (shard: string): number => filled.find((row) => row.shard === shard)?.held ?? 0;
  const shard = [...SHARDS].sort((a, b) => load(a) - load(b))[0]!;
  const now = Date.now();
  const tenant = { id: newId('ten', now), slug: input.slug, name: input.name, shard, createdAt: now };
  const admin = {
    id: newId('usr', now),
    tenantId: tenant.id,
    email: input.admin.email,
    name: input.admin.name,
    role: 'tenant_admin',
    passwordHash: await hashPassword(env.PASSWORD_PEPPER, input.admin.password),
    createdAt: now,
  };
  try {
    await db.batch([db.insert(tenants).values(tenant), db.insert(users).values(admin)]);
  } catch (error) {
    if (isTaken(error)) return fail('conflict.exists', 'The slug or the administrator’s e-mail address is taken');
    throw error;
  }
  return ok({ ...showTenant(tenant), adminId: admin.id });
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

/** Nobody may hand out what they do not hold: a narrowed token cannot make a wider one. */
function refuseGrant(actor: Actor, role: Role, scopes: Permission[] | null): Failure | null {
  const beyond = grantOf(role, scopes).filter((permission) => !allows(actor, permission));
  return beyond.length > 0 ? fail('forbidden', `You cannot grant what you do not hold: ${beyond.join(', ')}`) : null;
}

/** Creates a user of the actor's tenant. */
export async function createUser(env: Env, actor: Actor, input: z.infer<typeof newUserSchema>): Promise<Result<User>> {
  const refused = refuse(actor, 'users:manage') ?? refuseGrant(actor, input.role, null);
  if (refused) return refused;
  const { password, ...facts } = input;
  const now = Date.now();
  const row = {
    ...facts,
    id: newId('usr', now),
    tenantId: actor.tenantId,
    passwordHash: await hashPassword(env.PASSWORD_PEPPER, password),
    status: 'active',
    createdAt: now,
  };
  try {
    await drizzle(env.DIRECTORY).insert(users).values(row);
  } catch (error) {
    if (isTaken(error)) return fail('conflict.exists', 'The e-mail address is taken');
    throw error;
  }
  return ok(showUser(row));
}

/** The tenant's users, newest first. */
export async function listUsers(env: Env, actor: Actor, query: Paging): Promise<Result<Page<User>>> {
  const refused = refuse(actor, 'users:read');
  if (refused) return refused;
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(users)
    .where(and(eq(users.tenantId, actor.tenantId), lt(users.id, beforeId(query.cursor))))
    .orderBy(desc(users.id))
    .limit(query.limit + 1);
  return ok(pageById(rows, query.limit, showUser));
}

/** Creates a machine client and returns its secret, once. */
export async function createClient(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newClientSchema>,
): Promise<Result<Client & { secret: string }>> {
  const scopes = input.scopes ?? actor.scopes;
  const refused = refuse(actor, 'clients:manage') ?? refuseGrant(actor, input.role, scopes);
  if (refused) return refused;
  const now = Date.now();
  const secret = `fls_${base64Url(crypto.getRandomValues(new Uint8Array(32)))}`;
  const row = {
    id: newId('cli', now),
    tenantId: actor.tenantId,
    name: input.name,
    role: input.role,
    scopes,
    // 256 random bits need no slow hash: there is nothing to guess.
    secretHash: await sha256Hex(secret),
    status: 'active',
    createdAt: now,
  };
  await drizzle(env.DIRECTORY).insert(clients).values(row);
  return ok({ ...showClient(row), secret });
}

/** The tenant's machine clients, newest first. */
export async function listClients(env: Env, actor: Actor, query: Paging): Promise<Result<Page<Client>>> {
  const refused = refuse(actor, 'clients:manage');
  if (refused) return refused;
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(clients)
    .where(and(eq(clients.tenantId, actor.tenantId), lt(clients.id, beforeId(query.cursor))))
    .orderBy(desc(clients.id))
    .limit(query.limit + 1);
  return ok(pageById(rows, query.limit, showClient));
}

/**
 * Invites a carrier. The organisation is shared by its SCAC; its name and contacts are what this
 * tenant says of it, and inviting it again updates them.
 */
export async function createCarrier(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newCarrierSchema>,
): Promise<Result<Carrier>> {
  const refused = refuse(actor, 'carriers:manage');
  if (refused) return refused;
  const db = drizzle(env.DIRECTORY);
  const now = Date.now();
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
  await db
    .insert(tenantCarriers)
    .values(known)
    .onConflictDoUpdate({ target: [tenantCarriers.tenantId, tenantCarriers.carrierId], set: facts });
  return ok(showCarrier({ id: carrier.id, carrier, known }));
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

/** Who the actor is and what it may do. */
export async function me(env: Env, actor: Actor): Promise<Result<Me>> {
  const db = drizzle(env.DIRECTORY);
  const tenant = await db.select().from(tenants).where(eq(tenants.id, actor.tenantId)).get();
  const user =
    actor.kind === 'user'
      ? await db
          .select()
          .from(users)
          .where(and(eq(users.id, actor.subject), eq(users.tenantId, actor.tenantId)))
          .get()
      : undefined;
  return ok({
    subject: actor.subject,
    name: user?.name ?? actor.subject,
    email: user?.email ?? null,
    roles: actor.roles,
    permissions: PERMISSION_NAMES.filter((permission) => allows(actor, permission)),
    tenant: { id: actor.tenantId, name: tenant?.name ?? 'Platform' },
  });
}
