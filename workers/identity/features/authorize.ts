/** The authorization endpoint's logic: requests, passwords, second factors, and the way back to the client. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { AuthorizationFailure, AuthorizationRequest, LoginOutcome } from '../../../contracts/identity/oauth.ts';
import { PERMISSIONS, type Role } from '../../../contracts/kit/permissions.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { newBearerSecret, organisationOfSecret } from '../../../platform/bearer-secrets.ts';
import { users } from '../../../platform/d1/schema/directory.ts';
import { AUTH_CODE_SECONDS, SECOND_FACTOR_SECONDS } from '../../../platform/limits.ts';
import { sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import { CONSOLE_CLIENT } from './client-auth.ts';
import { checkCredentials, type Match, reportFailure } from './credentials.ts';
import { narrow } from './grants.ts';
import { oauthError } from './oauth-error.ts';
import { nameOf } from './organisations.ts';
import { useFactor } from './second-factor.ts';
import { tryAccount, tryFrom } from './throttle.ts';

type UserRow = typeof users.$inferSelect;

/** The console's only redirect address: exact comparison, no patterns. */
function redirectUriOf(env: Env): string {
  return `${env.ISSUER}/auth/callback`;
}

/**
 * Checks an authorization request before a login page is shown. As long as the client and its address
 * are not certain, an error is shown to the person; from then on it goes back to the client.
 */
export function checkAuthorization(
  env: Env,
  query: Record<string, string>,
): ({ ok: true } & AuthorizationRequest) | AuthorizationFailure {
  if (query.client_id !== CONSOLE_CLIENT) return oauthError(400, 'invalid_client', 'The client is not known');
  if (query.redirect_uri !== redirectUriOf(env)) {
    return oauthError(400, 'invalid_request', 'The redirect_uri is not registered for this client');
  }
  const state = query.state ?? '';
  const back = (error: string, description: string): AuthorizationFailure => ({
    ...oauthError(400, error, description),
    redirectTo: backTo(env, { error, error_description: description, ...(state.length <= 500 ? { state } : {}) }),
  });
  if (!state || state.length > 500) return back('invalid_request', 'state is required, of 500 characters at most');
  if (query.response_type === undefined) return back('invalid_request', 'response_type is required');
  if (query.response_type !== 'code') return back('unsupported_response_type', 'response_type must be code');
  if (query.code_challenge_method !== 'S256' || !/^[A-Za-z0-9_-]{43}$/.test(query.code_challenge ?? '')) {
    return back('invalid_request', 'PKCE with S256 is required');
  }
  const scope = query.scope?.trim() ?? '';
  if (scope.split(/ +/).some((name) => name !== '' && !(name in PERMISSIONS))) {
    return back('invalid_scope', 'A scope is not known');
  }
  const keyThumbprint = query.dpop_jkt ?? '';
  if (keyThumbprint && !/^[\w-]{43}$/.test(keyThumbprint))
    return back('invalid_request', 'dpop_jkt is not a thumbprint');
  return {
    ok: true,
    clientId: query.client_id,
    redirectUri: query.redirect_uri,
    state,
    codeChallenge: query.code_challenge!,
    scope,
    keyThumbprint,
  };
}

/** Where the browser goes with an answer; it names its issuer (RFC 9207). */
function backTo(env: Env, answer: Record<string, string>): string {
  const target = new URL(redirectUriOf(env));
  target.search = new URLSearchParams({ ...answer, iss: env.ISSUER }).toString();
  return target.href;
}

const wrong = (): Extract<LoginOutcome, { ok: false }> =>
  oauthError(
    401,
    'access_denied',
    'E-mail address or password is wrong, or your organisation does not admit sign-ins from this network',
  );

function tooMany(retryAfterSeconds: number): Extract<LoginOutcome, { ok: false }> {
  const refused = oauthError(429, 'access_denied', 'Too many attempts. Wait a few minutes and try again.');
  return { ...refused, retryAfterSeconds };
}

/**
 * Checks credentials and answers where to send the browser, that a second factor is wanted, or which of several
 * organisations has to be chosen; `organisation` is the choice, or what the person has named.
 */
