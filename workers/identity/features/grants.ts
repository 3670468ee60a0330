/**
 * The token endpoint's logic (OAuth 2.1 profile): client_credentials for machines, authorization code
 * with PKCE S256 and rotating refresh tokens for people, optionally bound to a key (DPoP, RFC 9449).
 *
 * Contract: secrets are hashed first; the decision itself is one synchronous turn of the policy object.
 */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { GrantCheck, Granted } from '../../../contracts/identity/access.ts';
import { audienceOf } from '../../../contracts/identity/common.ts';
import type { OAuthError, OAuthRequest, TokenAnswer } from '../../../contracts/identity/oauth.ts';
import { grantOf, type Permission, type Role } from '../../../contracts/kit/permissions.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { newBearerSecret, organisationOfSecret, successorOf } from '../../../platform/bearer-secrets.ts';
import { users } from '../../../platform/d1/schema/directory.ts';
import { type Proof, verifyProof } from '../../../platform/dpop.ts';
import { base64Url } from '../../../platform/ids.ts';
import { ACCESS_TOKEN_SECONDS } from '../../../platform/limits.ts';
import { sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import { authenticateClient, CONSOLE_CLIENT } from './client-auth.ts';
import { signAccessToken } from './keys.ts';
import { oauthError } from './oauth-error.ts';

const encoder = new TextEncoder();

/** The token endpoint. */
export async function token(env: Env, request: OAuthRequest): Promise<TokenAnswer | OAuthError> {
  const proof = request.proof === null ? null : await verifyProof(request.proof, tokenTarget(env), request.now);
  if (request.proof !== null && !proof) {
    return oauthError(400, 'invalid_dpop_proof', 'The DPoP proof is not valid for this request');
  }
  // RFC 8707: there is one resource here, and a token for another one is not ours to give.
  if (request.form.resource !== undefined && request.form.resource !== audienceOf(env.ISSUER)) {
    return oauthError(400, 'invalid_target', 'The resource is not known here');
  }
  switch (request.form.grant_type) {
    case undefined:
      return oauthError(400, 'invalid_request', 'grant_type is required');
    case 'client_credentials':
      return clientCredentials(env, request, proof);
    case 'authorization_code':
      return authorizationCode(env, request, proof);
    case 'refresh_token':
      return refresh(env, request, proof);
    default:
      return oauthError(
        400,
        'unsupported_grant_type',
        'grant_type must be client_credentials, authorization_code or refresh_token',
      );
  }
}

const tokenTarget = (env: Env) => ({ method: 'POST', url: `${env.ISSUER}/oauth/token` });

async function clientCredentials(
  env: Env,
  request: OAuthRequest,
  proof: Proof | null,
): Promise<TokenAnswer | OAuthError> {
  const client = await authenticateClient(env, request);
  if ('ok' in client) return client;
  const scopes = narrow(client.role, client.scopes, request.form.scope);
  if (scopes === 'refused') return oauthError(400, 'invalid_scope', 'The client may not have that scope');
  const policy = tenantPolicy(env, client.tenantId);
  if (proof && !(await policy.useOnce(`proof:${proof.id}`, proof.until))) {
    return oauthError(400, 'invalid_dpop_proof', 'The DPoP proof was used before');
  }
  return answerOf(
    await signAccessToken(env, {
      tenantId: client.tenantId,
      subject: client.id,
      kind: 'client',
      clientId: client.id,
      roles: [client.role],
      scopes,
      sessionId: null,
      securityVersion: client.securityVersion,
      keyThumbprint: proof?.keyThumbprint ?? null,
    }),
    grantOf(client.role, scopes),
    proof !== null,
  );
}

/**
 * The scopes asked for, when all of them are known and the role holds them under its narrowing; the
 * narrowing itself when nothing is asked for.
 */
export function narrow(
  role: Role,
  allowed: Permission[] | null,
  asked: string | undefined,
): Permission[] | null | 'refused' {
  if (!asked?.trim()) return allowed;
  const wanted = [...new Set(asked.trim().split(/ +/))] as Permission[];
  const held = grantOf(role, allowed);
  return wanted.every((scope) => held.includes(scope)) ? wanted : 'refused';
}

async function authorizationCode(
  env: Env,
  request: OAuthRequest,
  proof: Proof | null,
): Promise<TokenAnswer | OAuthError> {
  const { form } = request;
  const refused = refusePublicClient(request);
  if (refused) return refused;
  if (!form.code || !form.redirect_uri) {
    return oauthError(400, 'invalid_request', 'code, redirect_uri and code_verifier are required');
  }
  const verifier = form.code_verifier ?? '';
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) {
    return oauthError(400, 'invalid_request', 'code_verifier must be 43 to 128 unreserved characters');
  }
  const invalid = oauthError(400, 'invalid_grant', 'The code is not valid for this request, spent or expired');
  const tenantId = await organisationOfSecret(env.TOKEN_KEY, 'code', form.code);
  if (!tenantId) return invalid;
  const challenge = base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(verifier))));
  const refreshToken = await newBearerSecret(env.TOKEN_KEY, 'refresh', tenantId);
  const codeHash = await sha256Hex(form.code);
  const refreshHash = await sha256Hex(refreshToken);
  const check = { ...grantCheck(request, proof), redirectUri: form.redirect_uri, codeChallenge: challenge };
  const grant = await tenantPolicy(env, tenantId).redeemCode(codeHash, check, refreshHash);
  return grant ? sessionTokens(env, tenantId, grant, refreshToken, grant.scopes as Permission[] | null) : invalid;
}

