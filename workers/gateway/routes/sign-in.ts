/** The pages on which people sign in and choose passwords. */
import { z } from 'zod';
import type { LoginOutcome, PasswordLinkTarget } from '../../../contracts/identity/oauth.ts';
import { described } from '../../../contracts/kit/primitives.ts';
import type { Answer } from '../../../contracts/kit/result.ts';
import { contextOf, type GatewayContext, refuse } from '../http/context.ts';
import { fieldsOf, readForm } from '../http/forms.ts';
import { type HandlerDocument, handler, tagged } from '../http/route.ts';
import { type LoginPage, loginPage, messagePage, page, passwordPage, secondFactorPage } from '../pages/forms.ts';

const FAILED = 'This did not work';

const redirect = (location: string): Response =>
  new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });

/** The fields of one of our own forms; a page elsewhere must not send it. */
async function ownForm(c: GatewayContext): Promise<Record<string, string> | Response> {
  const origin = c.req.header('origin');
  if (origin !== undefined && origin !== c.env.ISSUER) {
    return page(messagePage(FAILED, 'The form was sent from elsewhere.'), 403);
  }
  const form = await readForm(c.req.raw);
  return typeof form === 'string' ? page(messagePage(FAILED, 'The form could not be read.'), 400) : form;
}

/** What a step of signing in leads to; `again` is the page to try once more on. */
function outcome(c: GatewayContext, answer: Answer<LoginOutcome>, again: (shown: LoginPage) => string): Response {
  if (!answer.ok) return refuse(c, answer);
  const result = answer.value;
  if (result.ok && 'organisations' in result) return page(again({ organisations: result.organisations }));
  if (result.ok) {
    return 'redirectTo' in result ? redirect(result.redirectTo) : page(secondFactorPage(result.pending, null));
  }
  // An ended sign-in cannot be tried again on the same page.
  if (result.status === 400) return page(messagePage(FAILED, result.description), 400);
  const retry = result.retryAfterSeconds;
  return page(
    again({ error: result.description }),
    result.status,
    retry === undefined ? {} : { 'retry-after': String(retry) },
  );
}

/** The login page, or why there is none. */
async function showLogin(c: GatewayContext): Promise<Response> {
  const query = fieldsOf(new URL(c.req.url).searchParams);
  if (query === 'repeated') return page(messagePage(FAILED, 'A parameter was given more than once.'), 400);
  const answer = await c.env.IDENTITY.checkAuthorization(contextOf(c), { query });
  if (!answer.ok) return refuse(c, answer);
  const checked = answer.value;
  if (checked.ok) return page(loginPage(checked));
  return checked.redirectTo ? redirect(checked.redirectTo) : page(messagePage(FAILED, checked.description), 400);
}

async function signIn(c: GatewayContext): Promise<Response> {
  const form = await ownForm(c);
  if (form instanceof Response) return form;
  const answer = await c.env.IDENTITY.checkAuthorization(contextOf(c), { query: form });
  if (!answer.ok) return refuse(c, answer);
  const request = answer.value;
  if (!request.ok) {
    return request.redirectTo ? redirect(request.redirectTo) : page(messagePage(FAILED, request.description), 400);
  }
  const email = (form.email ?? '').slice(0, 200);
  const named = (form.organisation ?? '').trim().slice(0, 80);
  const organisation = named ? { organisation: named } : {};
  const { ok: _ok, ...authorization } = request;
  const credentials = { request: authorization, email, password: form.password ?? '', ...organisation };
  const result = await c.env.IDENTITY.login(contextOf(c), credentials);
  return outcome(c, result, (shown) => loginPage(request, { ...shown, email }));
}

async function secondStep(c: GatewayContext): Promise<Response> {
  const form = await ownForm(c);
  if (form instanceof Response) return form;
  const pending = (form.pending ?? '').slice(0, 200);
  const code = (form.code ?? '').slice(0, 200);
  const result = await c.env.IDENTITY.finishLogin(contextOf(c), { pending, code });
  return outcome(c, result, ({ error }) => secondFactorPage(pending, error ?? null));
}

/** What a link is for, or the page that says that it is for nothing. */
async function targetOf(c: GatewayContext, token: string): Promise<PasswordLinkTarget | Response> {
  const answer = await c.env.IDENTITY.passwordLinkTarget(contextOf(c), { token });
  if (!answer.ok) return refuse(c, answer);
  return (
    answer.value ?? page(messagePage(FAILED, 'The link is not valid, was used or has expired. Ask for a new one.'), 404)
  );
}

async function showPasswordForm(c: GatewayContext): Promise<Response> {
  const token = (c.req.query('token') ?? '').slice(0, 200);
  const target = await targetOf(c, token);
  return target instanceof Response ? target : page(passwordPage(token, target, null));
}

