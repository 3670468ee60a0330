/** Tenants: created by operators, each on a shard of its own choosing once and for all, with quotas and features. */
import { count, desc, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Versioned } from '../../../contracts/identity/access.ts';
import type { Limits, Tenant } from '../../../contracts/identity/tenants.ts';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import { type Answer, fail, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { directoryAnswers, organisationExists } from '../../../platform/d1/directory.ts';
import { isTaken } from '../../../platform/d1/errors.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { tenants, users } from '../../../platform/d1/schema/directory.ts';
import { SHARDS } from '../../../platform/d1/shards.ts';
import { prepared } from '../../../platform/d1/statements.ts';
import { newId } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { hashPassword } from './passwords.ts';

const toApi = ({ createdAt, ...row }: typeof tenants.$inferSelect): Tenant => ({
  ...row,
  createdAt: toInstant(createdAt),
});

/** Creates a tenant on the least filled shard, with its first administrator, in one transaction. */
export async function createTenant({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'createTenant'>): Promise<Answer<Tenant & { adminId: string }>> {
  const db = drizzle(env.DIRECTORY);
  return once(directoryAnswers(env), scope, { operation: 'tenant', key, input }, now, {
    make: async () => {
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
        answer: { ...toApi(tenant), adminId: admin.id },
        statements: [
          prepared(env.DIRECTORY, db.insert(tenants).values(tenant)),
          prepared(env.DIRECTORY, db.insert(users).values(admin)),
        ],
      };
    },
    explain: (error) =>
      isTaken(error) ? fail('conflict.exists', 'The slug or the administrator’s e-mail address is taken') : null,
  });
}

/** All tenants, newest first; for platform operators. */
export async function listTenants({ env, input }: For<'listTenants'>): Promise<Answer<Page<Tenant>>> {
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(tenants)
    .where(lt(tenants.id, beforeId(input)))
    .orderBy(desc(tenants.id))
    .limit(input.limit + 1);
  return ok(cutPageById(rows, input.limit, toApi));
}

/** The quotas and features of a tenant; for platform operators. */
export async function getLimits({ env, input: { id } }: For<'getLimits'>): Promise<Answer<Versioned<Limits>>> {
  return (await isTenant(env, id)) ? ok(await tenantPolicy(env, id).limits()) : notFound('tenant');
}

/** Sets the quotas and features of a tenant. */
export async function putLimits({
  env,
  input: { id, ...limits },
  expectedVersion,
}: For<'putLimits'>): Promise<Answer<Versioned<Limits>>> {
  if (!(await isTenant(env, id))) return notFound('tenant');
  const stored = await tenantPolicy(env, id).putLimits(limits, expectedVersion);
  return stored ? ok(stored) : fail('precondition.failed', 'The limits have changed since you read them');
}

async function isTenant(env: Env, id: string): Promise<boolean> {
  return id.startsWith('ten_') && (await organisationExists(env, id));
}
