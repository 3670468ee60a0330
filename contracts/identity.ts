/** What crosses the identity service's boundary. */
import { z } from 'zod';
import type { Actor } from './actor.ts';
import { OPERATOR_ROLES, PERMISSION_NAMES, type Permission, type Role, TENANT_ROLES } from './permissions.ts';
import type { Limits, Policy, SecurityAlert, Session, Versioned } from './policy.ts';
import type { Keyed, Page, Result } from './result.ts';

const email = z.email().max(200);
const personName = z.string().min(1).max(100);
/** NIST SP 800-63B: length is what counts; no rules about kinds of characters. */
const password = z.string().min(12).max(200);

/** A new tenant with its first administrator. */
export const newTenantSchema = z.strictObject({
  name: personName,
  slug: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'lower-case letters, digits and hyphens'),
  admin: z.strictObject({ email, name: personName, password }),
});

/** A new user of the tenant with a password that somebody else chose. */
export const newUserSchema = z.strictObject({ email, name: personName, role: z.enum(TENANT_ROLES), password });

/** What can be changed of a user. */
export const userChangeSchema = z.strictObject({
  name: personName,
  role: z.enum([...TENANT_ROLES, ...OPERATOR_ROLES]),
  status: z.enum(['active', 'disabled']),
});

/** A person to invite; a carrier's people are invited by the platform, into the carrier's organisation. */
export const newInvitationSchema = z.strictObject({
  email,
  role: z.enum([...TENANT_ROLES, ...OPERATOR_ROLES]),
  carrierId: z
    .string()
    .regex(/^car_[0-9a-z]{26}$/, 'must be the id of a carrier')
    .optional(),
});

/** A public key that a client proves itself with (private_key_jwt). */
export const publicJwkSchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().regex(/^[\w-]{43}$/),
  y: z.string().regex(/^[\w-]{43}$/),
  kid: z.string().min(1).max(100),
  alg: z.literal('ES256').optional(),
  use: z.literal('sig').optional(),
});

/** A new machine client; its scopes narrow what the role allows. With keys it gets no secret. */
export const newClientSchema = z.strictObject({
  name: personName,
  role: z.enum(TENANT_ROLES),
  scopes: z.array(z.enum(PERMISSION_NAMES)).max(PERMISSION_NAMES.length).optional(),
  jwks: z.array(publicJwkSchema).min(1).max(5).optional(),
});

/** What can be changed of a machine client. */
export const clientChangeSchema = z.strictObject({
  name: personName,
  scopes: z.array(z.enum(PERMISSION_NAMES)).max(PERMISSION_NAMES.length).nullable(),
  status: z.enum(['active', 'disabled']),
  /** New keys of a client that has keys; keep the one before among them for as long as it is used. */
  jwks: z.array(publicJwkSchema).min(1).max(5).optional(),
});

/** A change of one's own password. */
export const passwordChangeSchema = z.strictObject({ current: z.string().min(1).max(200), next: password });
/** A code of six digits from an authenticator application. */
export const oneTimeCodeSchema = z.strictObject({ code: z.string().regex(/^\d{6}$/, 'must be six digits') });
/** What begins or removes a second factor: a token alone must not be enough. */
export const passwordProofSchema = z.strictObject({ password: z.string().min(1).max(200) });

/** A carrier; carriers are organisations of their own, shared by the tenants that invite them. */
export const newCarrierSchema = z.strictObject({
  scac: z.string().regex(/^[A-Z]{2,4}$/, 'two to four capital letters'),
  name: personName,
  contactEmail: email.optional(),
  contactPhone: z.string().max(40).optional(),
});

/** The resource identifier of the API (RFC 9728, RFC 8707): the audience of every access token. */
export function audienceOf(issuer: string): string {
  return `${issuer}/v1`;
}

/** A tenant. */
export interface Tenant {
  id: string;
  slug: string;
  name: string;
  shard: string;
  createdAt: string;
}

/** A user, without any secret. */
export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  status: 'active' | 'disabled';
  createdAt: string;
  version: number;
}

/** An invitation; its link is shown once. */
export interface Invitation {
  id: string;
  email: string;
  role: Role;
  /** The organisation that the invited person will belong to. */
  organisationId: string;
  status: 'open' | 'accepted' | 'withdrawn' | 'expired';
  invitedBy: string;
  createdAt: string;
  expiresAt: string;
}

/** A link by which somebody chooses a password, once. */
export interface PasswordLink {
  url: string;
  expiresAt: string;
}

