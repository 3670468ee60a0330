/** The few pages that the gateway makes itself: plain forms that work without script. Every value is escaped. */
import { html, raw } from 'hono/html';
import type { AuthorizationRequest, PasswordLinkTarget } from '../../../contracts/identity/oauth.ts';

function shell(title: string, body: unknown): string {
  return String(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title} · Fairlead</title>
    <link rel="icon" href="/favicon.svg" />
    <link rel="stylesheet" href="/pages.css" />
  </head>
  <body class="card-page">
    <main class="card">
      <p class="brand"><img src="/favicon.svg" alt="" width="28" height="28" /> Fairlead</p>
      ${body}
    </main>
  </body>
</html>`);
}

const hiddenFields = (fields: [string, string][]) =>
  raw(fields.map(([name, value]) => String(html`<input type="hidden" name="${name}" value="${value}" />`)).join(''));

const alert = (error: string | null) => (error ? html`<p class="error" role="alert">${error}</p>` : '');

/** The answer that is a page. */
export const page = (text: string, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });

/** What a login page shows beside its fields. */
export interface LoginPage {
  error?: string;
  /** What was entered before. */
  email?: string;
  /** Organisations in which the password was right, when there are several: one has to be chosen. */
  organisations?: { id: string; name: string }[];
}

/** The first step of signing in. */
export function loginPage(
  request: AuthorizationRequest,
  { error, email = '', organisations = [] }: LoginPage = {},
): string {
  const carried: [string, string][] = [
    ['response_type', 'code'],
    ['client_id', request.clientId],
    ['redirect_uri', request.redirectUri],
    ['state', request.state],
    ['code_challenge', request.codeChallenge],
    ['code_challenge_method', 'S256'],
    ['scope', request.scope],
    ['dpop_jkt', request.keyThumbprint],
  ];
  return shell(
    'Sign in',
    html`<h1>Sign in</h1>
      ${alert(error ?? null)}
      ${organisations.length > 0 ? html`<p>You have an account in several organisations. Choose one, and enter the password again.</p>` : ''}
      <form method="post" action="/oauth/authorize">
        ${hiddenFields(carried.filter(([, value]) => value !== ''))}
        ${chooser(organisations)}
        <label>E-mail <input name="email" type="email" value="${email}" autocomplete="username" required ${email ? '' : 'autofocus'} maxlength="200" /></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required ${email ? 'autofocus' : ''} maxlength="200" /></label>
        ${organisations.length > 0 ? '' : NAMED_ORGANISATION}
        <button type="submit">Sign in</button>
      </form>`,
  );
}

/** For somebody with accounts in more organisations than are tried at once, or who wants one of them. */
const NAMED_ORGANISATION = html`<details><summary>Accounts in several organisations?</summary>
  <label>Short name of the organisation <input name="organisation" autocomplete="organization" autocapitalize="none" maxlength="80" /></label></details>`;

const chooser = (organisations: { id: string; name: string }[]) =>
  organisations.length > 0
    ? html`<label>Organisation <select name="organisation" required>${organisations.map(
        ({ id, name }) => html`<option value="${id}">${name}</option>`,
      )}</select></label>`
    : '';

/** The second step of signing in. */
export function secondFactorPage(pending: string, error: string | null): string {
  return shell(
    'Second step',
    html`<h1>Second step</h1>
      ${alert(error)}
      <p>Enter the six digits that your authenticator shows now, or one of your recovery codes.</p>
      <form method="post" action="/oauth/authorize/second-factor">
        ${hiddenFields([['pending', pending]])}
        <label>Code <input name="code" autocomplete="one-time-code" inputmode="text" required autofocus maxlength="40" /></label>
        <button type="submit">Sign in</button>
      </form>`,
  );
}

/** Choosing a password, by an invitation or a reset. */
export function passwordPage(token: string, { purpose, email }: PasswordLinkTarget, error: string | null): string {
  const invited = purpose === 'invitation';
  const title = invited ? 'Welcome' : 'New password';
  return shell(
    title,
    html`<h1>${title}</h1>
      ${alert(error)}
      <p>${invited ? 'You were invited as' : 'Choose a new password for'} <strong>${email}</strong>.</p>
      <form method="post" action="/set-password">
        ${hiddenFields([['token', token]])}
        <input type="hidden" name="email" value="${email}" autocomplete="username" />
        ${invited ? html`<label>Your name <input name="name" autocomplete="name" required autofocus maxlength="100" /></label>` : ''}
        <label>Password <input name="password" type="password" autocomplete="new-password" required minlength="12" maxlength="200" aria-describedby="rule" /></label>
        <p id="rule" class="hint">At least twelve characters. A few words are better than many signs.</p>
        <button type="submit">${invited ? 'Create my account' : 'Set the password'}</button>
      </form>`,
  );
}

/** A page that says one thing. */
export function messagePage(title: string, message: string): string {
  return shell(title, html`<h1>${title}</h1><p>${message}</p><p><a href="/">Go to the console</a></p>`);
}
