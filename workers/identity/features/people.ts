/** Users of an organisation: who they are, and who may do what over them. */
import { and, desc, eq, lt, or, type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { User } from '../../../contracts/identity/people.ts';
import { PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import type { Role } from '../../../contracts/kit/permissions.ts';
import { type Answer, type Failure, fail, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { audited } from '../../../durable-objects/kit/directory-outbox.ts';
import { notesOf } from '../../../platform/audit.ts';
import { actingAs, directoryAnswers } from '../../../platform/d1/directory.ts';
import { isStale, isTaken } from '../../../platform/d1/errors.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { users } from '../../../platform/d1/schema/directory.ts';
import { guard, prepared } from '../../../platform/d1/statements.ts';
import { newId } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { refuseGrant, refuseOver } from './authority.ts';
import { hashPassword } from './passwords.ts';
import { endings, withFollowing } from './principal-changes.ts';

type UserRow = typeof users.$inferSelect;

const toApi = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role as Role,
  status: row.status,
  createdAt: toInstant(row.createdAt),
  version: row.version,
});

/** Creates a user of the caller's tenant with a password that the caller chose. */
export async function createUser({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'createUser'>): Promise<Answer<User>> {
  const refused = refuseGrant(scope, { role: input.role });
  if (refused) return refused;
  const write = {
    make: async () => {
      const { password, ...facts } = input;
      const row = {
        ...facts,
        ...(await hashPassword(env.PASSWORD_PEPPER, password)),
        id: newId('usr', now),
        tenantId: scope.tenantId,
        status: 'active' as const,
        version: 1,
        securityVersion: 1,
        createdAt: now,
      };
      const insert = drizzle(env.DIRECTORY).insert(users).values(row);
      const made = acted(env, scope, row, 'user.created', { after: toApi(row) }, now);
      return { answer: toApi(row), statements: [prepared(env.DIRECTORY, insert), ...made] };
    },
    explain: (error: unknown) => (isTaken(error) ? emailTaken() : null),
  };
  return withFollowing(env, scope.tenantId, () =>
    once(directoryAnswers(env, scope), scope, { operation: 'user', key, input }, now, write),
  );
}

/** The statements that record what was done to a user. */
function acted(
  env: Env,
  scope: Scope,
  { id, tenantId }: Pick<UserRow, 'id' | 'tenantId'>,
  action: string,
  states: { before?: User; after?: User },
  now: number,
): D1PreparedStatement[] {
  const done = { organisationId: tenantId, action, object: { type: 'user' as const, id }, ...states };
  return audited(env.DIRECTORY, tenantId, notesOf(scope, done, now));
}

/** What a change of a user is called in the audit trail: by what weighs most in it. */
function actionOf(row: UserRow, next: Pick<UserRow, 'status' | 'role'>): string {
  if (next.status !== row.status) return next.status === 'disabled' ? 'user.disabled' : 'user.enabled';
  return next.role === row.role ? 'user.changed' : 'user.role_changed';
}

/** The organisation's users, newest first; for operators also those of a carrier. */
export async function listUsers({ env, scope, input }: For<'listUsers'>): Promise<Answer<Page<User>>> {
  const { carrierId } = input;
  const refused = carrierId === undefined ? null : scope.refuse('tenants:manage');
  if (refused) return refused;
  if (carrierId?.startsWith('car_') === false) return ok({ items: [], nextCursor: null });
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(users)
    .where(and(eq(users.tenantId, carrierId ?? scope.tenantId), lt(users.id, beforeId(input))))
    .orderBy(desc(users.id))
    .limit(input.limit + 1);
  return ok(cutPageById(rows, input.limit, toApi));
}

/**
 * A user of the caller's organisation, or nothing. Carriers' people have no administrator of their own:
 * the operators who invited them look after them. What is done goes to the user's own organisation.
 */
export async function findUser(env: Env, scope: Scope, id: string): Promise<UserRow | undefined> {
  const own = eq(users.tenantId, scope.tenantId);
  const isOperator = scope.tenantId === PLATFORM_TENANT && scope.allows('tenants:manage');
  return drizzle(env.DIRECTORY)
    .select()
    .from(users)
    .where(and(eq(users.id, id), isOperator ? or(own, eq(users.role, 'carrier_user')) : own))
    .get();
}

/** One user of the organisation. */
export async function getUser({ env, scope, input }: For<'getUser'>): Promise<Answer<User>> {
  const row = await findUser(env, scope, input.id);
  return row ? ok(toApi(row)) : notFound('user');
}

/**
 * Changes a user's name, role or status, if it is still the version the caller has seen. Whoever loses
 * a role or the account is signed out everywhere: a token must not outlive what it says.
 */
export async function changeUser({
  env,
  scope,
  input: { id, ...input },
  expectedVersion,
  now,
}: For<'changeUser'>): Promise<Answer<User>> {
  const row = await findUser(env, scope, id);
  if (!row) return notFound('user');
  const refusedRole = refuseOver(scope, row) ?? (input.role === row.role ? null : refuseMove(scope, row, input.role));
  if (refusedRole) return refusedRole;
  const stale = fail('precondition.failed', 'The user has changed since you read it');
  if (row.version !== expectedVersion) return stale;
  const ends = input.status !== row.status || input.role !== row.role;
  if (ends && id === scope.subject) return fail('forbidden', 'Nobody can take their own role or account away');
  const securityVersion = row.securityVersion + (ends ? 1 : 0);
  const next = { ...row, ...input, version: row.version + 1, securityVersion };
  const update = drizzle(env.DIRECTORY)
    .update(users)
    .set({ ...input, version: next.version, securityVersion })
    .where(
      and(
        eq(users.id, id),
        eq(users.tenantId, row.tenantId),
        eq(users.version, expectedVersion),
        isAdmin(row) && !isAdmin(next) ? anotherAdmin(row) : undefined,
      ),
    );
  const states = { before: toApi(row), after: toApi(next) };
  const statements = [
    prepared(env.DIRECTORY, update),
    guard(env.DIRECTORY),
    ...(ends ? await endings(env, next, { by: scope, now }) : []),
    ...acted(env, scope, row, actionOf(row, next), states, now),
  ];
  try {
    await withFollowing(env, row.tenantId, () => actingAs(env.DIRECTORY, scope).batch(statements));
  } catch (error) {
    if (isStale(error)) return (await isLastAdmin(env, row)) ? lastAdmin() : stale;
    throw error;
  }
  return ok(toApi(next));
}

const isAdmin = ({ role, status }: Pick<UserRow, 'role' | 'status'>): boolean =>
  role === 'tenant_admin' && status === 'active';

/** Another role for a user: of the organisation's kind, and a person of a carrier stays one. */
function refuseMove(scope: Scope, row: UserRow, role: Role): Failure | null {
  const isCarriers = row.role === 'carrier_user';
  if (isCarriers !== (role === 'carrier_user')) return fail('forbidden', 'A person of a carrier stays one');
  return refuseGrant(scope, { role });
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

/** An address is one account in each organisation; whether it is one elsewhere is nobody's business here. */
export const emailTaken = (): Failure => fail('conflict.exists', 'The e-mail address has an account here already');

const lastAdmin = (): Failure =>
  fail('conflict.exists', 'This is the last administrator: make somebody else one first');