/** What a page that lets somebody choose a password needs to know of the link. */
export interface PasswordLinkTarget {
  purpose: 'invitation' | 'reset';
  email: string;
}

/** A machine client, without its secret. */
export interface Client {
  id: string;
  name: string;
  role: Role;
  scopes: Permission[] | null;
  /** How it proves itself. */
  method: 'client_secret' | 'private_key_jwt';
  status: 'active' | 'disabled';
  createdAt: string;
  version: number;
}

/** A client with its secret, or without one when it proves itself by keys. */
export type ClientWithSecret = Client & { secret?: string };

/** A carrier as its tenants see it. */
export interface Carrier {
  id: string;
  scac: string;
  name: string;
  contactEmail: string | null;
  contactPhone: string | null;
}

/** A tenant that works with a carrier, as the carrier sees it. */
export interface CarrierCustomer {
  tenantId: string;
  name: string;
  since: string;
}

/** Who a user is, for the console. */
export interface Me {
  subject: string;
  name: string;
  email: string | null;
  roles: Role[];
  permissions: Permission[];
  tenant: { id: string; name: string };
  sessionId: string | null;
  /** How many recovery codes are left of the second factor; null when there is none. */
  secondFactor: { recoveryCodesLeft: number } | null;
}

/** What an authenticator application needs, shown once until it is confirmed. */
export interface FactorEnrolment {
  secret: string;
  uri: string;
}

/** A signing key as an operator sees it. */
export interface SigningKey {
  kid: string;
  state: 'next' | 'signing' | 'retiring';
  activeFrom: string;
  dropAt: string | null;
}

/** An OAuth error answer (RFC 6749 section 5.2). */
export interface OAuthError {
  ok: false;
  status: number;
  error: string;
  description: string;
}

/** A token answer (RFC 6749 section 5.1). */
export interface TokenAnswer {
  ok: true;
  access_token: string;
  token_type: 'Bearer' | 'DPoP';
  expires_in: number;
  scope: string;
  refresh_token?: string;
}

/** What is said of a token (RFC 7662 section 2.2). */
export type Introspection = { active: false } | ({ active: true } & Record<string, unknown>);

/** An authorization request that has been checked, as the login page carries it. */
export interface AuthorizationRequest {
  clientId: string;
  redirectUri: string;
  state: string;
  codeChallenge: string;
  scope: string;
  keyThumbprint: string;
}

/** An authorization request that failed: shown to the person, or sent back to the client (RFC 6749 section 4.1.2.1). */
export type AuthorizationFailure = OAuthError & { redirectTo?: string };

/** How a step of signing in ended: back to the client, on to the second factor, or refused. */
export type LoginOutcome =
  | { ok: true; redirectTo: string }
  | { ok: true; pending: string }
  | (OAuthError & { retryAfterSeconds?: number });

/** A form that came with a request, and what came with it. */
export interface OAuthRequest {
  form: Record<string, string>;
  /** The Authorization header, if it is Basic. */
  basic: string | null;
  /** The DPoP header. */
  proof: string | null;
  address: string;
  userAgent: string | null;
}

type Paging = { cursor?: string | undefined; limit: number };

/** The identity service's methods. */
export interface IdentityApi {
  createTenant(
    actor: Actor,
    input: z.infer<typeof newTenantSchema>,
    idempotencyKey: string,
  ): Promise<Result<Keyed<Tenant & { adminId: string }>>>;
  listTenants(actor: Actor, query: Paging): Promise<Result<Page<Tenant>>>;
  getLimits(actor: Actor, tenantId: string): Promise<Result<Versioned<Limits>>>;
  putLimits(
    actor: Actor,
    tenantId: string,
    limits: Limits,
    expectedVersion: number,
  ): Promise<Result<Versioned<Limits>>>;
  listSigningKeys(actor: Actor): Promise<Result<Page<SigningKey>>>;
  rotateSigningKeys(actor: Actor, immediately: boolean): Promise<Result<Page<SigningKey>>>;

