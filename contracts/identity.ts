/** What crosses the identity service's boundary. */
import { z } from 'zod';
import type { Actor } from './actor.ts';
import { PERMISSION_NAMES, type Permission, type Role, TENANT_ROLES } from './permissions.ts';
import type { Page, Result } from './result.ts';

/** A new tenant with its first administrator. */
export const newTenantSchema = z.strictObject({
  name: z.string().min(1).max(100),
  slug: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'lower-case letters, digits and hyphens'),
  admin: z.strictObject({
    email: z.email().max(200),
    name: z.string().min(1).max(100),
    password: z.string().min(12).max(200),
  }),
});

/** A new user of the tenant. */
export const newUserSchema = z.strictObject({
  email: z.email().max(200),
  name: z.string().min(1).max(100),
  role: z.enum(TENANT_ROLES),
  password: z.string().min(12).max(200),
});

/** A new machine client; its scopes narrow what the role allows. */
export const newClientSchema = z.strictObject({
  name: z.string().min(1).max(100),
  role: z.enum(TENANT_ROLES),
  scopes: z.array(z.enum(PERMISSION_NAMES)).max(PERMISSION_NAMES.length).optional(),
});

/** A carrier; carriers are organisations of their own, shared by the tenants that invite them. */
export const newCarrierSchema = z.strictObject({
  scac: z.string().regex(/^[A-Z]{2,4}$/, 'two to four capital letters'),
  name: z.string().min(1).max(100),
  contactEmail: z.email().max(200).optional(),
  contactPhone: z.string().max(40).optional(),
});

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
  createdAt: string;
}

/** A machine client, without its secret. */
export interface Client {
  id: string;
  name: string;
  role: Role;
  scopes: Permission[] | null;
  createdAt: string;
}

/** A carrier as its tenants see it. */
export interface Carrier {
  id: string;
  scac: string;
  name: string;
  contactEmail: string | null;
  contactPhone: string | null;
}

/** Who a user is, for the console. */
export interface Me {
  subject: string;
  name: string;
  email: string | null;
  roles: Role[];
  permissions: Permission[];
  tenant: { id: string; name: string };
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
  token_type: 'Bearer';
  expires_in: number;
  scope: string;
  refresh_token?: string;
}

/** What a login page needs of an authorization request that has been checked. */
export interface AuthorizationRequest {
  clientId: string;
  redirectUri: string;
  state: string;
  codeChallenge: string;
}

/** The identity service's methods. */
export interface IdentityApi {
  createTenant(actor: Actor, input: z.infer<typeof newTenantSchema>): Promise<Result<Tenant & { adminId: string }>>;
  listTenants(actor: Actor, query: { cursor?: string | undefined; limit: number }): Promise<Result<Page<Tenant>>>;
  createUser(actor: Actor, input: z.infer<typeof newUserSchema>): Promise<Result<User>>;
  listUsers(actor: Actor, query: { cursor?: string | undefined; limit: number }): Promise<Result<Page<User>>>;
  createClient(actor: Actor, input: z.infer<typeof newClientSchema>): Promise<Result<Client & { secret: string }>>;
  listClients(actor: Actor, query: { cursor?: string | undefined; limit: number }): Promise<Result<Page<Client>>>;
  createCarrier(actor: Actor, input: z.infer<typeof newCarrierSchema>): Promise<Result<Carrier>>;
  listCarriers(actor: Actor, query: { cursor?: string | undefined; limit: number }): Promise<Result<Page<Carrier>>>;
  getCarrier(actor: Actor, id: string): Promise<Result<Carrier>>;
  me(actor: Actor): Promise<Result<Me>>;
  createTicket(actor: Actor, topic: string): Promise<Result<{ ticket: string; expiresInSeconds: number }>>;
  redeemTicket(ticket: string): Promise<{ tenantId: string; topic: string } | null>;
  endSession(actor: Actor): Promise<Result<{ ended: boolean }>>;
  jwks(): Promise<{ keys: Record<string, unknown>[] }>;
  checkAuthorization(query: Record<string, string>): Promise<({ ok: true } & AuthorizationRequest) | OAuthError>;
  login(
    request: AuthorizationRequest,
    credentials: { email: string; password: string },
    address: string,
  ): Promise<{ ok: true; redirectTo: string } | OAuthError>;
  token(form: Record<string, string>, basic: string | null): Promise<TokenAnswer | OAuthError>;
}

/** A session's grant, as the policy object keeps it. */
export interface Grant {
  userId: string;
  roles: Role[];
  clientId: string;
}

/** The methods of a tenant's policy object. Each decision is one synchronous turn. */
export interface TenantPolicyApi {
  storeCode(
    codeHash: string,
    grant: Grant & { redirectUri: string; codeChallenge: string },
    expiresAt: number,
  ): Promise<void>;
  redeemCode(
    codeHash: string,
    check: { clientId: string; redirectUri: string; codeChallenge: string },
    refreshHash: string,
    now: number,
  ): Promise<(Grant & { sessionId: string }) | null>;
  rotateRefresh(
    oldHash: string,
    newHash: string,
    clientId: string,
    now: number,
  ): Promise<(Grant & { sessionId: string }) | null>;
  endSession(sessionId: string): Promise<boolean>;
  storeTicket(hash: string, topic: string, expiresAt: number): Promise<void>;
  redeemTicket(hash: string, now: number): Promise<string | null>;
}
