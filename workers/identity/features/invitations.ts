/** Invitations, and the links by which people choose their passwords: each once, and only its hash is stored. */
import { and, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { PasswordLinkTarget } from '../../../contracts/identity/oauth.ts';
import type { Invitation, PasswordLink } from '../../../contracts/identity/people.ts';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import type { Role } from '../../../contracts/kit/permissions.ts';
import { type Answer, type Failure, fail, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { directoryAnswers, organisationExists, organisationOfSecret } from '../../../platform/d1/directory.ts';
import { isStale, isTaken } from '../../../platform/d1/errors.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { invitations, passwordResets, users } from '../../../platform/d1/schema/directory.ts';
import { guard, prepared } from '../../../platform/d1/statements.ts';
import { newId, randomToken } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import { INVITATION_DAYS, PASSWORD_RESET_HOURS } from '../../../platform/limits.ts';
import { sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { hashPassword, type StoredPassword } from './passwords.ts';
import { findUser, refuseOver, refuseRole } from './people.ts';

type UserRow = typeof users.$inferSelect;
type InvitationRow = typeof invitations.$inferSelect;

function toApi(row: InvitationRow, now: number): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: row.role as Role,
    organisationId: row.tenantId,
    status: row.status === 'open' && row.expiresAt < now ? 'expired' : row.status,
    invitedBy: row.invitedBy,
    createdAt: toInstant(row.createdAt),
    expiresAt: toInstant(row.expiresAt),
  };
}

/** Invites a person. The link is in the answer, to be handed over; the platform sends no mail. */
export async function createInvitation({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'createInvitation'>): Promise<Answer<Invitation & { url: string }>> {
  const refused = refuseRole(scope, input.role);
  if (refused) return refused;
  const invited = await organisationInvited(env, scope, input);
  if (typeof invited !== 'string') return invited;
  const db = drizzle(env.DIRECTORY);
  return once(directoryAnswers(env), scope, { operation: 'invitation', key, input }, now, {
    make: async () => {
      const taken = await db.select({ id: users.id }).from(users).where(eq(users.email, input.email)).get();
      if (taken) return fail('conflict.exists', 'The e-mail address is taken');
      const token = `${invited}.${randomToken()}`;
      const row = {
        id: newId('inv', now),
        tenantId: invited,
        inviterTenantId: scope.tenantId,
        invitedBy: scope.subject,
        email: input.email,
        role: input.role,
        tokenHash: await sha256Hex(token),
        status: 'open' as const,
        expiresAt: now + INVITATION_DAYS * 86_400_000,
        createdAt: now,
      };
      return {
        answer: { ...toApi(row, now), url: linkOf(env, token) },
        statements: [prepared(env.DIRECTORY, db.insert(invitations).values(row))],
      };
    },
  });
}

async function organisationInvited(
  env: Env,
  scope: Scope,
  { role, carrierId }: Pick<For<'createInvitation'>['input'], 'role' | 'carrierId'>,
): Promise<string | Failure> {
  if ((role === 'carrier_user') !== (carrierId !== undefined)) {
    const detail = carrierId ? 'only goes with the role carrier_user' : 'is required for the role carrier_user';
    return fault('/carrierId', 'role_mismatch', detail);
  }
  if (!carrierId) return scope.tenantId;
  return (await organisationExists(env, carrierId))
    ? carrierId
    : fault('/carrierId', 'unknown', 'There is no such carrier');
}

const linkOf = (env: Env, token: string): string => `${env.ISSUER}/set-password?token=${token}`;

/** The organisation's invitations, newest first. */
export async function listInvitations({
  env,
  scope,
  input,
  now,
}: For<'listInvitations'>): Promise<Answer<Page<Invitation>>> {
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(invitations)
    .where(and(eq(invitations.inviterTenantId, scope.tenantId), lt(invitations.id, beforeId(input))))
    .orderBy(desc(invitations.id))
    .limit(input.limit + 1);
  return ok(cutPageById(rows, input.limit, (row) => toApi(row, now)));
}

/** Takes an open invitation back: its link is worth nothing from now on. */
export async function withdrawInvitation({
  env,
  scope,
  input,
  now,
}: For<'withdrawInvitation'>): Promise<Answer<Invitation>> {
  const own = and(eq(invitations.id, input.id), eq(invitations.inviterTenantId, scope.tenantId));
  const db = drizzle(env.DIRECTORY);
  const [withdrawn] = await db
    .update(invitations)
    .set({ status: 'withdrawn' })
    .where(and(own, eq(invitations.status, 'open')))
    .returning();
  const row = withdrawn ?? (await db.select().from(invitations).where(own).get());
  if (!row) return notFound('invitation');
  return row.status === 'accepted'
    ? fail('conflict.exists', 'The invitation was accepted already; disable the user instead')
    : ok(toApi(row, now));
}

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
  return once(directoryAnswers(env), scope, { operation: 'password_reset', key, input: { userId } }, now, {
    make: async () => {
      const token = `${row.tenantId}.${randomToken()}`;
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
        statements: [prepared(env.DIRECTORY, upsert)],
      };
    },
  });
}