  createUser(actor: Actor, input: z.infer<typeof newUserSchema>, idempotencyKey: string): Promise<Result<Keyed<User>>>;
  /** `carrierId` lists the people of a carrier; for operators. */
  listUsers(actor: Actor, query: Paging & { carrierId?: string | undefined }): Promise<Result<Page<User>>>;
  getUser(actor: Actor, id: string): Promise<Result<User>>;
  changeUser(
    actor: Actor,
    id: string,
    input: z.infer<typeof userChangeSchema>,
    expectedVersion: number,
  ): Promise<Result<User>>;
  createInvitation(
    actor: Actor,
    input: z.infer<typeof newInvitationSchema>,
    idempotencyKey: string,
  ): Promise<Result<Keyed<Invitation & { url: string }>>>;
  listInvitations(actor: Actor, query: Paging): Promise<Result<Page<Invitation>>>;
  withdrawInvitation(actor: Actor, id: string): Promise<Result<Invitation>>;
  createPasswordReset(actor: Actor, userId: string, idempotencyKey: string): Promise<Result<Keyed<PasswordLink>>>;
  passwordLinkTarget(token: string): Promise<PasswordLinkTarget | null>;
  choosePassword(input: { token: string; name: string; password: string }): Promise<Result<{ email: string }>>;

  createClient(
    actor: Actor,
    input: z.infer<typeof newClientSchema>,
    idempotencyKey: string,
  ): Promise<Result<Keyed<ClientWithSecret>>>;
  listClients(actor: Actor, query: Paging): Promise<Result<Page<Client>>>;
  getClient(actor: Actor, id: string): Promise<Result<Client>>;
  changeClient(
    actor: Actor,
    id: string,
    input: z.infer<typeof clientChangeSchema>,
    expectedVersion: number,
  ): Promise<Result<Client>>;
  /** Makes a new secret; the one before works for another day. */
  rotateClientSecret(actor: Actor, id: string, idempotencyKey: string): Promise<Result<Keyed<ClientWithSecret>>>;

  createCarrier(
    actor: Actor,
    input: z.infer<typeof newCarrierSchema>,
    idempotencyKey: string,
  ): Promise<Result<Keyed<Carrier>>>;
  listCarriers(actor: Actor, query: Paging): Promise<Result<Page<Carrier>>>;
  getCarrier(actor: Actor, id: string): Promise<Result<Carrier>>;
  /** As a carrier: the tenants that work with it. */
  listCarrierCustomers(actor: Actor, query: Paging): Promise<Result<Page<CarrierCustomer>>>;

  getPolicy(actor: Actor): Promise<Result<Versioned<Policy>>>;
  /** `address` is the caller's: a policy that would lock its author out is refused. */
  putPolicy(actor: Actor, policy: Policy, expectedVersion: number, address: string): Promise<Result<Versioned<Policy>>>;
  isCorsOrigin(origin: string): Promise<boolean>;
  listAlerts(actor: Actor, query: Paging): Promise<Result<Page<SecurityAlert>>>;

  me(actor: Actor): Promise<Result<Me>>;
  listSessions(actor: Actor, query: Paging & { userId?: string | undefined }): Promise<Result<Page<Session>>>;
  /** Ends a session of one's own, or of a user of the organisation. */
  endSession(actor: Actor, sessionId: string, userId?: string): Promise<Result<{ ended: boolean }>>;
  endSessionsOf(actor: Actor, userId: string): Promise<Result<{ ended: number }>>;
  changePassword(
    actor: Actor,
    input: z.infer<typeof passwordChangeSchema>,
    address: string,
  ): Promise<Result<{ ended: number }>>;
  enrolFactor(actor: Actor, password: string, address: string): Promise<Result<FactorEnrolment>>;
  confirmFactor(actor: Actor, code: string): Promise<Result<{ recoveryCodes: string[] }>>;
  removeFactor(actor: Actor, password: string, address: string): Promise<Result<{ removed: boolean }>>;
  /** Removes the second factor of a user who has lost it. */
  resetFactor(actor: Actor, userId: string): Promise<Result<{ removed: boolean }>>;
  createTicket(actor: Actor, topic: string): Promise<Result<{ ticket: string; expiresInSeconds: number }>>;
  redeemTicket(ticket: string, address: string): Promise<{ tenantId: string; topic: string; holder: string } | null>;

  jwks(): Promise<{ keys: Record<string, unknown>[] }>;
  checkAuthorization(
    query: Record<string, string>,
  ): Promise<({ ok: true } & AuthorizationRequest) | AuthorizationFailure>;
  login(
    request: AuthorizationRequest,
    credentials: { email: string; password: string },
    address: string,
  ): Promise<LoginOutcome>;
  /** The second step of a sign-in: a code of the authenticator, or a recovery code. */
  finishLogin(pending: string, code: string, address: string): Promise<LoginOutcome>;
  token(request: OAuthRequest): Promise<TokenAnswer | OAuthError>;
  introspect(request: OAuthRequest): Promise<{ ok: true; answer: Introspection } | OAuthError>;
  revoke(request: OAuthRequest): Promise<{ ok: true } | OAuthError>;
}
