import type { Permission, Role } from './permissions.ts';

/**
 * Who is asking: made by the gateway from a verified token (or connection) and passed to every
 * service method, which authorizes the object itself. The tenant comes from here and nowhere else.
 */
export interface Actor {
  /**
   * The organisation acted for: a tenant (`ten_...`), a carrier (`car_...`) or the platform itself. No
   * row of a tenant is ever stored under the other two, so tenant-scoped reads find nothing for them.
   */
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

/** The organisation of platform operators: no data of any shipper or carrier lives in it. */
export const PLATFORM_TENANT = 'platform';

/** The carrier that the actor belongs to, or null for everybody else. */
export function carrierOf(actor: Actor): string | null {
  return actor.tenantId.startsWith('car_') ? actor.tenantId : null;
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
