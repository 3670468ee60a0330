/** Introspection (RFC 7662) and revocation (RFC 7009) of access and refresh tokens. */
import type { JWTPayload } from 'jose';
import type { Introspection, OAuthError, OAuthRequest } from '../../../contracts/identity/oauth.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { notesOf } from '../../../platform/audit.ts';
import { organisationOfSecret } from '../../../platform/bearer-secrets.ts';
import { sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import { authenticateClient, CONSOLE_CLIENT } from './client-auth.ts';
import { readAccessToken } from './keys.ts';
import { oauthError } from './oauth-error.ts';

interface OwnToken {
  sessionId: string | null;
  client: { id: string; securityVersion: number } | null;
  tokenId: string;
}

function ownToken(claims: JWTPayload): OwnToken {
  return {
    sessionId: typeof claims.sid === 'string' ? claims.sid : null,
    client: claims.kind === 'client' ? { id: claims.sub!, securityVersion: Number(claims.ver ?? 0) } : null,
    tokenId: claims.jti!,
  };
}

/** What is said of a token to a client of the same organisation; another's token is not active to it. */
export async function introspect(
  env: Env,
  request: OAuthRequest,
): Promise<{ ok: true; answer: Introspection } | OAuthError> {
  const client = await authenticateClient(env, request);
  if ('ok' in client) return client;
  const text = request.form.token;
  if (!text) return oauthError(400, 'invalid_request', 'token is required');
  const policy = tenantPolicy(env, client.tenantId);
  const claims = await readAccessToken(env, text);
  if (claims) {
    const active = claims.tenant === client.tenantId && (await policy.isAlive(ownToken(claims)));
    if (!active) return { ok: true, answer: { active: false } };
    const { roles, scope, client_id, sub, aud, iss, exp, iat, jti, sid, cnf } = claims;
    const answer = { roles, scope, client_id, sub, aud, iss, exp, iat, jti, sid, cnf };
    return { ok: true, answer: { active: true, token_type: cnf ? 'DPoP' : 'Bearer', ...answer } };
  }
  if ((await organisationOfSecret(env.TOKEN_KEY, 'refresh', text)) !== client.tenantId)
    return { ok: true, answer: { active: false } };
  const session = await policy.sessionOfRefresh(await sha256Hex(text), request.now);
  if (!session) return { ok: true, answer: { active: false } };
  const { userId, clientId, sessionId, scopes, keyThumbprint } = session;
  return {
    ok: true,
    answer: {
      active: true,
      sub: userId,
      client_id: clientId,
      sid: sessionId,
      iss: env.ISSUER,
      ...(scopes ? { scope: scopes.join(' ') } : {}),
      ...(keyThumbprint ? { cnf: { jkt: keyThumbprint } } : {}),
    },
  };
}

/** Revokes a token of the client's own. What is unknown, or another's, is answered the same (section 2.2). */
export async function revoke(env: Env, request: OAuthRequest): Promise<{ ok: true } | OAuthError> {
  const clientId = await revokingClient(env, request);
  if (typeof clientId !== 'string') return clientId;
  const text = request.form.token;
  if (!text) return oauthError(400, 'invalid_request', 'token is required');
  const claims = await readAccessToken(env, text);
  if (claims) {
    if (claims.client_id === clientId) {
      const { sessionId, client, tokenId } = ownToken(claims);
      const tenantId = String(claims.tenant);
      const kind = client ? ('client' as const) : ('user' as const);
      const actor = { kind, tenantId, subject: claims.sub!, sessionId, ...requestOf(request) };
      const done = {
        organisationId: tenantId,
        action: 'token.revoked',
        object: { type: 'token' as const, id: tokenId },
      };
      const revoked = { tokenId, holder: sessionId ?? claims.sub!, until: (claims.exp! + 10) * 1000 };
      await tenantPolicy(env, tenantId).revokeToken(revoked, notesOf(actor, done, request.now));
    }
    return { ok: true };
  }
  const tenantId = await organisationOfSecret(env.TOKEN_KEY, 'refresh', text);
  if (!tenantId) return { ok: true };
  const policy = tenantPolicy(env, tenantId);
  // A refresh token takes its session along: its access tokens and its sockets end with it. One that was spent does so
  // too: its holder may have missed the answer with the next one, or somebody else has it.
  const session = await policy.sessionOfFamily(await sha256Hex(text));
  if (session?.clientId === clientId) {
    const { sessionId, userId } = session;
    const actor = { kind: 'user' as const, tenantId, subject: userId, sessionId, ...requestOf(request) };
    const done = {
      organisationId: tenantId,
      action: 'session.ended',
      object: { type: 'session' as const, id: sessionId },
    };
    await policy.endSession(sessionId, { notes: notesOf(actor, done, request.now) });
  }
  return { ok: true };
}

const requestOf = ({ address, correlationId, callerCorrelationId }: OAuthRequest) => ({
  address,
  correlationId,
  callerCorrelationId,
});

async function revokingClient(env: Env, request: OAuthRequest): Promise<string | OAuthError> {
  const { form, basic } = request;
  const isPublic = basic === null && form.client_secret === undefined && form.client_assertion === undefined;
  if (isPublic && form.client_id === CONSOLE_CLIENT) return CONSOLE_CLIENT;
  const client = await authenticateClient(env, request);
  return 'ok' in client ? client : client.id;
}
