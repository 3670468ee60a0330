/** Invitations, and the links by which people choose their passwords: each once, and only its hash is stored. */
import { and, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { z } from 'zod';
import type { Actor } from '../../contracts/actor.ts';
import type { Invitation, newInvitationSchema, PasswordLink, PasswordLinkTarget } from '../../contracts/identity.ts';
import type { Role } from '../../contracts/permissions.ts';
import { type Failure, fail, type Keyed, ok, type Page, type Result } from '../../contracts/result.ts';
import { tenantPolicy } from '../../durable-objects/stubs.ts';
import { newId, randomToken } from '../../platform/ids.ts';
import { guard, isStale, isTaken, once, type Statement } from '../../platform/keyed.ts';
import { INVITATION_DAYS, PASSWORD_RESET_HOURS } from '../../platform/limits.ts';
import { invitations, passwordResets, users } from '../../platform/schema/directory.ts';
import { sha256Hex } from '../../platform/secrets.ts';
import { beforeId, notFound, pageById, refuse } from '../../platform/service.ts';
import { iso, organisationExists, organisationOfSecret, type Paging } from './directory.ts';
import type { Env } from './env.ts';
import { hashPassword } from './passwords.ts';
import { findUser, refuseOver, refuseRole } from './people.ts';

type UserRow = typeof users.$inferSelect;
type InvitationRow = typeof invitations.$inferSelect;

function showInvitation(row: InvitationRow, now = Date.now()): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: row.role as Role,
    organisationId: row.tenantId,
    status: row.status === 'open' && row.expiresAt < now ? 'expired' : row.status,
    invitedBy: row.invitedBy,
    createdAt: iso(row.createdAt),
    expiresAt: iso(row.expiresAt),
  };
}

/** Invites a person. The link is in the answer, to be handed over; the platform sends no mail. */
export async function createInvitation(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newInvitationSchema>,
  key: string,
): Promise<Result<Keyed<Invitation & { url: string }>>> {
  const refused = refuse(actor, 'users:manage') ?? refuseRole(actor, input.role);
  if (refused) return refused;
  const invited = await organisationInvited(env, actor, input);
  if (typeof invited !== 'string') return invited;
  const db = drizzle(env.DIRECTORY);
  return once(env, actor, { operation: 'invitation', key, input }, async (now) => {
    const taken = await db.select({ id: users.id }).from(users).where(eq(users.email, input.email)).get();
    if (taken) return fail('conflict.exists', 'The e-mail address is taken');
    const token = `${invited}.${randomToken()}`;
    const row = {
      id: newId('inv', now),
      tenantId: invited,
      inviterTenantId: actor.tenantId,
      invitedBy: actor.subject,
      email: input.email,
      role: input.role,
      tokenHash: await sha256Hex(token),
      status: 'open' as const,
      expiresAt: now + INVITATION_DAYS * 86_400_000,
      createdAt: now,
    };
    return {
      answer: { ...showInvitation(row, now), url: linkOf(env, token) },
      statements: [db.insert(invitations).values(row)],
    };
  });
}

async function organisationInvited(
  env: Env,
  actor: Actor,
  { role, carrierId }: z.infer<typeof newInvitationSchema>,
): Promise<string | Failure> {
  if ((role === 'carrier_user') !== (carrierId !== undefined)) {
    const detail = carrierId ? 'only goes with the role carrier_user' : 'is required for the role carrier_user';
    return fail('invalid', 'The request has faults', {
      faults: [{ pointer: '/carrierId', code: 'role_mismatch', detail }],
    });
  }
  if (!carrierId) return actor.tenantId;
  if (await organisationExists(env, carrierId)) return carrierId;
  return fail('invalid', 'The request has faults', {
    faults: [{ pointer: '/carrierId', code: 'unknown', detail: 'There is no such carrier' }],
  });
}

const linkOf = (env: Env, token: string): string => `${env.ISSUER}/set-password?token=${token}`;

