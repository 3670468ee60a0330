/** Who is asking: what the gateway read from a verified token or connection, and passes to every service. */
import type { Permission, Role } from './permissions.ts';

/** A caller. The tenant comes from here and nowhere else. */
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
  /** Of a token: the security version of its user or client when it was made; 0 where there is no token. */
  securityVersion?: number;
}

/** The operators' client for the first steps and for scripts: its secret is configured, and it has no row. */
export const OPERATOR_CLIENT = 'platform-operator';

/** Who asked for something that is recorded: a Scope, or as much of one as is known before anybody has signed in. */
export interface ActedBy {
  kind: Actor['kind'];
  tenantId: string;
  /** The organisation of whoever acts, where it is not the one that is acted for. */
  actorOrganisationId?: string;
  subject: string;
  sessionId: string | null;
  /** The network address; null for the platform's own work. */
  address: string | null;
  correlationId: string;
  callerCorrelationId: string | null;
}

/** Who acts, and nothing else of what is at hand: to be stored. */
export function actedBy(of: ActedBy): ActedBy {
  const { kind, tenantId, actorOrganisationId, subject, sessionId, address, correlationId, callerCorrelationId } = of;
  const home = actorOrganisationId === undefined ? {} : { actorOrganisationId };
  return { kind, tenantId, ...home, subject, sessionId, address, correlationId, callerCorrelationId };
}

/** The organisation of platform operators: no data of any shipper or carrier lives in it. */
export const PLATFORM_TENANT = 'platform';