async function refresh(env: Env, request: OAuthRequest, proof: Proof | null): Promise<TokenAnswer | OAuthError> {
  const { form } = request;
  const refused = refusePublicClient(request);
  if (refused) return refused;
  if (!form.refresh_token) return oauthError(400, 'invalid_request', 'refresh_token is required');
  const invalid = oauthError(400, 'invalid_grant', 'The refresh token is not valid, spent or expired');
  const tenantId = await organisationOfSecret(env.TOKEN_KEY, 'refresh', form.refresh_token);
  if (!tenantId) return { ...invalid, sessionOver: true };
  const policy = tenantPolicy(env, tenantId);
  const oldHash = await sha256Hex(form.refresh_token);
  // What may fail is looked at before the token is used up: a scope, and a directory that cannot be read.
  const session = await policy.sessionOfRefresh(oldHash, request.now);
  if (session) {
    const { scopes, roles } = session;
    if (narrow(roles[0]!, scopes as Permission[] | null, form.scope) === 'refused') return beyondSession();
    await findUser(env, session.userId);
  }
  const next = await successorOf(env.TOKEN_KEY, tenantId, form.refresh_token);
  const newHash = await sha256Hex(next);
  const grant = await policy.rotateRefresh(oldHash, newHash, grantCheck(request, proof));
  // Refused for its address or proof, the session goes on, and the token is good elsewhere.
  if (!grant) return { ...invalid, sessionOver: (await policy.sessionOfRefresh(oldHash, request.now)) === null };
  const scopes = narrow(grant.roles[0]!, grant.scopes as Permission[] | null, form.scope);
  return scopes === 'refused' ? beyondSession() : sessionTokens(env, tenantId, grant, next, scopes);
}

const beyondSession = (): OAuthError => oauthError(400, 'invalid_scope', 'The session may not have that scope');

/** The console is the one public client: it has no secret, so none may be presented for it. */
function refusePublicClient({ form, basic }: OAuthRequest): OAuthError | null {
  if (basic !== null || form.client_secret !== undefined || form.client_assertion !== undefined) {
    return oauthError(401, 'invalid_client', 'This grant is for the console’s public client, which has no secret');
  }
  if (form.client_id === undefined) return oauthError(400, 'invalid_request', 'client_id is required');
  return form.client_id === CONSOLE_CLIENT ? null : oauthError(401, 'invalid_client', 'The client is not known');
}

function grantCheck(
  { form, address, userAgent, correlationId, callerCorrelationId, now }: OAuthRequest,
  proof: Proof | null,
): GrantCheck {
  return {
    clientId: form.client_id ?? '',
    keyThumbprint: proof?.keyThumbprint ?? null,
    proof: proof && { id: proof.id, until: proof.until },
    address,
    userAgent,
    correlationId,
    callerCorrelationId,
    now,
  };
}

/** Mints the tokens of a session; the role is read anew, so that a demotion reaches the next token. */
async function sessionTokens(
  env: Env,
  tenantId: string,
  grant: Granted,
  refreshToken: string,
  scopes: Permission[] | null,
): Promise<TokenAnswer | OAuthError> {
  const user = await findUser(env, grant.userId);
  const same = user?.tenantId === tenantId && user.securityVersion === grant.securityVersion;
  if (!user || !same || user.status !== 'active') {
    await tenantPolicy(env, tenantId).endSession(grant.sessionId, {});
    return { ...oauthError(400, 'invalid_grant', 'The sign-in is not good any more'), sessionOver: true };
  }
  const role = user.role as Role;
  const accessToken = await signAccessToken(env, {
    tenantId,
    subject: user.id,
    kind: 'user',
    clientId: grant.clientId,
    roles: [role],
    scopes,
    sessionId: grant.sessionId,
    securityVersion: user.securityVersion,
    keyThumbprint: grant.keyThumbprint,
  });
  return { ...answerOf(accessToken, grantOf(role, scopes), grant.keyThumbprint !== null), refresh_token: refreshToken };
}

function findUser(env: Env, id: string) {
  return drizzle(env.DIRECTORY).select().from(users).where(eq(users.id, id)).get();
}

function answerOf(accessToken: string, scopes: Permission[], bound: boolean): TokenAnswer {
  return {
    ok: true,
    access_token: accessToken,
    token_type: bound ? 'DPoP' : 'Bearer',
    expires_in: ACCESS_TOKEN_SECONDS,
    scope: scopes.join(' '),
  };
}
