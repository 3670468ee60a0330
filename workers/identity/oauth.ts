/**
 * The OAuth 2.0 endpoints' logic: client_credentials for machines, authorization code with PKCE S256
 * and rotating refresh tokens for the console (RFC 6749, RFC 7636, OAuth 2.1 profile).
 */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { AuthorizationRequest, Grant, OAuthError, TokenAnswer } from '../../contracts/identity.ts';
import type { Permission, Role } from '../../contracts/permissions.ts';
import { tenantPolicy } from '../../durable-objects/stubs.ts';
import { base64Url, fromBase64, randomToken } from '../../platform/ids.ts';
import { ACCESS_TOKEN_SECONDS, AUTH_CODE_SECONDS } from '../../platform/limits.ts';
import { loggerFor } from '../../platform/log.ts';
import { clients, users } from '../../platform/schema/directory.ts';
import { equalBytes, sha256Hex } from '../../platform/secrets.ts';
import { tenantOfSecret } from './directory.ts';
import type { Env } from './env.ts';
import { signAccessToken } from './keys.ts';
import { checkPassword } from './passwords.ts';

const encoder = new TextEncoder();

/** The console's public client. */
export const CONSOLE_CLIENT = 'fairlead-console';
/** The platform operator's client, which exists before any tenant does. */
const OPERATOR_CLIENT = 'platform-operator';
/** The tenant of platform operators: no data of any shipper lives in it. */
const PLATFORM_TENANT = 'platform';

function oauthError(status: number, error: string, description: string): OAuthError {
  return { ok: false, status, error, description };
}

/** The console's only redirect address: exact comparison, no patterns. */
function redirectUriOf(env: Env): string {
  return `${env.ISSUER}/auth/callback`;
}

/** Checks an authorization request before a login page is shown. */
export function checkAuthorization(
  env: Env,
  query: Record<string, string>,
): ({ ok: true } & AuthorizationRequest) | OAuthError {
  if (query.client_id !== CONSOLE_CLIENT) return oauthError(400, 'invalid_client', 'The client is not known');
  if (query.redirect_uri !== redirectUriOf(env)) {
    return oauthError(400, 'invalid_request', 'The redirect_uri is not registered for this client');
  }
  if (query.response_type !== 'code') return oauthError(400, 'unsupported_response_type', 'response_type must be code');
  if (query.code_challenge_method !== 'S256' || !/^[A-Za-z0-9_-]{43}$/.test(query.code_challenge ?? '')) {
    return oauthError(400, 'invalid_request', 'PKCE with S256 is required');
  }
  if (!query.state || query.state.length > 500) return oauthError(400, 'invalid_request', 'state is required');
  return {
    ok: true,
    clientId: query.client_id,
    redirectUri: query.redirect_uri,
    state: query.state,
    codeChallenge: query.code_challenge!,
  };
}

/** Checks credentials and answers where to send the browser with its code. */
export async function login(
  env: Env,
  request: AuthorizationRequest,
  credentials: { email: string; password: string },
  address: string,
): Promise<{ ok: true; redirectTo: string } | OAuthError> {
  const user = await drizzle(env.DIRECTORY)
    .select()
    .from(users)
    .where(eq(users.email, credentials.email.slice(0, 200)))
    .get();
  const active = user?.status === 'active' ? user : null;
  const right = await checkPassword(
    env.PASSWORD_PEPPER,
    active?.passwordHash ?? null,
    credentials.password.slice(0, 200),
  );
  if (!active || !right) {
    loggerFor('identity', env.LOG_LEVEL)('warn', 'login.refused', { address, userId: user?.id ?? null });
    return oauthError(401, 'access_denied', 'E-mail address or password is wrong');
  }
  const code = `${active.tenantId}.${randomToken()}`;
  const { clientId, redirectUri, codeChallenge } = request;
  const grant = { userId: active.id, roles: [active.role as Role], clientId, redirectUri, codeChallenge };
  await tenantPolicy(env, active.tenantId).storeCode(
    await sha256Hex(code),
    grant,
    Date.now() + AUTH_CODE_SECONDS * 1000,
  );
  const target = new URL(redirectUri);
  target.search = new URLSearchParams({ code, state: request.state, iss: env.ISSUER }).toString();
  return { ok: true, redirectTo: target.href };
}

/** The token endpoint. */
export async function token(
  env: Env,
  form: Record<string, string>,
  basic: string | null,
): Promise<TokenAnswer | OAuthError> {
  switch (form.grant_type) {
    case 'client_credentials':
      return clientCredentials(env, form, basic);
    case 'authorization_code':
      return authorizationCode(env, form);
    case 'refresh_token':
      return refresh(env, form);
    default:
      return oauthError(
        400,
        'unsupported_grant_type',
        'grant_type must be client_credentials, authorization_code or refresh_token',
      );
  }
}

interface MachineClient {
  id: string;
  tenantId: string;
  role: Role;
  scopes: Permission[] | null;
  secretHash: string;
}