async function choosePassword(c: GatewayContext): Promise<Response> {
  const form = await ownForm(c);
  if (form instanceof Response) return form;
  const token = (form.token ?? '').slice(0, 200);
  const target = await targetOf(c, token);
  if (target instanceof Response) return target;
  const { password = '', name = '' } = form;
  const fault = faultOf(password, name, target.purpose === 'invitation');
  if (fault) return page(passwordPage(token, target, fault), 400);
  const done = await c.env.IDENTITY.choosePassword(contextOf(c), { token, name: name.slice(0, 100), password });
  if (done.ok) return page(messagePage('Done', `You can now sign in as ${done.value.email}.`));
  return page(messagePage(FAILED, done.detail), done.code === 'not_found' ? 404 : 409);
}

function faultOf(password: string, name: string, named: boolean): string | null {
  if (password.length < 12 || password.length > 200) return 'The password must have 12 to 200 characters.';
  if (named && (name.trim() === '' || name.length > 100)) return 'Your name must have 1 to 100 characters.';
  return null;
}

const pageDocument = (of: Omit<HandlerDocument, 'errors' | 'mediaType'>): HandlerDocument => ({
  ...of,
  errors: 'page',
  mediaType: 'text/html',
});
const field = (description: string, example: string) => described(z.string(), description, example);
const optional = (description: string, example: string) => field(description, example).optional();

/** An authorization request (RFC 6749 section 4.1.1, RFC 7636, RFC 9449 section 10). */
const authorizationQuery = {
  response_type: optional('code', 'code'),
  client_id: optional('The client', 'fairlead-console'),
  redirect_uri: optional('Where the code is to be sent', 'https://fairlead.example/auth/callback'),
  state: optional('Comes back as it is', 'af0ifjsldkj'),
  code_challenge: optional('The PKCE challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'),
  code_challenge_method: optional('S256', 'S256'),
  scope: optional('Permissions wanted, separated by spaces', 'containers:read'),
  dpop_jkt: optional(
    'Thumbprint of the key that the tokens are to be bound to',
    '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
  ),
};

/** Sign-in and passwords. */
export const signInRoutes = [
  ...tagged('OAuth', [
    handler(
      'get',
      '/oauth/authorize',
      'public',
      pageDocument({
        operationId: 'showLogin',
        summary: 'The login page (authorization code with PKCE S256)',
        description: 'An error that the client can be told goes back to it; any other is shown to the person.',
        query: authorizationQuery,
        also: { 303: 'Back to the client with an error' },
      }),
      showLogin,
    ),
    handler(
      'post',
      '/oauth/authorize',
      'public',
      pageDocument({
        operationId: 'signIn',
        summary: 'Sign in; redirects back with a code, or asks for the second factor',
        description: 'Tries are counted by account and by address before they are made.',
        form: z
          .looseObject({ email: field('E-mail address', 'ada@example.com'), password: field('Password', '…') })
          .meta({ id: 'SignIn', description: 'What the login page sends, with its authorization request' }),
        status: 303,
        also: { 200: 'The second step', 401: 'Wrong e-mail address or password', 403: 'Sent from elsewhere' },
      }),
      signIn,
    ),
    handler(
      'post',
      '/oauth/authorize/second-factor',
      'public',
      pageDocument({
        operationId: 'signInSecondFactor',
        summary: 'The second step of signing in; redirects back with a code',
        description: 'A code of the authenticator or a recovery code, each once.',
        form: z
          .strictObject({ pending: field('Names the sign-in', 'ten_….…'), code: field('The code', '287082') })
          .meta({ id: 'SecondFactor', description: 'What the page of the second step sends' }),
        status: 303,
        also: { 200: 'A further step, where one is asked for', 401: 'Wrong code', 403: 'Sent from elsewhere' },
      }),
      secondStep,
    ),
  ]),
  ...tagged('Account', [
    handler(
      'get',
      '/set-password',
      'public',
      pageDocument({
        operationId: 'showPasswordForm',
        summary: 'The page of an invitation or a password reset',
        description: 'The link’s token is in the address.',
        query: { token: optional('The link’s token', 'ten_….…') },
        also: { 404: 'The link is not valid, was used or has expired' },
      }),
      showPasswordForm,
    ),
    handler(
      'post',
      '/set-password',
      'public',
      pageDocument({
        operationId: 'choosePassword',
        summary: 'Choose a password, once',
        description: 'Makes the account of an invitation, or ends all sessions of the user whose password it is.',
        form: z
          .looseObject({
            token: field('The link’s token', 'ten_….…'),
            name: optional('Your name; with an invitation', 'Grace'),
            password: field('The new password', '…'),
          })
          .meta({ id: 'ChosenPassword', description: 'What the page sends' }),
        also: {
          403: 'Sent from elsewhere',
          404: 'The link is not valid, was used or has expired',
          409: 'There is an account already',
        },
      }),
      choosePassword,
    ),
  ]),
];
