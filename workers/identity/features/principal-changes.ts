/**
 * Changes of people and machine clients that end what they made and hold: disabling, narrowing, another role,
 * password, key or secret. One function for all of them. The links they made end in the transaction of the change,
 * which also stores what their policy object has to end: sessions, codes, tokens, tickets, sockets.
 */
import { and, eq, or } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { PrincipalChanged } from '../../../contracts/identity/access.ts';
import { type ActedBy, actedBy } from '../../../contracts/kit/actor.ts';
import { audited, following } from '../../../durable-objects/kit/directory-outbox.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { notesOf } from '../../../platform/audit.ts';
import { invitations, passwordResets, users } from '../../../platform/d1/schema/directory.ts';
import { prepared } from '../../../platform/d1/statements.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { Env } from '../env.ts';

/** Links whose end is recorded one by one: far more than anybody has open at once. */
export const RECORDED_MAX = 200;

/** A person or machine client after its change. */
export interface ChangedPrincipal {
  tenantId: string;
  id: string;
  securityVersion: number;
  status: 'active' | 'disabled';
}

/** Who made the change and when, and which session goes on. */
interface Cause {
  by: ActedBy;
  now: number;
  keepSessionId?: string | null;
}

/**
 * The statements, for the batch of the change, that end what the principal made, and store what else must end. Each
 * link that ends is recorded; one that is made in between ends as well, and fails by the guard of who writes.
 */
export async function endings(
  env: Env,
  { tenantId, id, securityVersion, status }: ChangedPrincipal,
  { by, now, keepSessionId = null }: Cause,
): Promise<D1PreparedStatement[]> {
  const db = drizzle(env.DIRECTORY);
  const openOnes = and(eq(invitations.invitedBy, id), eq(invitations.status, 'open'));
  const links = or(eq(passwordResets.userId, id), eq(passwordResets.createdBy, id));
  const [withdrawn, dropped] = await Promise.all([
    db
      .select({ id: invitations.id, organisationId: invitations.tenantId })
      .from(invitations)
      .where(openOnes)
      .limit(RECORDED_MAX),
    db
      .select({ id: users.id, organisationId: users.tenantId })
      .from(passwordResets)
      .innerJoin(users, eq(users.id, passwordResets.userId))
      .where(links)
      .limit(RECORDED_MAX),
  ]);
  // A link belongs to the organisation that it leads into, which need not be that of whoever made it.
  const ended = (action: string, type: 'invitation' | 'password') => (link: { id: string; organisationId: string }) =>
    notesOf(by, { organisationId: link.organisationId, action, object: { type, id: link.id } }, now);
  const change: PrincipalChanged = {
    kind: 'principal_changed',
    principal: id,
    securityVersion,
    enabled: status === 'active',
    keepSessionId,
    by: actedBy(by),
  };
  return [
    prepared(env.DIRECTORY, db.update(invitations).set({ status: 'withdrawn' }).where(openOnes)),
    prepared(env.DIRECTORY, db.delete(passwordResets).where(links)),
    ...following(env.DIRECTORY, tenantId, [change]),
    ...audited(env.DIRECTORY, tenantId, withdrawn.flatMap(ended('invitation.withdrawn', 'invitation'))),
    ...audited(env.DIRECTORY, tenantId, dropped.flatMap(ended('password.reset_link_ended', 'password'))),
  ];
}

/**
 * Writes a change of the directory and has what follows from it carried out before it is answered. The policy
 * object knows beforehand that something may come: should this Worker die after the write, it is done all the same.
 */
export async function withFollowing<T>(env: Env, organisationId: string, write: () => Promise<T>): Promise<T> {
  const policy = tenantPolicy(env, organisationId);
  await policy.announceChange();
  const written = await write();
  try {
    await policy.followChanges();
  } catch (error) {
    // The change stands, and the object comes back to it by itself.
    loggerFor('identity', env.LOG_LEVEL)('error', 'directory.not_followed', {
      tenantId: organisationId,
      error: errorText(error),
    });
  }
  return written;
}
