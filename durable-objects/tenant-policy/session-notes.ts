import type { GrantCheck, Granted } from '../../contracts/identity/access.ts';
import { type AuditNote, notesOf } from '../../platform/audit.ts';

/** What the audit trail learns of a session: that its user began it, or that somebody presented a token of before. */
export function sessionNotes(
  organisationId: string,
  action: 'session.begun' | 'session.reused',
  { sessionId, userId, methods, clientId }: Pick<Granted, 'sessionId' | 'userId' | 'methods' | 'clientId'>,
  { address, userAgent, correlationId, callerCorrelationId, now }: GrantCheck,
): AuditNote[] {
  const actor = { kind: 'user' as const, tenantId: organisationId, subject: userId, sessionId };
  const object = { type: 'session' as const, id: sessionId };
  const state = { userId, clientId, methods, userAgent };
  const done = action === 'session.begun' ? { after: state } : { before: state };
  return notesOf(
    { ...actor, address, correlationId, callerCorrelationId },
    { organisationId, action, object, ...done },
    now,
  );
}
