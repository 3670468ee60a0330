/** Users of an organisation: who they are, and who may do what over them. */
import { and, desc, eq, lt, or, type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { z } from 'zod';
import { type Actor, PLATFORM_TENANT } from '../../contracts/actor.ts';
import type { newUserSchema, User, userChangeSchema } from '../../contracts/identity.ts';
import {
  allows,
  grantOf,
  OPERATOR_ROLES,
  type Permission,
  type Role,
  TENANT_ROLES,
} from '../../contracts/permissions.ts';
import { type Failure, fail, type Keyed, ok, type Page, type Result } from '../../contracts/result.ts';
import { tenantPolicy } from '../../durable-objects/stubs.ts';
import { newId } from '../../platform/ids.ts';
import { guard, isStale, isTaken, once, type Statement } from '../../platform/keyed.ts';
import { invitations, passwordResets, users } from '../../platform/schema/directory.ts';
import { beforeId, notFound, pageById, refuse } from '../../platform/service.ts';
import { iso, type Paging } from './directory.ts';
import type { Env } from './env.ts';
import { hashPassword } from './passwords.ts';

type UserRow = typeof users.$inferSelect;

const showUser = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role as Role,
  status: row.status,
  createdAt: iso(row.createdAt),
  version: row.version,
});

/** Nobody may hand out what they do not hold: a narrowed token cannot make a wider one. */
export function refuseGrant(actor: Actor, role: Role, scopes: Permission[] | null): Failure | null {
  const beyond = grantOf(role, scopes).filter((permission) => !allows(actor, permission));
  return beyond.length > 0 ? fail('forbidden', `You cannot grant what you do not hold: ${beyond.join(', ')}`) : null;
}

/** Whether the actor may make somebody of its organisation's kind be in a role, under a narrowing. */
export function refuseRole(actor: Actor, role: Role, scopes: Permission[] | null = null): Failure | null {
  if (actor.tenantId !== PLATFORM_TENANT) {
    return (TENANT_ROLES as readonly Role[]).includes(role)
      ? refuseGrant(actor, role, scopes)
      : fail('forbidden', `The role ${role} is given by the platform’s operators`);
  }
  if (!(OPERATOR_ROLES as readonly Role[]).includes(role)) {
    return fail('forbidden', `The role ${role} is given by the tenant’s administrators`);
  }
  // Operators give carriers' people what operators themselves never hold.
  return role === 'carrier_user' ? refuse(actor, 'tenants:manage') : refuseGrant(actor, role, null);
}

/** Creates a user of the actor's tenant with a password that the actor chose. */
export async function createUser(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newUserSchema>,
  key: string,
): Promise<Result<Keyed<User>>> {
  const refused = refuse(actor, 'users:manage') ?? refuseRole(actor, input.role);
  if (refused) return refused;
  const db = drizzle(env.DIRECTORY);
  return once(
    env,
    actor,
    { operation: 'user', key, input },
    async (now) => {
      const { password, ...facts } = input;
      const row = {
        ...facts,
        ...(await hashPassword(env.PASSWORD_PEPPER, password)),
        id: newId('usr', now),
        tenantId: actor.tenantId,
        status: 'active' as const,
        version: 1,
        securityVersion: 1,
        createdAt: now,
      };
      return { answer: showUser(row), statements: [db.insert(users).values(row)] };
    },
    (error) => (isTaken(error) ? fail('conflict.exists', 'The e-mail address is taken') : null),
  );
}

/** The organisation's users, newest first; for operators also those of a carrier. */
export async function listUsers(
  env: Env,
  actor: Actor,
  query: Paging & { carrierId?: string | undefined },
): Promise<Result<Page<User>>> {
  const refused = refuse(actor, 'users:read') ?? (query.carrierId ? refuse(actor, 'tenants:manage') : null);
  if (refused) return refused;
  if (query.carrierId?.startsWith('car_') === false) return ok({ items: [], nextCursor: null });
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(users)
    .where(and(eq(users.tenantId, query.carrierId ?? actor.tenantId), lt(users.id, beforeId(query.cursor))))
    .orderBy(desc(users.id))
    .limit(query.limit + 1);
  return ok(pageById(rows, query.limit, showUser));
}

/**
 * A user of the actor's organisation, or nothing. Carriers' people have no administrator of their own:
 * the operators who invited them look after them. What is done goes to the user's own organisation.
 */