/** The organisation's invitations, newest first. */
export async function listInvitations(env: Env, actor: Actor, query: Paging): Promise<Result<Page<Invitation>>> {
  const refused = refuse(actor, 'users:read');
  if (refused) return refused;
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(invitations)
    .where(and(eq(invitations.inviterTenantId, actor.tenantId), lt(invitations.id, beforeId(query.cursor))))
    .orderBy(desc(invitations.id))
    .limit(query.limit + 1);
  return ok(pageById(rows, query.limit, (row) => showInvitation(row)));
}

/** Takes an open invitation back: its link is worth nothing from now on. */
export async function withdrawInvitation(env: Env, actor: Actor, id: string): Promise<Result<Invitation>> {
  const refused = refuse(actor, 'users:manage');
  if (refused) return refused;
  const own = and(eq(invitations.id, id), eq(invitations.inviterTenantId, actor.tenantId));
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
    : ok(showInvitation(row));
}

/** A link by which a user of the organisation chooses a new password; a new one replaces the one before. */
export async function createPasswordReset(
  env: Env,
  actor: Actor,
  userId: string,
  key: string,
): Promise<Result<Keyed<PasswordLink>>> {
  const refused = refuse(actor, 'users:manage');
  if (refused) return refused;
  const row = await findUser(env, actor, userId);
  if (!row) return notFound('user');
  if (userId === actor.subject) return fail('forbidden', 'Change your own password by giving the present one');
  // Whoever sets a password can sign in as its user: not as somebody who may do more.
  const beyond = refuseOver(actor, row);
  if (beyond) return beyond;
  const db = drizzle(env.DIRECTORY);
  return once(env, actor, { operation: 'password_reset', key, input: { userId } }, async (now) => {
    const token = `${row.tenantId}.${randomToken()}`;
    const reset = {
      createdBy: actor.subject,
      tokenHash: await sha256Hex(token),
      expiresAt: now + PASSWORD_RESET_HOURS * 3_600_000,
    };
    return {
      answer: { url: linkOf(env, token), expiresAt: iso(reset.expiresAt) },
      statements: [
        db
          .insert(passwordResets)
          .values({ userId, ...reset })
          .onConflictDoUpdate({ target: passwordResets.userId, set: reset }),
      ],
    };
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
export async function passwordLinkTarget(env: Env, token: string): Promise<PasswordLinkTarget | null> {
  const link = await findLink(env, token, Date.now());
  return link ? { purpose: link.purpose, email: link.email } : null;
}

/** Uses a link, once: makes the invited user, or sets the user's password and ends all their sessions. */
export async function choosePassword(
  env: Env,
  { token, name, password }: { token: string; name: string; password: string },
): Promise<Result<{ email: string }>> {
  const used = fail('not_found', 'The link is not valid, was used or has expired');
  const now = Date.now();
  const link = await findLink(env, token, now);
  if (!link) return used;
  const db = drizzle(env.DIRECTORY);
  const stored = await hashPassword(env.PASSWORD_PEPPER, password);
  const hash = await sha256Hex(token);
  let statements: [Statement, ...Statement[]];
  if (link.invitation) {
    const { id, tenantId, email, role } = link.invitation;
    statements = [
      // The guard after it makes of any number of uses exactly one count.
      db
        .update(invitations)
        .set({ status: 'accepted' })
        .where(and(eq(invitations.id, id), eq(invitations.status, 'open'))),
      ...guard(db),
      db.insert(users).values({ id: newId('usr', now), tenantId, email, name, role, ...stored, createdAt: now }),
    ];
  } else {
    const user = link.user!;
    statements = [
      db.delete(passwordResets).where(and(eq(passwordResets.userId, user.id), eq(passwordResets.tokenHash, hash))),
      ...guard(db),
      db
        .update(users)
        .set({
          ...stored,
          version: sql`${users.version} + 1`,
          securityVersion: sql`${users.securityVersion} + 1`,
        })
        .where(eq(users.id, user.id)),
    ];
  }
  try {
    await db.batch(statements);
  } catch (error) {
    if (isStale(error)) return used;
    if (isTaken(error)) return fail('conflict.exists', 'The e-mail address has an account already');
    throw error;
  }
  if (link.user) await tenantPolicy(env, link.user.tenantId).endSessionsOf(link.user.id, null);
  return ok({ email: link.email });
}
