/** What the gateway and identity exchange with the objects that decide about access. */
import type { QuotaStatus, Settlement } from '../../domain/security/quota.ts';
import type { ActedBy } from '../kit/actor.ts';
import type { Role } from '../kit/permissions.ts';
import type { AuthorizationRequest } from './oauth.ts';
import type { ALERT_KINDS } from './policy.ts';
import type { Limits } from './tenants.ts';

/** A document with the version that If-Match names. */
export type Versioned<T> = T & { version: number };

/** Why the policy refuses a request. */
export const REFUSALS = [
  'session_ended',
  'client_disabled',
  'client_changed',
  'token_revoked',
  'proof_used',
  'address_blocked',
  'address_not_allowed',
  'quota_exceeded',
  'in_flight',
] as const;
/** One of the reasons. */
export type Refusal = (typeof REFUSALS)[number];

/** What the gateway asks about a request. */
export interface PolicyCheck {
  subject: string;
  /** The session of a user's token; null for machines. */
  sessionId: string | null;
  /** The machine client with the security version that its token has; null for users. */
  client: { id: string; securityVersion: number } | null;
  /** The token's id (`jti`). */
  tokenId: string;
  address: string;
  /** Units of quota wanted beside that of the request itself: for the reads of the coming second. */
  lease: number;
  /** An earlier lease of the subject that has come to its end. */
  settlement?: Settlement | undefined;
  /** A DPoP proof, which may be used once until it expires (ms). */
  proof?: { id: string; until: number } | undefined;
  /** The name of a keyed request: while one runs, another of the same name is refused. */
  exclusive?: string | undefined;
}

/** That a keyed request is running: its name, and which of the requests of that name it is. */
export interface Hold {
  exclusive: string;
  hold: number;
}

/** The quotas as the RateLimit headers show them. */
export interface Quotas {
  subject: QuotaStatus;
  tenant: QuotaStatus;
}

/** The answer: what was granted, or why not. */
export type PolicyVerdict =
  | {
      ok: true;
      /** Units that may be spent without asking for a second, while the window lasts. */
      lease: number;
      window: number;
      quotas: Quotas;
      corsOrigins: string[];
      features: Limits['features'];
      /** Names the hold of an exclusive request. */
      hold?: number;
    }
  | { ok: false; reason: Refusal; quotas?: Quotas; corsOrigins: string[]; retryAfterSeconds?: number };

/** A refusal to be counted: too many of one kind by one subject raise an alert. */
export interface Denial {
  kind: (typeof ALERT_KINDS)[number];
  tenantId: string;
  /** Who was refused: user, client or connection; the address when nobody is known. */
  subject: string;
  route: string;
  reason: string;
  address: string;
  correlationId: string;
}

/** A session's grant, as the policy object keeps it. */
export interface Grant {
  userId: string;
  /** The user's security version when they proved who they are: a later one makes the grant void. */
  securityVersion: number;
  roles: Role[];
  clientId: string;
  scopes: string[] | null;
  methods: string[];
}

/** What a code is bound to (RFC 7636, RFC 9449 section 10). */
export interface CodeBinding {
  redirectUri: string;
  codeChallenge: string;
  /** Thumbprint of the DPoP key announced with the request; null when none was. */
  keyThumbprint: string | null;
}

/** What presents a code or a refresh token. */
export interface GrantCheck {
  clientId: string;
  /** Thumbprint of the proof's key; null without a proof. */
  keyThumbprint: string | null;
  /** The proof's id, which may be used once until it expires (ms). */
  proof: { id: string; until: number } | null;
  address: string;
  userAgent: string | null;
  /** The request by which it is presented, for the audit trail. */
  correlationId: string;
  callerCorrelationId: string | null;
  now: number;
}

/** A grant that was given. */
export type Granted = Grant & { sessionId: string; keyThumbprint: string | null };

/**
 * That a person or machine client has other rights than before, or none: what it made and holds by the rights of
 * before ends. Stored in the transaction of the change, and carried out by the organisation's policy object.
 */
export interface PrincipalChanged {
  kind: 'principal_changed';
  /** Id of the user or client. */
  principal: string;
  /** From here on its tokens and sign-ins count; everything older ends. */
  securityVersion: number;
  enabled: boolean;
  /** The session that asked for the change of its own password goes on. */
  keepSessionId: string | null;
  /** Who made the change: what ends by it is recorded under their name. */
  by: ActedBy;
}

/** A sign-in that waits for its second factor. */
export interface PendingLogin {
  userId: string;
  securityVersion: number;
  request: AuthorizationRequest;
}

/** The second factor of a user. */
export interface Factor {
  sealedSecret: string;
  confirmed: boolean;
  recoveryCodesLeft: number;
}

/** A key of the throttle with the failures it allows in the window. */
export interface ThrottleKey {
  key: string;
  failures: number;
  spared?: boolean;
}

/** A signing key with its private part sealed. */
export interface SealedKey {
  kid: string;
  activeFrom: number;
  dropAt: number | null;
  publicJwk: Record<string, unknown>;
  sealedPrivateJwk: string;
}
