/** The pages on which people sign in and choose passwords. */
import { z } from '@hono/zod-openapi';
import type { LoginOutcome } from '../../../contracts/identity.ts';
import { addressOf, type GatewayContext, senderOf } from '../context.ts';
import { fieldsOf, readForm } from '../forms.ts';
import { limited } from '../middleware/admit.ts';
import { operation } from '../operation.ts';
import { loginPage, messagePage, page, passwordPage, secondFactorPage } from '../pages.ts';

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
function outcome(result: LoginOutcome, again: (error: string) => string): Response {
  if (result.ok)
    return 'redirectTo' in result ? redirect(result.redirectTo) : page(secondFactorPage(result.pending, null));
  // An ended sign-in cannot be tried again on the same page.
  if (result.status === 400) return page(messagePage(FAILED, result.description), 400);
  const retry = result.retryAfterSeconds;
  return page(again(result.description), result.status, retry === undefined ? {} : { 'retry-after': String(retry) });
}

/** Sign-in and passwords. */
export const signInRoutes = [
  operation({
    method: 'get',
    path: '/oauth/authorize',
    tag: 'OAuth',
    summary: 'The login page (authorization code with PKCE S256)',
    access: 'public',
    page: true,
    also: { 303: 'Back to the client with an error' },
    handle: async ({ c }) => {
      const query = fieldsOf(new URL(c.req.url).searchParams);
      if (query === 'repeated') return page(messagePage(FAILED, 'A parameter was given more than once.'), 400);
      const checked = await c.env.IDENTITY.checkAuthorization(query);
      if (checked.ok) return page(loginPage(checked, null));
      return checked.redirectTo ? redirect(checked.redirectTo) : page(messagePage(FAILED, checked.description), 400);
    },
  }),
  operation({
    method: 'post',
    path: '/oauth/authorize',
    tag: 'OAuth',
    summary: 'Sign in; redirects back with a code, or asks for the second factor',
    access: 'public',
    page: true,
    form: z.object({ email: z.string(), password: z.string() }),
    status: 303,
    also: { 200: 'The second step', 401: 'Wrong e-mail address or password', 403: 'Sent from elsewhere' },
    handle: async ({ c }) => {
      const form = await ownForm(c);
      if (form instanceof Response) return form;
      const request = await c.env.IDENTITY.checkAuthorization(form);
      if (!request.ok) {
        return request.redirectTo ? redirect(request.redirectTo) : page(messagePage(FAILED, request.description), 400);
      }
      const address = addressOf(c);
      const email = (form.email ?? '').slice(0, 200);
      const over = await limited(c, 'login', `${senderOf(c)}:${email.toLowerCase()}`);
      if (over) {
        const wait = { 'retry-after': over.headers.get('retry-after') ?? '60' };
        return page(loginPage(request, 'Too many attempts. Wait a minute and try again.', email), 429, wait);
      }
      const { ok: _ok, ...authorization } = request;
      const credentials = { email, password: form.password ?? '' };
      return outcome(await c.env.IDENTITY.login(authorization, credentials, address), (error) =>
        loginPage(request, error, email),
      );
    },
  }),
  operation({
    method: 'post',
    path: '/oauth/authorize/second-factor',
    tag: 'OAuth',
    summary: 'The second step of signing in; redirects back with a code',
    access: 'public',
    page: true,
    form: z.object({ pending: z.string(), code: z.string() }),
    status: 303,
    also: { 401: 'Wrong code', 403: 'Sent from elsewhere' },
    handle: async ({ c }) => {
      const form = await ownForm(c);
      if (form instanceof Response) return form;
      const pending = (form.pending ?? '').slice(0, 200);
      return outcome(await c.env.IDENTITY.finishLogin(pending, form.code ?? '', addressOf(c)), (error) =>
        secondFactorPage(pending, error),
      );
    },
  }),
  operation({
    method: 'get',
    path: '/set-password',
    tag: 'Account',
    summary: 'The page of an invitation or a password reset',
    access: 'public',
    page: true,
    also: { 404: 'The link is not valid, was used or has expired' },
    handle: async ({ c }) => {
      const token = (c.req.query('token') ?? '').slice(0, 200);
      const target = await c.env.IDENTITY.passwordLinkTarget(token);
      if (target) return page(passwordPage(token, target, null));
      return page(messagePage(FAILED, 'The link is not valid, was used or has expired. Ask for a new one.'), 404);
    },
  }),
  operation({
    method: 'post',
    path: '/set-password',
    tag: 'Account',
    summary: 'Choose a password, once',
    access: 'public',
    page: true,
    form: z.object({ token: z.string(), name: z.string().optional(), password: z.string() }),
    also: {
      403: 'Sent from elsewhere',
      404: 'The link is not valid, was used or has expired',
      409: 'There is an account already',
    },
    handle: async ({ c }) => {
      const form = await ownForm(c);
      if (form instanceof Response) return form;
      const token = (form.token ?? '').slice(0, 200);
      const target = await c.env.IDENTITY.passwordLinkTarget(token);
      if (!target) return page(messagePage(FAILED, 'The link is not valid, was used or has expired.'), 404);
      const { password = '', name = '' } = form;
      const fault = faultOf(password, name, target.purpose === 'invitation');
      if (fault) return page(passwordPage(token, target, fault), 400);
      const done = await c.env.IDENTITY.choosePassword({ token, name, password });
      if (done.ok) return page(messagePage('Done', `You can now sign in as ${done.value.email}.`));
      return page(messagePage(FAILED, done.detail), done.code === 'not_found' ? 404 : 409);
    },
  }),
];

function faultOf(password: string, name: string, named: boolean): string | null {
  if (password.length < 12 || password.length > 200) return 'The password must have 12 to 200 characters.';
  if (named && (name.trim() === '' || name.length > 100)) return 'Your name must have 1 to 100 characters.';
  return null;
}
