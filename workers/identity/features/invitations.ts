/** Invitations: each opens one account, once, and only its hash is stored. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Invitation } from '../../../contracts/identity/people.ts';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import type { Role } from '../../../contracts/kit/permissions.ts';
import { type Answer, type Failure, fail, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { audited } from '../../../durable-objects/kit/directory-outbox.ts';
import { notesOf } from '../../../platform/audit.ts';
import { newBearerSecret } from '../../../platform/bearer-secrets.ts';
import { actingAs, directoryAnswers, organisationExists } from '../../../platform/d1/directory.ts';
import { isStale } from '../../../platform/d1/errors.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { invitations, users } from '../../../platform/d1/schema/directory.ts';
import { guard, prepared } from '../../../platform/d1/statements.ts';
import { newId } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import { INVITATION_DAYS } from '../../../platform/limits.ts';
import { sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { refuseGrant, refuseOver } from './authority.ts';
import { emailTaken } from './people.ts';
import { withFollowing } from './principal-changes.ts';

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
  const refused = refuseGrant(scope, { role: input.role });
  if (refused) return refused;
  const invited = await organisationInvited(env, scope, input);
  if (typeof invited !== 'string') return invited;
  const db = drizzle(env.DIRECTORY);
  const write = {
    make: async () => {
      const ofAddress = and(eq(users.email, input.email), eq(users.tenantId, invited));
      if (await db.select({ id: users.id }).from(users).where(ofAddress).get()) return emailTaken();
      const made = await newInvitation(env, scope, { ...input, tenantId: invited }, now);
      return { answer: made.invitation, statements: made.statements };
    },
  };
  return withFollowing(env, invited, () =>
    once(directoryAnswers(env, scope), scope, { operation: 'invitation', key, input }, now, write),
  );
}

/**
 * An invitation of somebody into an organisation: as it is answered, with its link, and the statements that store and
 * record it; the organisation follows.
 */
export async function newInvitation(
  env: Env,
  scope: Scope,
  { tenantId, email, role }: { tenantId: string; email: string; role: Role },
  now: number,
): Promise<{ invitation: Invitation & { url: string }; statements: D1PreparedStatement[] }> {
  const token = await newBearerSecret(env.TOKEN_KEY, 'link', tenantId);
  const row = {
    id: newId('inv', now),
    tenantId,
    inviterTenantId: scope.tenantId,
    invitedBy: scope.subject,
    email,
    role,
    tokenHash: await sha256Hex(token),
    status: 'open' as const,
    expiresAt: now + INVITATION_DAYS * 86_400_000,
    createdAt: now,
  };
  return {
    invitation: { ...toApi(row, now), url: linkOf(env, token) },
    statements: [
      prepared(env.DIRECTORY, drizzle(env.DIRECTORY).insert(invitations).values(row)),
      ...acted(env, scope, row, 'invitation.made', { after: toApi(row, now) }, now),
    ],
  };
}

/** The statements that record what was done to an invitation. */
function acted(
  env: Env,
  scope: Scope,
  { id, tenantId }: Pick<InvitationRow, 'id' | 'tenantId'>,
  action: string,
  states: { before?: Invitation; after?: Invitation },
  now: number,
): D1PreparedStatement[] {
  const done = { organisationId: tenantId, action, object: { type: 'invitation' as const, id }, ...states };
  return audited(env.DIRECTORY, tenantId, notesOf(scope, done, now));
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

/** The address that a link's token is handed over in. */
export const linkOf = (env: Env, token: string): string => `${env.ISSUER}/set-password?token=${token}`;

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
  const found = await db.select().from(invitations).where(own).get();
  if (!found) return notFound('invitation');
  // An invitation never changes its role, so what was checked is what is withdrawn.
  const isOurs = found.tenantId === scope.tenantId;
  // Who is invited into another organisation is the operators' to answer for, whose rights they never hold.
  const beyond = isOurs ? refuseOver(scope, found) : scope.refuse('tenants:manage');
  if (beyond) return beyond;
  const withdraw = db
    .update(invitations)
    .set({ status: 'withdrawn' })
    .where(and(own, eq(invitations.status, 'open')));
  const states = { before: toApi(found, now), after: toApi({ ...found, status: 'withdrawn' }, now) };
  const statements = [
    prepared(env.DIRECTORY, withdraw),
    guard(env.DIRECTORY),
    ...acted(env, scope, found, 'invitation.withdrawn', states, now),
  ];
  try {
    await withFollowing(env, found.tenantId, () => actingAs(env.DIRECTORY, scope).batch(statements));
  } catch (error) {
    // It is not open any more: what it is now is answered, and nothing was done.
    if (!isStale(error)) throw error;
  }
  const row = (await db.select().from(invitations).where(own).get()) ?? found;
  return row.status === 'accepted'
    ? fail('conflict.exists', 'The invitation was accepted already; disable the user instead')
    : ok(toApi(row, now));
}
