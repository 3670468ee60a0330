/** The OAuth endpoints and the login page. */
import { z } from '@hono/zod-openapi';
import type { OAuthError } from '../../../contracts/identity.ts';
import { API_BODY_MAX_BYTES } from '../../../platform/limits.ts';
import { answer, type GatewayContext } from '../context.ts';
import { loginPage, messagePage } from '../login-page.ts';
import { readBody } from '../middleware/body.ts';
import { addressOf, limited, operation, tooLarge } from '../operation.ts';
import { problem } from '../problems.ts';

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };

function oauthFailure({ status, error, description }: OAuthError): Response {
  const headers: Record<string, string> = { ...NO_STORE };
  if (status === 401) headers['www-authenticate'] = 'Basic realm="fairlead"';
  return Response.json({ error, error_description: description }, { status, headers });
}

async function readForm(c: GatewayContext): Promise<Record<string, string> | Response> {
  const body = await readBody(c.req.raw, Math.min(API_BODY_MAX_BYTES, 16_384));
  if (body === 'too_large') return tooLarge(c, 16_384);
  // A field sent twice is ambiguous and RFC 6749 section 3.1 forbids it: the first one counts.
  const fields: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(body))) fields[name] ??= value;
  return fields;
}

const page = (html: string, status = 200): Response =>
  new Response(html, { status, headers: { 'content-type': 'text/html; charset=utf-8', ...NO_STORE } });

/** OAuth 2.0. */
export const oauthRoutes = [
  operation({
    method: 'get',
    path: '/.well-known/jwks.json',
    tag: 'OAuth',
    summary: 'The keys that sign access tokens',
    access: 'public',
    answer: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).openapi('Jwks'),
    handle: async ({ c }) => c.json(await c.env.IDENTITY.jwks(), 200, { 'cache-control': 'public, max-age=300' }),
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
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        response_types_supported: ['code'],
        grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
        authorization_response_iss_parameter_supported: true,
      });
    },
  }),
  operation({
    method: 'get',
    path: '/oauth/authorize',
    tag: 'OAuth',
    summary: 'The login page (authorization code with PKCE S256)',
    access: 'public',
    handle: async ({ c }) => {
      const query = { ...c.req.query() };
      const checked = await c.env.IDENTITY.checkAuthorization(query);
      return checked.ok ? page(loginPage(checked, null)) : page(messagePage(checked.description), checked.status);
    },
  }),
  operation({
    method: 'post',
    path: '/oauth/authorize',
    tag: 'OAuth',
    summary: 'Sign in; redirects back with a code',
    access: 'public',
    status: 303,
    handle: async ({ c }) => {
      // The form is ours alone: a page elsewhere must not sign anybody in.
      const origin = c.req.header('origin');
      if (origin && origin !== c.env.ISSUER)
        return problem(403, 'Not allowed', 'The form was sent from elsewhere', c.get('correlationId'));
      const form = await readForm(c);
      if (form instanceof Response) return form;
      const request = await c.env.IDENTITY.checkAuthorization(form);
      if (!request.ok) return page(messagePage(request.description), request.status);
      const address = addressOf(c);
      const over = await limited(c, c.env.LOGIN_LIMIT, `${address}:${(form.email ?? '').toLowerCase().slice(0, 200)}`);
      if (over) return page(loginPage(request, 'Too many attempts. Wait a minute and try again.'), 429);
      const { ok: _ok, ...authorization } = request;
      const credentials = { email: form.email ?? '', password: form.password ?? '' };
      const done = await c.env.IDENTITY.login(authorization, credentials, address);
      if (!done.ok) return page(loginPage(request, done.description), done.status);
      return new Response(null, { status: 303, headers: { location: done.redirectTo, ...NO_STORE } });
    },
  }),
  operation({
    method: 'post',
    path: '/oauth/token',
    tag: 'OAuth',
    summary: 'The token endpoint: client_credentials, authorization_code, refresh_token',
    access: 'public',
    answer: z
      .object({
        access_token: z.string(),
        token_type: z.string(),
        expires_in: z.int(),
        scope: z.string(),
        refresh_token: z.string().optional(),
      })
      .openapi('TokenAnswer'),
    handle: async ({ c }) => {
      const form = await readForm(c);
      if (form instanceof Response) return form;
      const authorization = c.req.header('authorization') ?? null;
      const result = await c.env.IDENTITY.token(
        form,
        authorization?.toLowerCase().startsWith('basic ') ? authorization : null,
      );
      if (!result.ok) return oauthFailure(result);
      const { ok: _ok, ...token } = result;
      return c.json({ ...token }, 200, NO_STORE);
    },
  }),
  operation({
    method: 'post',
    path: '/v1/sign-out',
    tag: 'OAuth',
    summary: 'End the session of this token',
    access: 'authenticated',
    answer: z.object({ ended: z.boolean() }).openapi('SignedOut'),
    handle: async ({ c, actor }) => answer(c, await c.env.IDENTITY.endSession(actor)),
  }),
];