async function findClient(env: Env, id: string): Promise<MachineClient | null> {
  if (id === OPERATOR_CLIENT) {
    const secretHash = await sha256Hex(env.OPERATOR_SECRET);
    return { id, tenantId: PLATFORM_TENANT, role: 'platform_operator', scopes: null, secretHash };
  }
  const row = await drizzle(env.DIRECTORY).select().from(clients).where(eq(clients.id, id)).get();
  if (row?.status !== 'active') return null;
  return { ...row, role: row.role as Role, scopes: row.scopes as Permission[] | null };
}

async function clientCredentials(
  env: Env,
  form: Record<string, string>,
  basic: string | null,
): Promise<TokenAnswer | OAuthError> {
  const { id, secret } = basic
    ? basicCredentials(basic)
    : { id: form.client_id ?? '', secret: form.client_secret ?? '' };
  const client = await findClient(env, id.slice(0, 100));
  const presented = encoder.encode(await sha256Hex(secret.slice(0, 200)));
  const expected = encoder.encode(client?.secretHash ?? (await sha256Hex(randomToken())));
  if (!equalBytes(presented, expected) || !client) {
    return oauthError(401, 'invalid_client', 'Client id or secret is wrong');
  }
  const scopes = narrow(client.scopes, form.scope);
  if (scopes === 'refused') return oauthError(400, 'invalid_scope', 'The client may not have that scope');
  const accessToken = await signAccessToken(env, {
    tenantId: client.tenantId,
    subject: client.id,
    kind: 'client',
    clientId: client.id,
    roles: [client.role],
    scopes,
    sessionId: null,
  });
  return bearer(accessToken, scopes);
}

/** The scopes asked for, when all of them are among the client's. */
function narrow(allowed: Permission[] | null, asked: string | undefined): Permission[] | null | 'refused' {
  if (!asked?.trim()) return allowed;
  const wanted = asked.trim().split(/\s+/) as Permission[];
  return !allowed || wanted.every((scope) => allowed.includes(scope)) ? wanted : 'refused';
}

function basicCredentials(header: string): { id: string; secret: string } {
  try {
    const text = new TextDecoder().decode(fromBase64(header.replace(/^Basic\s+/i, '')));
    const colon = text.indexOf(':');
    return { id: decodeURIComponent(text.slice(0, colon)), secret: decodeURIComponent(text.slice(colon + 1)) };
  } catch {
    return { id: '', secret: '' };
  }
}

async function authorizationCode(env: Env, form: Record<string, string>): Promise<TokenAnswer | OAuthError> {
  const tenantId = await tenantOfSecret(env, form.code);
  const verifier = form.code_verifier ?? '';
  if (!tenantId || !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) {
    return oauthError(400, 'invalid_grant', 'The code or its verifier is not valid');
  }
  const challenge = base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(verifier))));
  const refreshToken = `${tenantId}.${randomToken()}`;
  const codeHash = await sha256Hex(form.code!);
  const refreshHash = await sha256Hex(refreshToken);
  const check = { clientId: form.client_id ?? '', redirectUri: form.redirect_uri ?? '', codeChallenge: challenge };
  const grant = await tenantPolicy(env, tenantId).redeemCode(codeHash, check, refreshHash, Date.now());
  if (!grant) return oauthError(400, 'invalid_grant', 'The code is not valid, spent or expired');
  return sessionTokens(env, tenantId, grant, refreshToken);
}

async function refresh(env: Env, form: Record<string, string>): Promise<TokenAnswer | OAuthError> {
  const tenantId = await tenantOfSecret(env, form.refresh_token);
  if (!tenantId) return oauthError(400, 'invalid_grant', 'The refresh token is not valid');
  const next = `${tenantId}.${randomToken()}`;
  const oldHash = await sha256Hex(form.refresh_token!);
  const newHash = await sha256Hex(next);
  const grant = await tenantPolicy(env, tenantId).rotateRefresh(oldHash, newHash, form.client_id ?? '', Date.now());
  if (!grant) return oauthError(400, 'invalid_grant', 'The refresh token is not valid, spent or expired');
  return sessionTokens(env, tenantId, grant, next);
}

/** Mints the tokens of a session; the role is read anew, so that a demotion reaches the next token. */
async function sessionTokens(
  env: Env,
  tenantId: string,
  grant: Grant & { sessionId: string },
  refreshToken: string,
): Promise<TokenAnswer | OAuthError> {
  const user = await drizzle(env.DIRECTORY).select().from(users).where(eq(users.id, grant.userId)).get();
  if (user?.status !== 'active' || user.tenantId !== tenantId) {
    await tenantPolicy(env, tenantId).endSession(grant.sessionId);
    return oauthError(400, 'invalid_grant', 'The user is no longer active');
  }
  const accessToken = await signAccessToken(env, {
    tenantId,
    subject: user.id,
    kind: 'user',
    clientId: grant.clientId,
    roles: [user.role as Role],
    scopes: null,
    sessionId: grant.sessionId,
  });
  return { ...bearer(accessToken, null), refresh_token: refreshToken };
}

function bearer(accessToken: string, scopes: Permission[] | null): TokenAnswer {
  return {
    ok: true,
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_SECONDS,
    scope: (scopes ?? []).join(' '),
  };
}
