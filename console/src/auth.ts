/**
 * Signing in: authorization code with PKCE. The access token lives in this page's memory; the refresh token in a
 * cookie that no script sees, so all tabs of the browser share one session.
 */
const CLIENT = 'fairlead-console';
const PENDING = 'fairlead.pending';
/** Renewals take turns across tabs, and a sign-out is told on the channel of the same name. */
const SESSION = 'fairlead.session';

interface TokenAnswer {
  access_token: string;
  expires_in: number;
}

/** The server answered that the session is over; anything else may pass. */
class SessionEnded extends Error {
  constructor() {
    super('The sign-in has ended. Please sign in again.');
  }
}

let access: { token: string; until: number } | null = null;
let renewing: Promise<string | null> | null = null;
/** Whose session this page shows. */
let subject: string | null = null;

const others = new BroadcastChannel(SESSION);
others.onmessage = () => {
  access = null;
  void goToSignIn();
};

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
  await inTurn(() =>
    exchange({
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      code_verifier: pending.verifier,
      redirect_uri: redirectUri(),
    }),
  );
  return pending.returnTo.startsWith('/auth/') ? '/' : pending.returnTo;
}

/**
 * One tab at a time: the answer of a renewal brings the next cookie, and an older answer that comes late must not
 * put an older cookie in its place.
 */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? ((await navigator.locks.request(SESSION, work)) as T) : work();
}

const send = (path: string, fields: Record<string, string>): Promise<Response> =>
  fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    body: new URLSearchParams({ client_id: CLIENT, refresh_token_delivery: 'cookie', ...fields }),
  });

async function exchange(fields: Record<string, string>): Promise<string> {
  const answer = await send('/oauth/token', fields);
  if (answer.status === 400 || answer.status === 401) throw new SessionEnded();
  if (!answer.ok) throw new Error('Signing in is not possible at the moment. Please try again shortly.');
  const token = (await answer.json()) as TokenAnswer;
  access = { token: token.access_token, until: Date.now() + (token.expires_in - 20) * 1000 };
  const holder = subjectOf(token.access_token);
  if (subject !== null && holder !== subject) {
    // Somebody else has signed in, in another tab: nothing of the one before may stay on the screen.
    location.reload();
    return new Promise(() => {});
  }
  subject = holder;
  return token.access_token;
}

function subjectOf(token: string): string {
  const [, body = ''] = token.split('.');
  return (JSON.parse(atob(body.replaceAll('-', '+').replaceAll('_', '/'))) as { sub: string }).sub;
}

/** A valid access token, renewed when needed; null when the user must sign in. */
export async function accessToken(): Promise<string | null> {
  if (access && access.until > Date.now()) return access.token;
  renewing ??= inTurn(() => exchange({ grant_type: 'refresh_token' }))
    .catch((error: unknown) => {
      if (error instanceof SessionEnded) return null;
      throw error;
    })
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

/** Forgets an access token that was refused, so that the next request renews it; a newer one stays. */
export function dropAccess(refused: string): void {
  if (access?.token === refused) access = null;
}

/** Ends the session at the server and in every tab. */
export async function signOut(): Promise<void> {
  try {
    await inTurn(() => send('/oauth/revoke', {}));
  } finally {
    access = null;
    others.postMessage('signed out');
    location.assign('/');
  }
}
