/**
 * Signing in: authorization code with PKCE. The access token lives in memory; the rotating refresh
 * token in this tab's session storage, so that a reload does not sign out and a closed tab does.
 */
const CLIENT = 'fairlead-console';
const REFRESH = 'fairlead.refresh';
const PENDING = 'fairlead.pending';

interface TokenAnswer {
  access_token: string;
  expires_in: number;
  refresh_token: string;
}

/** The server answered that the session is over; anything else may pass. */
class SessionEnded extends Error {
  constructor() {
    super('The sign-in has ended. Please sign in again.');
  }
}

let access: { token: string; until: number } | null = null;
let refreshing: Promise<string | null> | null = null;

const redirectUri = (): string => `${location.origin}/auth/callback`;

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

const random = (): string => base64Url(crypto.getRandomValues(new Uint8Array(32)));

/** Goes to the sign-in page; afterwards the browser comes back to where it was. */
export async function goToSignIn(): Promise<void> {
  const verifier = random();
  const state = random();
  sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state, returnTo: location.pathname + location.search }));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: redirectUri(),
    state,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  });
  location.assign(`/oauth/authorize?${query}`);
}

let finishing: Promise<string> | null = null;

/**
 * Finishes a sign-in on the callback page; resolves to where to go and rejects when the answer is not
 * ours. A code can be traded in once, so asking again gives the first answer.
 */
export function finishSignIn(): Promise<string> {
  finishing ??= tradeCode();
  return finishing;
}

async function tradeCode(): Promise<string> {
  const answer = new URLSearchParams(location.search);
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null') as {
    verifier: string;
    state: string;
    returnTo: string;
  } | null;
  sessionStorage.removeItem(PENDING);
  // RFC 9207: an answer of another issuer must not be traded in here.
  if (!pending || answer.get('state') !== pending.state || answer.get('iss') !== location.origin) {
    throw new Error('This sign-in was not started here. Please start again.');
  }
  await exchange({
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    code_verifier: pending.verifier,
    redirect_uri: redirectUri(),
  });
  return pending.returnTo.startsWith('/auth/') ? '/' : pending.returnTo;
}

async function exchange(fields: Record<string, string>): Promise<string> {
  const answer = await fetch('/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({ client_id: CLIENT, ...fields }),
  });
  if (answer.status === 400 || answer.status === 401) throw new SessionEnded();
  if (!answer.ok) throw new Error('Signing in is not possible at the moment. Please try again shortly.');
  const token = (await answer.json()) as TokenAnswer;
  sessionStorage.setItem(REFRESH, token.refresh_token);
  access = { token: token.access_token, until: Date.now() + (token.expires_in - 20) * 1000 };
  return token.access_token;
}

/** A valid access token, renewed when needed; null when the user must sign in. */
export async function accessToken(): Promise<string | null> {
  if (access && access.until > Date.now()) return access.token;
  const refresh = sessionStorage.getItem(REFRESH);
  if (!refresh) return null;
  // Calls at once share one renewal: a refresh token may be used only once.
  refreshing ??= exchange({ grant_type: 'refresh_token', refresh_token: refresh })
    .catch((error: unknown) => {
      if (!(error instanceof SessionEnded)) throw error;
      sessionStorage.removeItem(REFRESH);
      return null;
    })
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

/** Forgets an access token that was refused, so that the next request renews it; a newer one stays. */
export function dropAccess(refused: string): void {
  if (access?.token === refused) access = null;
}

/** Ends the session here and at the server. */
export async function signOut(): Promise<void> {
  try {
    const token = await accessToken();
    if (token) await fetch('/v1/sign-out', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  } finally {
    sessionStorage.removeItem(REFRESH);
    access = null;
    location.assign('/');
  }
}
