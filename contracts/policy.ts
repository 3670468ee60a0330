/** A tenant's policy: what is strongly consistent about who may do what, and how much of it. */
import { z } from 'zod';
import type { QuotaStatus } from '../domain/security/quota.ts';
import { isCidr } from '../platform/address.ts';
import {
  CORS_ORIGINS_MAX,
  POLICY_ADDRESSES_MAX,
  QUOTA_SUBJECT_PER_MINUTE,
  QUOTA_TENANT_PER_MINUTE,
} from '../platform/limits.ts';
import type { Role } from './permissions.ts';
import type { Page } from './result.ts';

const cidr = z
  .string()
  .max(60)
  .refine(isCidr, 'must be an address or a CIDR range such as 203.0.113.0/24 or 2001:db8::/32');
const origin = z.string().max(200).refine(isWebOrigin, 'must be an exact origin such as https://app.example.com');

/** An origin as browsers send it: https, or http on loopback for development; nothing behind the host. */
function isWebOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const loopback = url.hostname === 'localhost' || url.hostname === '127.0.0.1';
  // A browser's origin names one host: no pattern means anything here.
  if (!/^[\w.-]+$/.test(url.hostname)) return false;
  return url.origin === text && (url.protocol === 'https:' || (url.protocol === 'http:' && loopback));
}

/** What a tenant's admin decides. An empty allow list admits every address. */
export const policySchema = z.strictObject({
  allowedAddresses: z.array(cidr).max(POLICY_ADDRESSES_MAX).default([]),
  blockedAddresses: z.array(cidr).max(POLICY_ADDRESSES_MAX).default([]),
  corsOrigins: z.array(origin).max(CORS_ORIGINS_MAX).default([]),
});

/** Parts of the product that a tenant may have or not. */
export const FEATURES = ['live', 'outbound_webhooks', 'sea_routes'] as const;
/** The name of a feature. */
export type Feature = (typeof FEATURES)[number];

/** What a platform operator decides for a tenant. */
export const limitsSchema = z.strictObject({
  tenantPerMinute: z.int().min(1).max(10_000_000).default(QUOTA_TENANT_PER_MINUTE),
  subjectPerMinute: z.int().min(1).max(10_000_000).default(QUOTA_SUBJECT_PER_MINUTE),
  features: z
    .strictObject({
      live: z.boolean().default(true),
      outbound_webhooks: z.boolean().default(true),
      sea_routes: z.boolean().default(true),
    })
    .prefault({}),
});

/** A tenant's policy. */
export type Policy = z.infer<typeof policySchema>;
/** A tenant's quotas and features. */
export type Limits = z.infer<typeof limitsSchema>;
/** A document with the version that If-Match names. */
export type Versioned<T> = T & { version: number };

/** Why the policy refuses a request. */
export const REFUSALS = [
  'session_ended',
  'client_disabled',
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
  /** The machine client; null for users. */
  clientId: string | null;
  /** The token's id (`jti`). */
  tokenId: string;
  address: string;
  /** Units of quota wanted: one for a write, a handful for the reads of the coming second. */
  units: number;
  /** Units of an earlier answer that were not used, with the window they belong to. */
  unused?: { window: number; units: number } | undefined;
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
      units: number;
      window: number;
      quotas: Quotas;
      corsOrigins: string[];
      features: Limits['features'];
      /** Names the hold of an exclusive request. */
      hold?: number;
    }
  | { ok: false; reason: Refusal; quotas?: Quotas; corsOrigins: string[]; retryAfterSeconds?: number };

/** A session as its owner and the tenant's admin see it. */
export interface Session {
  id: string;
  userId: string;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  /** How the user proved who they are (RFC 8176): `pwd`, `otp`. */
  methods: string[];
  address: string | null;
  userAgent: string | null;
}

/** A refusal to be counted: too many of one kind by one subject raise an alert. */
export interface Denial {
  kind: 'login' | 'token' | 'permission' | 'address' | 'signature' | 'quota';
  tenantId: string;
  /** Who was refused: user, client or connection; the address when nobody is known. */
  subject: string;
  route: string;
  reason: string;
  address: string;
  correlationId: string;
}

/** A security alert: one attack, however many refusals it takes. */
export interface SecurityAlert {
  id: string;
  tenantId: string;
  kind: Denial['kind'];
  subject: string;
  /** The refusals counted until now. */
  failures: number;
  firstAt: string;
  lastAt: string;
  /** The latest refusal. */
  route: string;
  reason: string;
  address: string;
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
  now: number;
}

/** A grant that was given. */
export type Granted = Grant & { sessionId: string; keyThumbprint: string | null };

/** A sign-in that waits for its second factor. */
export interface PendingLogin {
  userId: string;
  securityVersion: number;
  request: Record<string, string>;
}

