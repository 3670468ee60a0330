/** The OAuth endpoints that clients call: token, introspection, revocation, and what describes them. */
import { z } from '@hono/zod-openapi';
import { audienceOf, type OAuthError, type OAuthRequest } from '../../../contracts/identity.ts';
import { PERMISSION_NAMES } from '../../../contracts/permissions.ts';
import { addressOf, answer, type GatewayContext } from '../context.ts';
import { readForm } from '../forms.ts';
import { type AnyOperation, operation } from '../operation.ts';
import { tokenAnswerSchema } from '../schemas.ts';

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };
const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];

function oauthFailure(c: GatewayContext, { status, error, description }: OAuthError): Response {
  const headers: Record<string, string> = { ...NO_STORE };
  const basic = /^basic /i.test(c.req.header('authorization') ?? '');
  // RFC 6749 section 5.2: a challenge only for who used the header.
  if (status === 401 && basic) headers['www-authenticate'] = 'Basic realm="fairlead"';
  if (status === 401) c.set('denial', { kind: 'login', reason: error });
  return Response.json({ error, error_description: description }, { status, headers });
}

/** The form and what came with it, or the answer to a form that is none. */
async function oauthRequest(c: GatewayContext): Promise<OAuthRequest | Response> {
  const form = await readForm(c.req.raw);
  const invalid = (description: string): Response =>
    oauthFailure(c, { ok: false, status: 400, error: 'invalid_request', description });
  if (form === 'too_large') return invalid('The form may hold 16 KiB');
  if (form === 'not_a_form') return invalid('Send application/x-www-form-urlencoded');
  if (form === 'repeated') return invalid('A parameter may be given once only');
  const authorization = c.req.header('authorization');
  if (authorization !== undefined && !/^basic \S+$/i.test(authorization)) {
    return invalid('The Authorization header must be Basic');
  }
  return {
    form,
    basic: authorization ?? null,
    proof: c.req.header('dpop') ?? null,
    address: addressOf(c),
    userAgent: c.req.header('user-agent')?.slice(0, 200) ?? null,
  };
}

const tokenForm = z.object({ token: z.string(), token_type_hint: z.string().optional() });

function protectedResource(path: string): AnyOperation {
  return operation({
    method: 'get',
    path,
    tag: 'OAuth',
    summary: 'Protected resource metadata (RFC 9728)',
    access: 'public',
    answer: z.record(z.string(), z.unknown()),
    handle: ({ c }) => {
      const issuer = c.env.ISSUER;
      return c.json({
        resource: audienceOf(issuer),
        authorization_servers: [issuer],
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        scopes_supported: PERMISSION_NAMES,
        bearer_methods_supported: ['header'],
        dpop_signing_alg_values_supported: ['ES256', 'EdDSA'],
        dpop_bound_access_tokens_required: false,
        resource_name: 'Fairlead API',
        resource_documentation: `${issuer}/docs`,
      });
    },
  });
}

