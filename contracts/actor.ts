import type { Permission, Role } from './permissions.ts';

/**
 * Who is asking: made by the gateway from a verified token (or connection) and passed to every
 * service method, which authorizes the object itself. The tenant comes from here and nowhere else.
 */
export interface Actor {
  tenantId: string;
  /** User id, client id, connection id, or the name of a system job. */
  subject: string;
  kind: 'user' | 'client' | 'connection' | 'system';
  roles: Role[];
  /** Permissions the token was narrowed to; null when it carries all its roles allow. */
  scopes: Permission[] | null;
  /** The session a user's token belongs to; null for machines. */
  sessionId: string | null;
  /** Ties the log lines, calls, messages and answers of one request together. */
  correlationId: string;
}

/** The actor of work that the platform does on a tenant's behalf (queue consumers, alarms). */
export function systemActor(tenantId: string, subject: string, correlationId: string): Actor {
  return {
    tenantId,
    subject,
    kind: 'system',
    roles: ['system'],
    scopes: null,
    sessionId: null,
    correlationId,
  };
}
