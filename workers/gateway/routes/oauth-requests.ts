/** Requests at the OAuth endpoints: their forms, and those of our own pages, which keep their refresh token in a cookie. */
import type { OAuthError, OAuthRequest } from '../../../contracts/identity/oauth.ts';
import type { Answer } from '../../../contracts/kit/result.ts';
import { contextOf, type GatewayContext, refuse } from '../http/context.ts';
import { readForm } from '../http/forms.ts';
import { sessionCookieOf, setSessionCookie } from '../http/session-cookie.ts';

/** A form that came, and what came with it. */
type Form = Pick<OAuthRequest, 'form' | 'basic' | 'proof' | 'userAgent'>;

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };
function oauthFailure(c: GatewayContext, { status, error, description }: OAuthError): Response {
  const headers: Record<string, string> = { ...NO_STORE };
  const basic = /^basic /i.test(c.req.header('authorization') ?? '');
  // RFC 6749 section 5.2: a challenge only for who used the header.
  if (status === 401 && basic) headers['www-authenticate'] = 'Basic realm="fairlead"';
  if (status === 401) c.set('denial', { kind: 'login', reason: error });
  return Response.json({ error, error_description: description }, { status, headers });
}

/** The form and what came with it, or the answer to a form that is none. */
async function oauthRequest(c: GatewayContext): Promise<Form | Response> {
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
    userAgent: c.req.header('user-agent')?.slice(0, 200) ?? null,
  };
}

/** Whether the page that asks is one of ours that wants its refresh token in a cookie; or the refusal of another's. */
function wantsCookie(c: GatewayContext, { form }: Form): boolean | Response {
  if (form.refresh_token_delivery === undefined) return false;
  const refused = (description: string): Response =>
    oauthFailure(c, { ok: false, status: 400, error: 'invalid_request', description });
  if (form.refresh_token_delivery !== 'cookie') return refused('refresh_token_delivery may be cookie');
  if (form.grant_type === 'client_credentials') return refused('client_credentials gets no refresh token to deliver');
  // Browsers name the page's origin with every POST, and no page can name another's.
  return c.req.header('origin') === c.env.ISSUER || refused('Only the platform’s own pages have a session cookie');
}

/** A token request of a page whose refresh token is in its cookie. */
export async function tokenByCookie(c: GatewayContext, request: Form): Promise<Response> {
  const issuer = c.env.ISSUER;
  const before = sessionCookieOf(c.req.raw.headers, issuer);
  const renews = request.form.grant_type === 'refresh_token';
  const form = renews ? { ...request.form, refresh_token: before ?? '' } : request.form;
  const answer = await c.env.IDENTITY.token(contextOf(c), { ...request, form });
  if (!answer.ok) return refuse(c, answer);
  const { value } = answer;
  if (!value.ok) {
    const refused = oauthFailure(c, value);
    // The cookie opens nothing any more.
    if (renews && value.sessionOver) refused.headers.set('set-cookie', setSessionCookie(issuer, null));
    return refused;
  }
  // Whoever signs in again in this browser leaves the session of before.
  if (!renews && before !== null) await revokeToken(c, request, before);
  const { ok: _ok, refresh_token: token, ...granted } = value;
  return c.json(granted, 200, { ...NO_STORE, 'set-cookie': setSessionCookie(issuer, token ?? null) });
}

/** Ends the session that a page's cookie is of; without one there is nothing to end. */
export async function revokeByCookie(c: GatewayContext, request: Form): Promise<Response> {
  const token = sessionCookieOf(c.req.raw.headers, c.env.ISSUER);
  const failure = token === null ? null : await revokeToken(c, request, token);
  return failure ?? c.json({}, 200, { ...NO_STORE, 'set-cookie': setSessionCookie(c.env.ISSUER, null) });
}

async function revokeToken(c: GatewayContext, request: Form, token: string): Promise<Response | null> {
  const { client_id: clientId = '' } = request.form;
  const form = { token, client_id: clientId };
  const answer = await c.env.IDENTITY.revoke(contextOf(c), { ...request, form });
  if (!answer.ok) return refuse(c, answer);
  return answer.value.ok ? null : oauthFailure(c, answer.value);
}

/** Asks identity with the form of the request; an OAuth error is answered as one. */
export async function withForm<T extends { ok: true }>(
  c: GatewayContext,
  ask: (request: Form) => Promise<Answer<T | OAuthError>>,
  body: (granted: T) => object,
  byCookie?: (c: GatewayContext, request: Form) => Promise<Response>,
): Promise<Response> {
  const request = await oauthRequest(c);
  if (request instanceof Response) return request;
  const cookie = byCookie ? wantsCookie(c, request) : false;
  if (cookie instanceof Response) return cookie;
  if (cookie && byCookie) return byCookie(c, request);
  const answer = await ask(request);
  if (!answer.ok) return refuse(c, answer);
  const { value } = answer;
  return value.ok ? c.json(body(value), 200, NO_STORE) : oauthFailure(c, value);
}
