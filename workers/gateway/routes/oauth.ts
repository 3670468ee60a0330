/** The OAuth endpoints that clients call: token, introspection, revocation, and what describes them. */
import { z } from 'zod';
import { gatewayAnswers } from '../../../contracts/gateway/answers.ts';
import { audienceOf } from '../../../contracts/identity/common.ts';
import { PERMISSION_NAMES } from '../../../contracts/kit/permissions.ts';
import { described, oneOf } from '../../../contracts/kit/primitives.ts';
import { contextOf, type GatewayContext, refuse } from '../http/context.ts';
import { handler, tagged } from '../http/route.ts';
import { revokeByCookie, tokenByCookie, withForm } from './oauth-requests.ts';

const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];

const optional = (description: string, example: string) => described(z.string(), description, example).optional();

const cookieDelivery = optional(
  '`cookie`, for the platform’s own pages: the refresh token is kept in an HttpOnly cookie, and not in any body',
  'cookie',
);
const tokenForm = z.strictObject({
  grant_type: oneOf(['client_credentials', 'authorization_code', 'refresh_token'], 'What is presented'),
  scope: optional('Permissions wanted, separated by spaces; all that the role holds without it', 'containers:read'),
  client_id: optional('Id of the client, unless the Authorization header has it', 'cli_01kb2h5m8q3v6x9y2z4a7c0d5e'),
  client_secret: optional('Secret of the client', 'fls_…'),
  client_assertion: optional('A JWT signed by the client’s key (RFC 7523)', 'eyJ…'),
  client_assertion_type: optional('Type of the assertion', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
  code: optional('The authorization code', 'ten_….…'),
  code_verifier: optional('The PKCE verifier (RFC 7636)', 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
  redirect_uri: optional('Where the code was sent', 'https://fairlead.example/auth/callback'),
  refresh_token: optional('The refresh token, which its successor replaces', 'ten_….…'),
  refresh_token_delivery: cookieDelivery,
  resource: optional('The resource the token is for (RFC 8707)', 'https://fairlead.example/v1'),
});
const statusForm = z.strictObject({
  token: described(z.string(), 'The token', 'eyJ…'),
  token_type_hint: optional('What it may be', 'access_token'),
  client_id: optional('Id of the client, unless the Authorization header has it', 'cli_01kb2h5m8q3v6x9y2z4a7c0d5e'),
  client_secret: optional('Secret of the client', 'fls_…'),
});
const resourceMetadata = (c: GatewayContext): Response => {
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
};

const serverMetadata = (c: GatewayContext): Response => {
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
};

const protectedResource = (path: string, operationId: string) =>
  handler(
    'get',
    path,
    'public',
    {
      operationId,
      summary: 'Protected resource metadata (RFC 9728)',
      description: 'Where tokens for this API come from, and how they are sent.',
      answer: gatewayAnswers.protectedResource,
    },
    resourceMetadata,
  );

/** OAuth 2.1. */
export const oauthRoutes = tagged('OAuth', [
  handler(
    'get',
    '/.well-known/jwks.json',
    'public',
    { operationId: 'jwks', summary: 'The keys that sign access tokens', answer: gatewayAnswers.jwks },
    async (c) => {
      const answer = await c.env.IDENTITY.jwks(contextOf(c), {});
      if (!answer.ok) return refuse(c, answer);
      return c.json(answer.value as object, 200, { 'cache-control': 'public, max-age=60' });
    },
  ),
  handler(
    'get',
    '/.well-known/oauth-authorization-server',
    'public',
    {
      operationId: 'authorizationServer',
      summary: 'Authorization server metadata (RFC 8414)',
      description: 'Endpoints, grants and algorithms of the authorization server.',
      answer: gatewayAnswers.authorizationServer,
    },
    serverMetadata,
  ),
  protectedResource('/.well-known/oauth-protected-resource/v1', 'protectedResource'),
  // For clients that know only the host: what they find names the resource it is about.
  protectedResource('/.well-known/oauth-protected-resource', 'protectedResourceOfHost'),
  handler(
    'post',
    '/oauth/token',
    'public',
    {
      operationId: 'token',
      summary: 'The token endpoint: client_credentials, authorization_code, refresh_token',
      description:
        'Clients prove themselves by secret (Basic, or in the form) or by private_key_jwt. With a DPoP proof in the ' +
        'header the token is bound to its key (RFC 9449). A renewal that is asked again within ten seconds, by the same ' +
        'client and key and before the new refresh token was used, is answered the same refresh token; an older one ends ' +
        'the session.',
      form: tokenForm.meta({ id: 'TokenRequest', description: 'A token request (RFC 6749 section 4)' }),
      answer: gatewayAnswers.token,
      errors: 'oauth',
      also: { 401: 'The client could not be authenticated' },
    },
    (c) =>
      withForm(
        c,
        (request) => c.env.IDENTITY.token(contextOf(c), request),
        ({ ok: _ok, ...granted }) => granted,
        tokenByCookie,
      ),
  ),
  handler(
    'post',
    '/oauth/introspect',
    'public',
    {
      operationId: 'introspect',
      summary: 'Whether a token is good now (RFC 7662)',
      description: 'For the organisation’s own clients; another organisation’s token is not active to them.',
      form: statusForm.meta({ id: 'IntrospectionRequest', description: 'A token to look at' }),
      answer: gatewayAnswers.introspect,
      errors: 'oauth',
      also: { 401: 'The client could not be authenticated' },
    },
    (c) =>
      withForm(
        c,
        (request) => c.env.IDENTITY.introspect(contextOf(c), request),
        (granted) => granted.answer,
      ),
  ),
  handler(
    'post',
    '/oauth/revoke',
    'public',
    {
      operationId: 'revoke',
      summary: 'End a token (RFC 7009)',
      description: 'A refresh token takes its session along. An unknown token is answered the same.',
      form: statusForm
        .partial({ token: true })
        .extend({ refresh_token_delivery: cookieDelivery })
        .meta({ id: 'RevocationRequest', description: 'A token to end' }),
      answer: gatewayAnswers.revoke,
      errors: 'oauth',
      also: { 401: 'The client could not be authenticated' },
    },
    (c) =>
      withForm(
        c,
        (request) => c.env.IDENTITY.revoke(contextOf(c), request),
        () => ({}),
        revokeByCookie,
      ),
  ),
]);