interface Link {
  purpose: PasswordLinkTarget['purpose'];
  email: string;
  invitation?: InvitationRow;
  user?: UserRow;
}

async function findLink(env: Env, token: string, now: number): Promise<Link | null> {
  if (!(await organisationOfSecret(env, token))) return null;
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
  now,
}: For<'passwordLinkTarget'>): Promise<Answer<PasswordLinkTarget | null>> {
  const link = await findLink(env, input.token, now);
  return ok(link && { purpose: link.purpose, email: link.email });
}

/** Uses a link, once: makes the invited user, or sets the user's password and ends all their sessions. */
export async function choosePassword({
  env,
  input: { token, name, password },
  now,
}: For<'choosePassword'>): Promise<Answer<{ email: string }>> {
  const used = fail('not_found', 'The link is not valid, was used or has expired');
  const link = await findLink(env, token, now);
  if (!link) return used;
  const stored = await hashPassword(env.PASSWORD_PEPPER, password);
  try {
    await env.DIRECTORY.batch(
      link.invitation
        ? acceptInvitation(env, link.invitation, { name, ...stored }, now)
        : setPassword(env, link.user!, stored, await sha256Hex(token)),
    );
  } catch (error) {
    if (isStale(error)) return used;
    if (isTaken(error)) return fail('conflict.exists', 'The e-mail address has an account already');
    throw error;
  }
  if (link.user) await tenantPolicy(env, link.user.tenantId).endSessionsOf(link.user.id, null);
  return ok({ email: link.email });
}

/** The guard after the update makes of any number of uses exactly one count. */
function acceptInvitation(
  env: Env,
  { id, tenantId, email, role }: InvitationRow,
  chosen: StoredPassword & { name: string },
  now: number,
): D1PreparedStatement[] {
  const db = drizzle(env.DIRECTORY);
  const accept = db
    .update(invitations)
    .set({ status: 'accepted' })
    .where(and(eq(invitations.id, id), eq(invitations.status, 'open')));
  const user = { id: newId('usr', now), tenantId, email, role, ...chosen, createdAt: now };
  return [
    prepared(env.DIRECTORY, accept),
    ...guard(env.DIRECTORY),
    prepared(env.DIRECTORY, db.insert(users).values(user)),
  ];
}

function setPassword(env: Env, user: UserRow, stored: StoredPassword, hash: string): D1PreparedStatement[] {
  const db = drizzle(env.DIRECTORY);
  const use = db
    .delete(passwordResets)
    .where(and(eq(passwordResets.userId, user.id), eq(passwordResets.tokenHash, hash)));
  const update = db
    .update(users)
    .set({
      ...stored,
      version: sql`${users.version} + 1`,
      securityVersion: sql`${users.securityVersion} + 1`,
    })
    .where(eq(users.id, user.id));
  return [prepared(env.DIRECTORY, use), ...guard(env.DIRECTORY), prepared(env.DIRECTORY, update)];
}