/** OAuth 2.1. */
export const oauthRoutes = [
  operation({
    method: 'get',
    path: '/.well-known/jwks.json',
    tag: 'OAuth',
    summary: 'The keys that sign access tokens',
    access: 'public',
    answer: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).openapi('Jwks'),
    handle: async ({ c }) => c.json(await c.env.IDENTITY.jwks(), 200, { 'cache-control': 'public, max-age=60' }),
  }),
  operation({
    method: 'get',
    path: '/.well-known/oauth-authorization-server',
    tag: 'OAuth',
    summary: 'Authorization server metadata (RFC 8414)',
    access: 'public',
    answer: z.record(z.string(), z.unknown()),
    handle: ({ c }) => {
      const issuer = c.env.ISSUER;
      return c.json({
        issuer,
        authorization_endpoint: `${issuer}/oauth/authorize`,
        token_endpoint: `${issuer}/oauth/token`,
        introspection_endpoint: `${issuer}/oauth/introspect`,
        revocation_endpoint: `${issuer}/oauth/revoke`,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        scopes_supported: PERMISSION_NAMES,
        response_types_supported: ['code'],
        response_modes_supported: ['query'],
        grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: [...METHODS, 'none'],
        token_endpoint_auth_signing_alg_values_supported: ['ES256'],
        introspection_endpoint_auth_methods_supported: METHODS,
        introspection_endpoint_auth_signing_alg_values_supported: ['ES256'],
        revocation_endpoint_auth_methods_supported: [...METHODS, 'none'],
        revocation_endpoint_auth_signing_alg_values_supported: ['ES256'],
        dpop_signing_alg_values_supported: ['ES256', 'EdDSA'],
        authorization_response_iss_parameter_supported: true,
        service_documentation: `${issuer}/docs`,
      });
    },
  }),
  protectedResource('/.well-known/oauth-protected-resource/v1'),
  // For clients that know only the host: what they find names the resource it is about.
  protectedResource('/.well-known/oauth-protected-resource'),
  operation({
    method: 'post',
    path: '/oauth/token',
    tag: 'OAuth',
    summary: 'The token endpoint: client_credentials, authorization_code, refresh_token',
    description: 'With a DPoP proof in the header the token is bound to its key (RFC 9449).',
    access: 'public',
    oauthErrors: true,
    form: z.object({
      grant_type: z.enum(['client_credentials', 'authorization_code', 'refresh_token']),
      scope: z.string().optional(),
      client_id: z.string().optional(),
      client_secret: z.string().optional(),
      client_assertion: z.string().optional(),
      client_assertion_type: z.string().optional(),
      code: z.string().optional(),
      code_verifier: z.string().optional(),
      redirect_uri: z.string().optional(),
      refresh_token: z.string().optional(),
      resource: z.string().optional(),
    }),
    answer: tokenAnswerSchema,
    also: { 401: 'The client could not be authenticated' },
    handle: async ({ c }) => {
      const request = await oauthRequest(c);
      if (request instanceof Response) return request;
      const result = await c.env.IDENTITY.token(request);
      if (!result.ok) return oauthFailure(c, result);
      const { ok: _ok, ...token } = result;
      return c.json({ ...token }, 200, NO_STORE);
    },
  }),
  operation({
    method: 'post',
    path: '/oauth/introspect',
    tag: 'OAuth',
    summary: 'Whether a token is good now (RFC 7662); for the organisation’s own clients',
    access: 'public',
    oauthErrors: true,
    form: tokenForm,
    answer: z.looseObject({ active: z.boolean() }).openapi('Introspection'),
    also: { 401: 'The client could not be authenticated' },
    handle: async ({ c }) => {
      const request = await oauthRequest(c);
      if (request instanceof Response) return request;
      const result = await c.env.IDENTITY.introspect(request);
      return result.ok ? c.json({ ...result.answer }, 200, NO_STORE) : oauthFailure(c, result);
    },
  }),
  operation({
    method: 'post',
    path: '/oauth/revoke',
    tag: 'OAuth',
    summary: 'End a token (RFC 7009); a refresh token takes its session along',
    access: 'public',
    oauthErrors: true,
    form: tokenForm,
    answer: z.object({}).openapi('Revoked'),
    also: { 401: 'The client could not be authenticated' },
    handle: async ({ c }) => {
      const request = await oauthRequest(c);
      if (request instanceof Response) return request;
      const result = await c.env.IDENTITY.revoke(request);
      return result.ok ? c.json({}, 200, NO_STORE) : oauthFailure(c, result);
    },
  }),
  operation({
    method: 'post',
    path: '/v1/sign-out',
    tag: 'Account',
    summary: 'End the session of this token',
    access: 'authenticated',
    answer: z.object({ ended: z.boolean() }).openapi('SignedOut'),
    handle: async ({ c, actor }) => {
      if (!actor.sessionId) return c.json({ ended: false });
      return answer(c, await c.env.IDENTITY.endSession(actor, actor.sessionId));
    },
  }),
];
