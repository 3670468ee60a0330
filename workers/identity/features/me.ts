/** One's own account: who one is, and one's password. */
import { and, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Me } from '../../../contracts/identity/account.ts';
import { PERMISSION_NAMES } from '../../../contracts/kit/permissions.ts';
import { type Answer, type Failure, fail, notFound, ok } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { audited } from '../../../durable-objects/kit/directory-outbox.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { notesOf } from '../../../platform/audit.ts';
import { actingAs } from '../../../platform/d1/directory.ts';
import { isStale } from '../../../platform/d1/errors.ts';
import { users } from '../../../platform/d1/schema/directory.ts';
import { guard, prepared } from '../../../platform/d1/statements.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { checkPasswordOf } from './credentials.ts';
import { nameOf } from './organisations.ts';
import { hashPassword } from './passwords.ts';
import { findUser } from './people.ts';
import { endings, withFollowing } from './principal-changes.ts';

/** Sessions, passwords and second factors are people's. */
export function refuseMachine(scope: Scope): Failure | null {
  return scope.kind === 'user' && scope.sessionId ? null : fail('forbidden', 'Only a signed-in person has these');
}

/** Who the caller is and what it may do. */
export async function me({ env, scope }: For<'me'>): Promise<Answer<Me>> {
  const user = scope.kind === 'user' ? await findUser(env, scope, scope.subject) : undefined;
  const factor = user ? await tenantPolicy(env, scope.tenantId).factor(user.id) : null;
  return ok({
    subject: scope.subject,
    name: user?.name ?? scope.subject,
    email: user?.email ?? null,
    roles: [...scope.roles],
    permissions: PERMISSION_NAMES.filter((permission) => scope.allows(permission)),
    tenant: { id: scope.tenantId, name: await nameOf(env, scope.tenantId) },
    sessionId: scope.sessionId,
    secondFactor: factor?.confirmed ? { recoveryCodesLeft: factor.recoveryCodesLeft } : null,
  });
}

/** The user again by password, throttled as a sign-in is: a token alone must not be enough. */
export async function confirmPassword(
  env: Env,
  scope: Scope,
  password: string,
  address: string,
): Promise<{ ok: true; user: typeof users.$inferSelect } | Failure> {
  const user = await findUser(env, scope, scope.subject);
  if (!user) return notFound('user');
  const checked = await checkPasswordOf(env, user, password, address);
  if (checked.ok) return { ok: true, user: checked.user };
  if (checked.retryAfterSeconds !== undefined) {
    const { retryAfterSeconds } = checked;
    return fail('quota.exceeded', 'Too many attempts. Wait a few minutes and try again.', { retryAfterSeconds });
  }
  return fail('forbidden', 'The password is wrong');
}

/** Changes one's own password; every other session of the user ends, and links to choose another one. */
export async function changePassword({
  env,
  scope,
  input,
  address,
  now,
}: For<'changePassword'>): Promise<Answer<{ ended: number }>> {
  const refused = refuseMachine(scope);
  if (refused) return refused;
  const confirmed = await confirmPassword(env, scope, input.current, address);
  if (!confirmed.ok) return confirmed;
  const db = drizzle(env.DIRECTORY);
  const fresh = await hashPassword(env.PASSWORD_PEPPER, input.next);
  const { user } = confirmed;
  const next = { ...user, version: user.version + 1, securityVersion: user.securityVersion + 1 };
  const policy = tenantPolicy(env, scope.tenantId);
  const ended = await policy.sessionsBeside(user.id, scope.sessionId);
  const update = db
    .update(users)
    .set({ ...fresh, version: next.version, securityVersion: next.securityVersion })
    // Over the password that was checked alone: a reset in between must win.
    .where(and(eq(users.id, user.id), eq(users.version, user.version), eq(users.passwordHash, user.passwordHash)));
  try {
    const ending = await endings(env, next, { by: scope, now, keepSessionId: scope.sessionId });
    const done = {
      organisationId: scope.tenantId,
      action: 'password.changed',
      object: { type: 'password' as const, id: user.id },
    };
    const acted = audited(env.DIRECTORY, scope.tenantId, notesOf(scope, done, now));
    const statements = [prepared(env.DIRECTORY, update), guard(env.DIRECTORY), ...ending, ...acted];
    await withFollowing(env, scope.tenantId, () => actingAs(env.DIRECTORY, scope).batch(statements));
  } catch (error) {
    if (isStale(error)) return fail('precondition.failed', 'The password was changed at the same time');
    throw error;
  }
  return ok({ ended });
}
