import { html, raw } from 'hono/html';
import type { AuthorizationRequest } from '../../contracts/identity.ts';

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

/** The login page: a plain form that works without script. Every value in it is escaped. */
export function loginPage(request: AuthorizationRequest, error: string | null): string {
  const hidden: [string, string][] = [
    ['response_type', 'code'],
    ['client_id', request.clientId],
    ['redirect_uri', request.redirectUri],
    ['state', request.state],
    ['code_challenge', request.codeChallenge],
    ['code_challenge_method', 'S256'],
  ];
  return shell(
    'Sign in',
    html`<h1>Sign in</h1>
      ${error ? html`<p class="error" role="alert">${error}</p>` : ''}
      <form method="post" action="/oauth/authorize">
        ${raw(hidden.map(([name, value]) => String(html`<input type="hidden" name="${name}" value="${value}" />`)).join(''))}
        <label>E-mail <input name="email" type="email" autocomplete="username" required autofocus maxlength="200" /></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required maxlength="200" /></label>
        <button type="submit">Sign in</button>
      </form>`,
  );
}

/** A page that says one thing. */
export function messagePage(message: string): string {
  return shell('Sign in', html`<h1>This did not work</h1><p>${message}</p><p><a href="/">Back to the console</a></p>`);
}
