/** What the audit trail learns of sessions, and by whom. */
import type { GrantCheck, Granted } from '../../contracts/identity/access.ts';
import type { ActedBy } from '../../contracts/kit/actor.ts';
import { type AuditNote, notesOf } from '../../platform/audit.ts';

/** Whoever presents what a session was begun or renewed by; what it ends is under the name of the session's user. */
export function presentedBy(
  organisationId: string,
  { sessionId, userId }: Pick<Granted, 'sessionId' | 'userId'>,
  { address, correlationId, callerCorrelationId }: GrantCheck,
): ActedBy {
  return {
    kind: 'user',
    tenantId: organisationId,
    subject: userId,
    sessionId,
    address,
    correlationId,
    callerCorrelationId,
  };
}

/** That a session was begun. */
export function begun(organisationId: string, granted: Granted, check: GrantCheck): AuditNote[] {
  const { sessionId, userId, clientId, methods } = granted;
  const object = { type: 'session' as const, id: sessionId };
  const after = { userId, clientId, methods, userAgent: check.userAgent };
  const by = presentedBy(organisationId, granted, check);
  return notesOf(by, { organisationId, action: 'session.begun', object, after }, check.now);
}