export async function findUser(env: Env, actor: Actor, id: string): Promise<UserRow | undefined> {
  const own = eq(users.tenantId, actor.tenantId);
  const isOperator = actor.tenantId === PLATFORM_TENANT && allows(actor, 'tenants:manage');
  return drizzle(env.DIRECTORY)
    .select()
    .from(users)
    .where(and(eq(users.id, id), isOperator ? or(own, eq(users.role, 'carrier_user')) : own))
    .get();
}

/** Nobody may act on who may do more; operators look after carriers' people, whose rights they never hold. */
export function refuseOver(actor: Actor, user: UserRow): Failure | null {
  return user.role === 'carrier_user' ? refuse(actor, 'tenants:manage') : refuseGrant(actor, user.role as Role, null);
}

/** One user of the organisation. */
export async function getUser(env: Env, actor: Actor, id: string): Promise<Result<User>> {
  const refused = refuse(actor, 'users:read');
  if (refused) return refused;
  const row = await findUser(env, actor, id);
  return row ? ok(showUser(row)) : notFound('user');
}

/**
 * Changes a user's name, role or status, if it is still the version the caller has seen. Whoever loses
 * a role or the account is signed out everywhere: a token must not outlive what it says.
 */
export async function changeUser(
  env: Env,
  actor: Actor,
  id: string,
  input: z.infer<typeof userChangeSchema>,
  expectedVersion: number,
): Promise<Result<User>> {
  const refused = refuse(actor, 'users:manage');
  if (refused) return refused;
  const row = await findUser(env, actor, id);
  if (!row) return notFound('user');
  const refusedRole = refuseOver(actor, row) ?? (input.role === row.role ? null : refuseMove(actor, row, input.role));
  if (refusedRole) return refusedRole;
  const stale = fail('precondition.failed', 'The user has changed since you read it');
  if (row.version !== expectedVersion) return stale;
  const ends = input.status !== row.status || input.role !== row.role;
  if (ends && id === actor.subject) return fail('forbidden', 'Nobody can take their own role or account away');
  const db = drizzle(env.DIRECTORY);
  const securityVersion = row.securityVersion + (ends ? 1 : 0);
  const next = { ...row, ...input, version: row.version + 1, securityVersion };
  try {
    await db.batch([
      db
        .update(users)
        .set({ ...input, version: next.version, securityVersion })
        .where(
          and(
            eq(users.id, id),
            eq(users.tenantId, row.tenantId),
            eq(users.version, expectedVersion),
            isAdmin(row) && !isAdmin(next) ? anotherAdmin(row) : undefined,
          ),
        ),
      ...guard(db),
      ...(ends ? endings(db, row) : []),
    ]);
  } catch (error) {
    if (isStale(error)) return (await isLastAdmin(env, row)) ? lastAdmin() : stale;
    throw error;
  }
  if (ends) await tenantPolicy(env, row.tenantId).endSessionsOf(id, null);
  return ok(showUser(next));
}

const isAdmin = ({ role, status }: Pick<UserRow, 'role' | 'status'>): boolean =>
  role === 'tenant_admin' && status === 'active';

/** Another role for a user: of the organisation's kind, and a person of a carrier stays one. */
function refuseMove(actor: Actor, row: UserRow, role: Role): Failure | null {
  const isCarriers = row.role === 'carrier_user';
  if (isCarriers !== (role === 'carrier_user')) return fail('forbidden', 'A person of a carrier stays one');
  return refuseRole(actor, role);
}

/** What ends with a role or an account: the links made for it and by it. */
function endings(db: ReturnType<typeof drizzle>, row: UserRow): Statement[] {
  const openOnes = and(eq(invitations.invitedBy, row.id), eq(invitations.status, 'open'));
  return [
    db.update(invitations).set({ status: 'withdrawn' }).where(openOnes),
    db.delete(passwordResets).where(or(eq(passwordResets.userId, row.id), eq(passwordResets.createdBy, row.id))),
  ];
}

/** That a tenant keeps an administrator when one steps down: part of the write, so that two cannot at once. */
function anotherAdmin(row: UserRow): SQL {
  return sql`EXISTS (SELECT 1 FROM users AS other WHERE other.tenant_id = ${row.tenantId}
    AND other.role = 'tenant_admin' AND other.status = 'active' AND other.id <> ${row.id})`;
}

async function isLastAdmin(env: Env, row: UserRow): Promise<boolean> {
  const admins = await drizzle(env.DIRECTORY)
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.tenantId, row.tenantId), eq(users.role, 'tenant_admin'), eq(users.status, 'active')))
    .limit(2);
  return admins.length === 1 && admins[0]!.id === row.id;
}

const lastAdmin = (): Failure =>
  fail('conflict.exists', 'This is the last administrator: make somebody else one first');