/** The second factor of a user. */
export interface Factor {
  sealedSecret: string;
  confirmed: boolean;
  recoveryCodesLeft: number;
}

/** The methods of a tenant's policy object. Each decision is one synchronous turn. */
export interface TenantPolicyApi {
  check(call: PolicyCheck): Promise<PolicyVerdict>;
  /** Ends the exclusivity of keyed requests, each as long as it is still the one that its `hold` names. */
  release(holds: Hold[]): Promise<void>;
  /** Whether a webhook may come from an address. */
  admitsWebhook(address: string): Promise<boolean>;
  policy(): Promise<Versioned<Policy>>;
  putPolicy(policy: Policy, expectedVersion: number): Promise<Versioned<Policy> | null>;
  limits(): Promise<Versioned<Limits>>;
  putLimits(limits: Limits, expectedVersion: number): Promise<Versioned<Limits> | null>;

  storeCode(codeHash: string, grant: Grant & CodeBinding, expiresAt: number): Promise<void>;
  redeemCode(
    codeHash: string,
    check: GrantCheck & { redirectUri: string; codeChallenge: string },
    refreshHash: string,
  ): Promise<Granted | null>;
  rotateRefresh(oldHash: string, newHash: string, check: GrantCheck): Promise<Granted | null>;
  /** The session that a live refresh token belongs to. */
  sessionOfRefresh(hash: string, now: number): Promise<Granted | null>;
  /** Whether a token is still good: its session alive, its client enabled, itself not revoked. */
  isAlive(token: { sessionId: string | null; clientId: string | null; tokenId: string }): Promise<boolean>;
  /** Revokes a token until it expires, and closes the sockets of its holder: the session or client behind it. */
  revokeToken(token: { tokenId: string; holder: string; until: number }): Promise<void>;
  /** The client's version orders words that overtake each other: an older one changes nothing. */
  setClient(clientId: string, state: { enabled: boolean; version: number; closeSockets: boolean }): Promise<void>;
  /** True the first time an id is used. */
  useOnce(id: string, until: number): Promise<boolean>;
  sessions(query: { userId: string; cursor?: string | undefined; limit: number }): Promise<Page<Session>>;
  /** Ends one session; `userId` narrows it to that user's. */
  endSession(sessionId: string, userId?: string): Promise<boolean>;
  /** Ends all sessions of a user but one; answers how many. */
  endSessionsOf(userId: string, exceptSessionId: string | null): Promise<number>;

  /** False when the holder has ended meanwhile. */
  storeTicket(hash: string, topic: string, holder: string, expiresAt: number): Promise<boolean>;
  redeemTicket(hash: string, address: string, now: number): Promise<{ topic: string; holder: string } | null>;

  storePendingLogin(hash: string, pending: PendingLogin, expiresAt: number): Promise<void>;
  /** Counts a try at a pending sign-in; null when it is unknown, expired or tried too often. */
  tryPendingLogin(hash: string, now: number): Promise<PendingLogin | null>;
  dropPendingLogin(hash: string): Promise<void>;
  factor(userId: string): Promise<Factor | null>;
  enrolFactor(userId: string, sealedSecret: string): Promise<void>;
  /** Confirms an enrolled factor by its first code's time step and sets the recovery codes. */
  confirmFactor(userId: string, sealedSecret: string, step: number, recoveryHashes: string[]): Promise<boolean>;
  /** True when the step is newer than the last one used: a code works once (RFC 6238 section 5.2). */
  useFactorStep(userId: string, step: number): Promise<boolean>;
  useRecoveryCode(userId: string, hash: string): Promise<boolean>;
  /** Replaces a factor's sealed secret by another sealing of the same one. */
  resealFactor(userId: string, before: string, after: string): Promise<void>;
  removeFactor(userId: string): Promise<boolean>;

  recordDenials(denials: Denial[]): Promise<void>;
  takeAlerts(alerts: SecurityAlert[]): Promise<void>;
  alerts(query: { cursor?: string | undefined; limit: number }): Promise<Page<SecurityAlert>>;
}

/** The methods of a login throttle. Each decision is one synchronous turn. */
export interface LoginThrottleApi {
  /**
   * Counts a try as failed under each key, before it is made, and answers 0; or milliseconds to wait, and
   * counts nothing. A key that is `spared` for `known` does not pause whoever got in by `known` before.
   */
  attempt(keys: ThrottleKey[], known: string | null): Promise<number>;
  /** The try succeeded: it is taken back, the keys named are forgiven, and `known` is remembered. */
  succeeded(keys: string[], forgiven: string[], known: string | null): Promise<void>;
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

/** The methods of the key ring. */
export interface KeyRingApi {
  keys(): Promise<SealedKey[]>;
  rotate(immediately: boolean): Promise<SealedKey[]>;
}
