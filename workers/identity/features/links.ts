/** Links by which people choose their passwords: each once, and only its hash is stored. */
import { and, eq, gt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { PasswordLinkTarget } from '../../../contracts/identity/oauth.ts';
import type { PasswordLink } from '../../../contracts/identity/people.ts';
import type { ActedBy } from '../../../contracts/kit/actor.ts';
import { type Answer, fail, notFound, ok } from '../../../contracts/kit/result.ts';
import { audited } from '../../../durable-objects/kit/directory-outbox.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { notesOf } from '../../../platform/audit.ts';
import { newBearerSecret, organisationOfSecret } from '../../../platform/bearer-secrets.ts';
import { directoryAnswers } from '../../../platform/d1/directory.ts';
import { isStale, isTaken } from '../../../platform/d1/errors.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { invitations, passwordResets, users } from '../../../platform/d1/schema/directory.ts';
import { guard, prepared } from '../../../platform/d1/statements.ts';
import { newId } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import { PASSWORD_RESET_HOURS } from '../../../platform/limits.ts';
import { sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { refuseOver } from './authority.ts';
import { linkOf } from './invitations.ts';
import { hashPassword, type StoredPassword } from './passwords.ts';
import { emailTaken, findUser } from './people.ts';
import { endings, withFollowing } from './principal-changes.ts';

type UserRow = typeof users.$inferSelect;
type InvitationRow = typeof invitations.$inferSelect;
type Origin = Pick<ActedBy, 'address' | 'correlationId' | 'callerCorrelationId'>;

/** A link by which a user of the organisation chooses a new password; a new one replaces the one before. */
export async function createPasswordReset({
  env,
  scope,
  input: { id: userId },
  idempotencyKey: key,
  now,
}: For<'createPasswordReset'>): Promise<Answer<PasswordLink>> {
  const row = await findUser(env, scope, userId);
  if (!row) return notFound('user');
  if (userId === scope.subject) return fail('forbidden', 'Change your own password by giving the present one');
  // Whoever sets a password can sign in as its user: not as somebody who may do more.
  const beyond = refuseOver(scope, row);
  if (beyond) return beyond;
  const write = {
    make: async () => {
      const token = await newBearerSecret(env.TOKEN_KEY, 'link', row.tenantId);
      const reset = {
        createdBy: scope.subject,
        tokenHash: await sha256Hex(token),
        expiresAt: now + PASSWORD_RESET_HOURS * 3_600_000,
      };
      const upsert = drizzle(env.DIRECTORY)
        .insert(passwordResets)
        .values({ userId, ...reset })
        .onConflictDoUpdate({ target: passwordResets.userId, set: reset });
      return {
        answer: { url: linkOf(env, token), expiresAt: toInstant(reset.expiresAt) },
        statements: [
          stillOf(env, row),
          guard(env.DIRECTORY),
          prepared(env.DIRECTORY, upsert),
          ...acted(env, scope, row, 'password.reset_link_made', now),
        ],
      };
    },
    explain: (error: unknown) =>
      isStale(error) ? fail('precondition.failed', 'The user was changed at the same time') : null,
  };
  return withFollowing(env, row.tenantId, () =>
    once(directoryAnswers(env, scope), scope, { operation: 'password_reset', key, input: { userId } }, now, write),
  );
}

/** The statements that record what was done to a user's password. */
function acted(
  env: Env,
  actor: ActedBy,
  { id, tenantId }: Pick<UserRow, 'id' | 'tenantId'>,
  action: string,
  now: number,
): D1PreparedStatement[] {
  const done = { organisationId: tenantId, action, object: { type: 'password' as const, id } };
  return audited(env.DIRECTORY, tenantId, notesOf(actor, done, now));
}

/** Changes nothing, of the very version of the user on which the caller's right was checked; a guard follows. */
function stillOf(env: Env, { id, version }: UserRow): D1PreparedStatement {
  return env.DIRECTORY.prepare('UPDATE users SET version = version WHERE id = ? AND version = ?').bind(id, version);
}

interface Link {
  purpose: PasswordLinkTarget['purpose'];
  email: string;
  invitation?: InvitationRow;
  user?: UserRow;
}

/** What a link opens; nothing from an address that its organisation does not admit. */
async function findLink(env: Env, token: string, address: string, now: number): Promise<Link | null> {
  const organisation = await organisationOfSecret(env.TOKEN_KEY, 'link', token);
  if (!organisation || !(await tenantPolicy(env, organisation).admitsAddress(address))) return null;
  const hash = await sha256Hex(token);
  const db = drizzle(env.DIRECTORY);
  const invitation = await db
    .select()
    .from(invitations)
    .where(and(eq(invitations.tokenHash, hash), eq(invitations.status, 'open'), gt(invitations.expiresAt, now)))
    .get();
  if (invitation) return { purpose: 'invitation', email: invitation.email, invitation };
  const found = await db
    .select({ user: users })
    .from(passwordResets)
    .innerJoin(users, eq(users.id, passwordResets.userId))
    .where(and(eq(passwordResets.tokenHash, hash), gt(passwordResets.expiresAt, now), eq(users.status, 'active')))
    .get();
  return found ? { purpose: 'reset', email: found.user.email, user: found.user } : null;
}

/** What a link is for; null when it is unknown, used or expired. */
export async function passwordLinkTarget({
  env,
  input,
  address,
  now,
}: For<'passwordLinkTarget'>): Promise<Answer<PasswordLinkTarget | null>> {
  const link = await findLink(env, input.token, address, now);
  return ok(link && { purpose: link.purpose, email: link.email });
}

/** Uses a link, once: makes the invited user, or sets the user's password and ends all their sessions. */
export async function choosePassword({
  env,
  input: { token, name, password },
  now,
  ...origin
}: For<'choosePassword'>): Promise<Answer<{ email: string }>> {
  const used = fail('not_found', 'The link is not valid, was used or has expired');
  const link = await findLink(env, token, origin.address, now);
  if (!link) return used;
  const stored = await hashPassword(env.PASSWORD_PEPPER, password);
  const { invitation, user } = link;
  const statements = invitation
    ? acceptInvitation(env, invitation, { name, ...stored }, origin, now)
    : await setPassword(env, user!, stored, await sha256Hex(token), origin, now);
  const { tenantId } = invitation ?? user!;
  try {
    await withFollowing(env, tenantId, () => env.DIRECTORY.batch(statements));
  } catch (error) {
    if (isStale(error)) return used;
    if (isTaken(error)) return emailTaken();
    throw error;
  }
  return ok({ email: link.email });
}

/** The guard after the update makes of any number of uses exactly one count. */
function acceptInvitation(
  env: Env,
  { id, tenantId, email, role }: InvitationRow,
  chosen: StoredPassword & { name: string },
  origin: Origin,
  now: number,
): D1PreparedStatement[] {
  const db = drizzle(env.DIRECTORY);
  const accept = db
    .update(invitations)
    .set({ status: 'accepted' })
    .where(and(eq(invitations.id, id), eq(invitations.status, 'open')));
  const user = { id: newId('usr', now), tenantId, email, role, ...chosen, createdAt: now };
  const done = {
    organisationId: tenantId,
    action: 'invitation.accepted',
    object: { type: 'user' as const, id: user.id },
    after: { invitationId: id, email, role, name: chosen.name },
  };
  return [
    prepared(env.DIRECTORY, accept),
    guard(env.DIRECTORY),
    prepared(env.DIRECTORY, db.insert(users).values(user)),
    ...audited(env.DIRECTORY, tenantId, notesOf(personAt(user, origin), done, now)),
  ];
}

/** Somebody who has no session yet, by the link in hand. */
const personAt = (
  { id, tenantId }: Pick<UserRow, 'id' | 'tenantId'>,
  { address, correlationId, callerCorrelationId }: Origin,
): ActedBy => ({
  kind: 'user',
  tenantId,
  subject: id,
  sessionId: null,
  address,
  correlationId,
  callerCorrelationId,
});

async function setPassword(
  env: Env,
  user: UserRow,
  stored: StoredPassword,
  hash: string,
  origin: Origin,
  now: number,
): Promise<D1PreparedStatement[]> {
  const by = personAt(user, origin);
  const db = drizzle(env.DIRECTORY);
  const use = db
    .delete(passwordResets)
    .where(and(eq(passwordResets.userId, user.id), eq(passwordResets.tokenHash, hash)));
  const next = { ...user, ...stored, version: user.version + 1, securityVersion: user.securityVersion + 1 };
  const update = db
    .update(users)
    .set({ ...stored, version: next.version, securityVersion: next.securityVersion })
    .where(
      and(eq(users.id, user.id), eq(users.securityVersion, user.securityVersion), eq(users.version, user.version)),
    );
  return [
    prepared(env.DIRECTORY, use),
    guard(env.DIRECTORY),
    prepared(env.DIRECTORY, update),
    guard(env.DIRECTORY),
    ...(await endings(env, next, { by, now })),
    ...acted(env, by, user, 'password.reset', now),
  ];
}
