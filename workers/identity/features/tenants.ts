/** Tenants: created by operators, each on a shard of its own choosing once and for all, with quotas and features. */
import { and, count, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Versioned } from '../../../contracts/identity/access.ts';
import type { Invitation } from '../../../contracts/identity/people.ts';
import type { Limits, Tenant } from '../../../contracts/identity/tenants.ts';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import { type Answer, type Failure, fail, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import { audited } from '../../../durable-objects/kit/directory-outbox.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { notesOf } from '../../../platform/audit.ts';
import { directoryAnswers, organisationExists } from '../../../platform/d1/directory.ts';
import { isStale, isTaken } from '../../../platform/d1/errors.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { invitations, tenants, users } from '../../../platform/d1/schema/directory.ts';
import { SHARDS } from '../../../platform/d1/shards.ts';
import { prepared } from '../../../platform/d1/statements.ts';
import { newId } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { newInvitation } from './invitations.ts';
import { RECORDED_MAX, withFollowing } from './principal-changes.ts';

const toApi = ({ createdAt, ...row }: typeof tenants.$inferSelect): Tenant => ({
  ...row,
  createdAt: toInstant(createdAt),
});

/** Creates a tenant on the least filled shard, with the invitation of its first administrator, in one transaction. */
export async function createTenant({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'createTenant'>): Promise<Answer<Tenant & { invitation: Invitation & { url: string } }>> {
  const db = drizzle(env.DIRECTORY);
  let made: string | null = null;
  const write = {
    make: async () => {
      const filled = await db.select({ shard: tenants.shard, held: count() }).from(tenants).groupBy(tenants.shard);
      const load = (shard: string): number => filled.find((row) => row.shard === shard)?.held ?? 0;
      const shard = [...SHARDS].sort((a, b) => load(a) - load(b))[0]!;
      const tenant = { id: newId('ten', now), slug: input.slug, name: input.name, shard, createdAt: now };
      const admin = { tenantId: tenant.id, email: input.admin.email, role: 'tenant_admin' as const };
      const { invitation, statements } = await newInvitation(env, scope, admin, now);
      const done = {
        organisationId: tenant.id,
        action: 'tenant.created',
        object: { type: 'tenant' as const, id: tenant.id },
        after: toApi(tenant),
      };
      // Before the write, as for every change: should this Worker die after it, the object looks by itself.
      await tenantPolicy(env, tenant.id).announceChange();
      made = tenant.id;
      return {
        answer: { ...toApi(tenant), invitation },
        statements: [
          prepared(env.DIRECTORY, db.insert(tenants).values(tenant)),
          ...audited(env.DIRECTORY, tenant.id, notesOf(scope, done, now)),
          ...statements,
        ],
      };
    },
    explain: (error: unknown) => (isTaken(error) ? fail('conflict.exists', 'The slug is taken') : null),
  };
  const answer = await once(directoryAnswers(env, scope), scope, { operation: 'tenant', key, input }, now, write);
  if (answer.ok && made) await withFollowing(env, made, async () => {});
  return answer;
}

/**
 * Invites an administrator into a tenant that has none: the first link was lost, or has run out. Links that were
 * made before open nothing any more.
 */
export async function inviteAdministrator({
  env,
  scope,
  input: { id, email },
  idempotencyKey: key,
  now,
}: For<'inviteAdministrator'>): Promise<Answer<Invitation & { url: string }>> {
  if (!(await isTenant(env, id))) return notFound('tenant');
  const db = drizzle(env.DIRECTORY);
  const ofTenant = and(eq(users.tenantId, id), eq(users.role, 'tenant_admin'), eq(users.status, 'active'));
  const write = {
    make: async () => {
      if (await db.select({ id: users.id }).from(users).where(ofTenant).get()) {
        return hasAdministrator();
      }
      const admin = { tenantId: id, email, role: 'tenant_admin' as const };
      const { invitation, statements } = await newInvitation(env, scope, admin, now);
      const earlier = and(
        eq(invitations.tenantId, id),
        eq(invitations.inviterTenantId, scope.tenantId),
        eq(invitations.status, 'open'),
      );
      const withdraw = db.update(invitations).set({ status: 'withdrawn' }).where(earlier);
      const open = await db.select({ id: invitations.id }).from(invitations).where(earlier).limit(RECORDED_MAX);
      const notes = open.flatMap(({ id: link }) => {
        const object = { type: 'invitation' as const, id: link };
        return notesOf(scope, { organisationId: id, action: 'invitation.withdrawn', object }, now);
      });
      return {
        answer: invitation,
        statements: [
          ...stillWithout(env, id),
          prepared(env.DIRECTORY, withdraw),
          ...audited(env.DIRECTORY, id, notes),
          ...statements,
        ],
      };
    },
    explain: (error: unknown) => (isStale(error) ? hasAdministrator() : null),
  };
  return withFollowing(env, id, () =>
    once(directoryAnswers(env, scope), scope, { operation: 'administrator', key, input: { id, email } }, now, write),
  );
}

const hasAdministrator = (): Failure => fail('conflict.exists', 'The tenant has an administrator, who invites others');

/** Fails the batch once the tenant has an administrator: the first link may be accepted while another one is made. */
function stillWithout(env: Env, id: string): D1PreparedStatement[] {
  const none = `INSERT INTO write_guard (expected) SELECT NOT EXISTS (
    SELECT 1 FROM users WHERE tenant_id = ? AND role = 'tenant_admin' AND status = 'active')`;
  return [env.DIRECTORY.prepare(none).bind(id), env.DIRECTORY.prepare('DELETE FROM write_guard')];
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
  scope,
  input: { id, ...limits },
  expectedVersion,
  now,
}: For<'putLimits'>): Promise<Answer<Versioned<Limits>>> {
  if (!(await isTenant(env, id))) return notFound('tenant');
  const policy = tenantPolicy(env, id);
  const { version: _version, ...before } = await policy.limits();
  const object = { type: 'limits' as const, id };
  const notes = notesOf(scope, { organisationId: id, action: 'limits.changed', object, before, after: limits }, now);
  const stored = await policy.putLimits(limits, expectedVersion, notes);
  return stored ? ok(stored) : fail('precondition.failed', 'The limits have changed since you read them');
}

async function isTenant(env: Env, id: string): Promise<boolean> {
  return id.startsWith('ten_') && (await organisationExists(env, id));
}