export async function login(
  env: Env,
  request: AuthorizationRequest,
  credentials: { email: string; password: string; organisation?: string | undefined },
  address: string,
  now: number,
): Promise<LoginOutcome> {
  const checked = await checkCredentials(env, credentials, address);
  if (!checked.ok) return checked.retryAfterSeconds === undefined ? wrong() : tooMany(checked.retryAfterSeconds);
  const { matches } = checked;
  const [match] = matches;
  if (!match) return wrong();
  if (matches.length > 1) return { ok: true, organisations: await namesOf(env, matches) };
  const { user, attempt } = match;
  const policy = tenantPolicy(env, user.tenantId);
  const factor = await policy.factor(user.id);
  if (!factor?.confirmed) {
    await attempt.succeeded();
    return issueCode(env, user, request, ['pwd'], now);
  }
  const pending = await newBearerSecret(env.TOKEN_KEY, 'pending', user.tenantId);
  await policy.storePendingLogin(
    await sha256Hex(pending),
    { userId: user.id, securityVersion: user.securityVersion, request },
    now + SECOND_FACTOR_SECONDS * 1000,
  );
  return { ok: true, pending };
}

/** The organisations in which one and the same password was right. */
function namesOf(env: Env, matches: Match[]): Promise<{ id: string; name: string }[]> {
  return Promise.all(matches.map(async ({ user: { tenantId: id } }) => ({ id, name: await nameOf(env, id) })));
}

/** The second step of a sign-in. */
export async function finishLogin(
  env: Env,
  pending: string,
  code: string,
  address: string,
  now: number,
): Promise<LoginOutcome> {
  const over = oauthError(400, 'access_denied', 'This sign-in has expired or was tried too often. Please start again.');
  const tenantId = await organisationOfSecret(env.TOKEN_KEY, 'pending', pending);
  if (!tenantId) return over;
  const policy = tenantPolicy(env, tenantId);
  const hash = await sha256Hex(pending);
  const waiting = await policy.tryPendingLogin(hash, address, now);
  if (!waiting) return over;
  const user = await drizzle(env.DIRECTORY).select().from(users).where(eq(users.id, waiting.userId)).get();
  const same = user?.tenantId === tenantId && user.securityVersion === waiting.securityVersion;
  if (!user || !same || user.status !== 'active') return over;
  const from = await tryFrom(env, address);
  if (typeof from === 'number') return tooMany(Math.ceil(from / 1000));
  // Counted for the user whichever sign-in it belongs to: new sign-ins must not buy new tries.
  const attempt = await tryAccount(env, user.id, address, user.id);
  if (typeof attempt === 'number') {
    // Not a try: whoever waits here must not use up the tries of everybody behind the same address.
    await from.passed();
    return tooMany(Math.ceil(attempt / 1000));
  }
  if (!(await useFactor(env, tenantId, user.id, code.slice(0, 40), now))) {
    reportFailure(env, user, address, 'second_factor');
    return oauthError(401, 'access_denied', 'The code is wrong or was used before');
  }
  await policy.dropPendingLogin(hash);
  await Promise.all([from.passed(), attempt.succeeded()]);
  return issueCode(env, user, waiting.request, ['pwd', 'otp'], now);
}

async function issueCode(
  env: Env,
  user: UserRow,
  request: AuthorizationRequest,
  methods: string[],
  now: number,
): Promise<LoginOutcome> {
  const { clientId, redirectUri, codeChallenge, state } = request;
  const role = user.role as Role;
  const scopes = narrow(role, null, request.scope);
  if (scopes === 'refused') {
    const description = 'The user may not have that scope';
    return { ok: true, redirectTo: backTo(env, { error: 'invalid_scope', error_description: description, state }) };
  }
  const code = await newBearerSecret(env.TOKEN_KEY, 'code', user.tenantId);
  await tenantPolicy(env, user.tenantId).storeCode(
    await sha256Hex(code),
    {
      userId: user.id,
      securityVersion: user.securityVersion,
      roles: [role],
      clientId,
      scopes,
      methods,
      redirectUri,
      codeChallenge,
      keyThumbprint: request.keyThumbprint || null,
    },
    now + AUTH_CODE_SECONDS * 1000,
  );
  return { ok: true, redirectTo: backTo(env, { code, state }) };
}
