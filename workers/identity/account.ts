/** One's own account: who one is, sessions, password, second factor, tickets. */
import { and, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { z } from 'zod';
import type { Actor } from '../../contracts/actor.ts';
import type { FactorEnrolment, Me, passwordChangeSchema } from '../../contracts/identity.ts';
import { allows, PERMISSION_NAMES } from '../../contracts/permissions.ts';
import type { Session } from '../../contracts/policy.ts';
import { type Failure, fail, ok, type Page, type Result } from '../../contracts/result.ts';
import { tenantPolicy } from '../../durable-objects/stubs.ts';
import { randomToken } from '../../platform/ids.ts';
import { guard, isStale } from '../../platform/keyed.ts';
import { WS_TICKET_SECONDS } from '../../platform/limits.ts';
import { passwordResets, users } from '../../platform/schema/directory.ts';
import { sha256Hex } from '../../platform/secrets.ts';
import { notFound, refuse } from '../../platform/service.ts';
import { checkCredentials } from './authorize.ts';
import { nameOf, organisationOfSecret, type Paging } from './directory.ts';
import type { Env } from './env.ts';
import { hashPassword } from './passwords.ts';
import { findUser, refuseOver } from './people.ts';
import { newFactorSecret, newRecoveryCodes, sealFactorSecret, stepOfCode } from './second-factor.ts';

/** Sessions, passwords and second factors are people's. */
function refuseMachine(actor: Actor): Failure | null {
  return actor.kind === 'user' && actor.sessionId ? null : fail('forbidden', 'Only a signed-in person has these');
}

/** Who the actor is and what it may do. */
export async function me(env: Env, actor: Actor): Promise<Result<Me>> {
  const user = actor.kind === 'user' ? await findUser(env, actor, actor.subject) : undefined;
  const factor = user ? await tenantPolicy(env, actor.tenantId).factor(user.id) : null;
  return ok({
    subject: actor.subject,
    name: user?.name ?? actor.subject,
    email: user?.email ?? null,
    roles: actor.roles,
    permissions: PERMISSION_NAMES.filter((permission) => allows(actor, permission)),
    tenant: { id: actor.tenantId, name: await nameOf(env, actor.tenantId) },
    sessionId: actor.sessionId,
    secondFactor: factor?.confirmed ? { recoveryCodesLeft: factor.recoveryCodesLeft } : null,
  });
}

interface Owner {
  id: string;
  tenantId: string;
}

/** Whose sessions the actor may see and end: its own, or with permission those of the users it looks after. */
async function sessionOwner(env: Env, actor: Actor, userId: string | undefined): Promise<Owner | Failure> {
  if (userId === undefined) return refuseMachine(actor) ?? { id: actor.subject, tenantId: actor.tenantId };
  return refuse(actor, 'users:manage') ?? (await findUser(env, actor, userId)) ?? notFound('user');
}

/** Live sessions, newest first. */
export async function listSessions(
  env: Env,
  actor: Actor,
  query: Paging & { userId?: string | undefined },
): Promise<Result<Page<Session>>> {
  const owner = await sessionOwner(env, actor, query.userId);
  if ('ok' in owner) return owner;
  return ok(await tenantPolicy(env, owner.tenantId).sessions({ ...query, userId: owner.id }));
}

/** Ends one session. */
export async function endSession(
  env: Env,
  actor: Actor,
  sessionId: string,
  userId?: string,
): Promise<Result<{ ended: boolean }>> {
  const owner = await sessionOwner(env, actor, userId);
  if ('ok' in owner) return owner;
  const ended = await tenantPolicy(env, owner.tenantId).endSession(sessionId, owner.id);
  return ended ? ok({ ended }) : notFound('session');
}

/** Ends all sessions of a user of the organisation. */
export async function endSessionsOf(env: Env, actor: Actor, userId: string): Promise<Result<{ ended: number }>> {
  const owner = await sessionOwner(env, actor, userId);
  if ('ok' in owner) return owner;
  return ok({ ended: await tenantPolicy(env, owner.tenantId).endSessionsOf(owner.id, null) });
}

/** The user again by password, throttled as a sign-in is: a token alone must not be enough. */
async function confirmPassword(
  env: Env,
  actor: Actor,
  password: string,
  address: string,
): Promise<{ ok: true; user: typeof users.$inferSelect } | Failure> {
  const user = await findUser(env, actor, actor.subject);
  if (!user) return notFound('user');
  const checked = await checkCredentials(env, { email: user.email, password }, address);
  if (checked.ok) {
    await checked.attempt.succeeded();
    return { ok: true, user: checked.user };
  }
  if (checked.status === 429) {
    return fail('quota.exceeded', checked.description, { retryAfterSeconds: checked.retryAfterSeconds ?? 60 });
  }
  return fail('forbidden', 'The password is wrong');
}

/** Changes one's own password; every other session of the user ends, and links to choose another one. */
export async function changePassword(
  env: Env,
  actor: Actor,
  input: z.infer<typeof passwordChangeSchema>,
  address: string,
): Promise<Result<{ ended: number }>> {
  const refused = refuseMachine(actor);
  if (refused) return refused;
  const confirmed = await confirmPassword(env, actor, input.current, address);
  if (!confirmed.ok) return confirmed;
  const db = drizzle(env.DIRECTORY);
  const fresh = await hashPassword(env.PASSWORD_PEPPER, input.next);
  try {
    await db.batch([
      db
        .update(users)
        .set({ ...fresh, version: sql`${users.version} + 1` })
        // Over the password that was checked alone: a reset in between must win.
        .where(and(eq(users.id, actor.subject), eq(users.passwordHash, confirmed.user.passwordHash))),
      ...guard(db),
      db.delete(passwordResets).where(eq(passwordResets.userId, actor.subject)),
    ]);
  } catch (error) {
    if (isStale(error)) return fail('precondition.failed', 'The password was changed at the same time');
    throw error;
  }
  return ok({ ended: await tenantPolicy(env, actor.tenantId).endSessionsOf(actor.subject, actor.sessionId) });
}

/** Begins a second factor, by the password: whoever stole a token must not plant a factor of theirs. */
export async function enrolFactor(
  env: Env,
  actor: Actor,
  password: string,
  address: string,
): Promise<Result<FactorEnrolment>> {
  const refused = refuseMachine(actor);
  if (refused) return refused;
  const confirmed = await confirmPassword(env, actor, password, address);
  if (!confirmed.ok) return confirmed;
  const { user } = confirmed;
  const policy = tenantPolicy(env, actor.tenantId);
  if ((await policy.factor(user.id))?.confirmed) {
    return fail('conflict.exists', 'There is a second factor already; remove it first');
  }
  const enrolment = newFactorSecret(user.email);
  await policy.enrolFactor(user.id, await sealFactorSecret(env, user.id, enrolment.secret));
  return ok(enrolment);
}

/** Confirms a second factor by its first code; answers the recovery codes, once. */
export async function confirmFactor(
  env: Env,
  actor: Actor,
  code: string,
): Promise<Result<{ recoveryCodes: string[] }>> {
  const refused = refuseMachine(actor);
  if (refused) return refused;
  const policy = tenantPolicy(env, actor.tenantId);
  const factor = await policy.factor(actor.subject);
  if (!factor || factor.confirmed)
    return fail('conflict.exists', 'There is no second factor that waits for its first code');
  const wrong = fail('invalid', 'The request has faults', {
    faults: [
      { pointer: '/code', code: 'wrong', detail: 'This is not the present code; check the clock of the device' },
    ],
  });
  const step = await stepOfCode(env, actor.subject, factor.sealedSecret, code);
  if (step === null) return wrong;
  const { codes, hashes } = await newRecoveryCodes(actor.subject);
  return (await policy.confirmFactor(actor.subject, factor.sealedSecret, step, hashes))
    ? ok({ recoveryCodes: codes })
    : wrong;
}

/** Removes one's own second factor; the password must be given again. */
export async function removeFactor(
  env: Env,
  actor: Actor,
  password: string,
  address: string,
): Promise<Result<{ removed: boolean }>> {
  const refused = refuseMachine(actor);
  if (refused) return refused;
  const confirmed = await confirmPassword(env, actor, password, address);
  if (!confirmed.ok) return confirmed;
  return ok({ removed: await tenantPolicy(env, actor.tenantId).removeFactor(actor.subject) });
}

/** Removes the second factor of a user who has lost it; their sessions end. */
export async function resetFactor(env: Env, actor: Actor, userId: string): Promise<Result<{ removed: boolean }>> {
  const refused = refuse(actor, 'users:manage');
  if (refused) return refused;
  const user = await findUser(env, actor, userId);
  if (!user) return notFound('user');
  if (userId === actor.subject) return fail('forbidden', 'Remove your own second factor by giving your password');
  const beyond = refuseOver(actor, user);
  if (beyond) return beyond;
  const policy = tenantPolicy(env, user.tenantId);
  const removed = await policy.removeFactor(userId);
  await policy.endSessionsOf(userId, null);
  return ok({ removed });
}

/** A ticket that opens one WebSocket, once, within half a minute; the socket ends with its session or client. */
export async function createTicket(
  env: Env,
  actor: Actor,
  topic: string,
): Promise<Result<{ ticket: string; expiresInSeconds: number }>> {
  const refused = refuse(actor, 'live:subscribe') ?? refuse(actor, 'containers:read');
  if (refused) return refused;
  const ticket = `${actor.tenantId}.${randomToken()}`;
  const stored = await tenantPolicy(env, actor.tenantId).storeTicket(
    await sha256Hex(ticket),
    topic,
    actor.sessionId ?? actor.subject,
    Date.now() + WS_TICKET_SECONDS * 1000,
  );
  if (!stored) return fail('unauthenticated', 'The session or client has just ended');
  return ok({ ticket, expiresInSeconds: WS_TICKET_SECONDS });
}

/** What a ticket opens, once, and for whom. */
export async function redeemTicket(
  env: Env,
  ticket: string,
  address: string,
): Promise<{ tenantId: string; topic: string; holder: string } | null> {
  const tenantId = await organisationOfSecret(env, ticket);
  if (!tenantId) return null;
  const redeemed = await tenantPolicy(env, tenantId).redeemTicket(await sha256Hex(ticket), address, Date.now());
  return redeemed ? { tenantId, ...redeemed } : null;
}
