/** The authorization endpoint's logic: requests, passwords, second factors, and the way back to the client. */
import { and, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { AuthorizationFailure, AuthorizationRequest, LoginOutcome } from '../../contracts/identity.ts';
import { PERMISSIONS, type Role } from '../../contracts/permissions.ts';
import { loginThrottle, tenantPolicy } from '../../durable-objects/stubs.ts';
import { randomToken } from '../../platform/ids.ts';
import {
  AUTH_CODE_SECONDS,
  LOGIN_FAILURES_PAIR,
  LOGIN_FAILURES_WIDE,
  SECOND_FACTOR_SECONDS,
} from '../../platform/limits.ts';
import { loggerFor } from '../../platform/log.ts';
import { users } from '../../platform/schema/directory.ts';
import { sha256Hex } from '../../platform/secrets.ts';
import { CONSOLE_CLIENT } from './client-auth.ts';
import { organisationOfSecret } from './directory.ts';
import type { Env } from './env.ts';
import { narrow } from './grants.ts';
import { oauthError } from './oauth-error.ts';
import { checkPassword, hashPassword, isOutdated } from './passwords.ts';
import { useFactor } from './second-factor.ts';

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

interface ThrottleKeys {
  account: string;
  address: string;
  pair: string;
}

async function throttleKeys(email: string, address: string): Promise<ThrottleKeys> {
  const name = email.toLowerCase();
  const [account, from, pair] = await Promise.all([
    sha256Hex(`account:${name}`),
    sha256Hex(`address:${address}`),
    sha256Hex(`pair:${name}:${address}`),
  ]);
  return { account, address: from, pair };
}

/** Milliseconds until another try; asked before anything is hashed. */
async function pauseFor(env: Env, keys: ThrottleKeys): Promise<number> {
  const pauses = await Promise.all([
    loginThrottle(env, keys.account).pause([
      { key: keys.account, failures: LOGIN_FAILURES_WIDE },
      { key: keys.pair, failures: LOGIN_FAILURES_PAIR },
    ]),
    loginThrottle(env, keys.address).pause([{ key: keys.address, failures: LOGIN_FAILURES_WIDE }]),
  ]);
  return Math.max(...pauses);
}

async function noteFailure(env: Env, keys: ThrottleKeys): Promise<void> {
  await Promise.all([
    loginThrottle(env, keys.account).failed([keys.account, keys.pair]),
    loginThrottle(env, keys.address).failed([keys.address]),
  ]);
}

/** The person behind an e-mail address and password, or the refusal; the same in words and time for everybody. */
export async function checkCredentials(
  env: Env,
  { email, password }: { email: string; password: string },
  address: string,
): Promise<{ ok: true; user: UserRow; keys: ThrottleKeys } | Extract<LoginOutcome, { ok: false }>> {
  const db = drizzle(env.DIRECTORY);
  const keys = await throttleKeys(email.slice(0, 200), address);
  const pause = await pauseFor(env, keys);
  if (pause > 0) {
    return {
      ...oauthError(429, 'access_denied', 'Too many attempts. Wait a few minutes and try again.'),
      retryAfterSeconds: Math.ceil(pause / 1000),
    };
  }
  const row = await db
    .select()
    .from(users)
    .where(eq(users.email, email.slice(0, 200)))
    .get();
  const user = row?.status === 'active' ? row : null;
  const right = await checkPassword(env.PASSWORD_PEPPER, user, password.slice(0, 200));
  if (!user || !right) {
    await noteFailure(env, keys);
    await reportFailure(env, row, address);
    return oauthError(401, 'access_denied', 'E-mail address or password is wrong');
  }
  if (isOutdated(env.PASSWORD_PEPPER, user)) {
    // Only over the hash that was checked: a change of password in between must win.
    await db
      .update(users)
      .set(await hashPassword(env.PASSWORD_PEPPER, password))
      .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash)));
  }
  return { ok: true, user, keys };
}

/** A failed sign-in of a known account is counted in its organisation. */
async function reportFailure(env: Env, user: UserRow | undefined, address: string, reason = 'password'): Promise<void> {
  loggerFor('identity', env.LOG_LEVEL)('warn', 'login.refused', { address, userId: user?.id ?? null, reason });
  if (!user) return;
  await tenantPolicy(env, user.tenantId).recordDenials([
    {
      kind: 'login',
      tenantId: user.tenantId,
      subject: user.id,
      route: 'POST /oauth/authorize',
      reason,
      address,
      correlationId: '',
    },
  ]);
}

/** Checks credentials and answers where to send the browser, or that a second factor is wanted. */
export async function login(
  env: Env,
  request: AuthorizationRequest,
  credentials: { email: string; password: string },
  address: string,
): Promise<LoginOutcome> {
  const checked = await checkCredentials(env, credentials, address);
  if (!checked.ok) return checked;
  const { user, keys } = checked;
  const factor = await tenantPolicy(env, user.tenantId).factor(user.id);
  if (!factor?.confirmed) {
    await loginThrottle(env, keys.account).succeeded(keys.pair);
    return issueCode(env, user, request, ['pwd']);
  }
  const pending = `${user.tenantId}.${randomToken()}`;
  await tenantPolicy(env, user.tenantId).storePendingLogin(
    await sha256Hex(pending),
    { userId: user.id, request: { ...request } },
    Date.now() + SECOND_FACTOR_SECONDS * 1000,
  );
  return { ok: true, pending };
}

/** The second step of a sign-in. */
export async function finishLogin(env: Env, pending: string, code: string, address: string): Promise<LoginOutcome> {
  const over = oauthError(400, 'access_denied', 'This sign-in has expired or was tried too often. Please start again.');
  const tenantId = await organisationOfSecret(env, pending);
  if (!tenantId) return over;
  const policy = tenantPolicy(env, tenantId);
  const hash = await sha256Hex(pending);
  const waiting = await policy.tryPendingLogin(hash, Date.now());
  if (!waiting) return over;
  const user = await drizzle(env.DIRECTORY).select().from(users).where(eq(users.id, waiting.userId)).get();
  if (user?.status !== 'active' || user.tenantId !== tenantId) return over;
  const keys = await throttleKeys(user.email, address);
  if ((await pauseFor(env, keys)) > 0) return over;
  if (!(await useFactor(env, tenantId, user.id, code.slice(0, 40)))) {
    // A wrong code counts as a wrong password does: new sign-ins must not buy new tries.
    await noteFailure(env, keys);
    await reportFailure(env, user, address, 'second_factor');
    return oauthError(401, 'access_denied', 'The code is wrong or was used before');
  }
  await policy.dropPendingLogin(hash);
  await loginThrottle(env, keys.account).succeeded(keys.pair);
  return issueCode(env, user, waiting.request as unknown as AuthorizationRequest, ['pwd', 'otp']);
}

async function issueCode(
  env: Env,
  user: UserRow,
  request: AuthorizationRequest,
  methods: string[],
): Promise<LoginOutcome> {
  const { clientId, redirectUri, codeChallenge, state } = request;
  const role = user.role as Role;
  const scopes = narrow(role, null, request.scope);
  if (scopes === 'refused') {
    const description = 'The user may not have that scope';
    return { ok: true, redirectTo: backTo(env, { error: 'invalid_scope', error_description: description, state }) };
  }
  const code = `${user.tenantId}.${randomToken()}`;
  await tenantPolicy(env, user.tenantId).storeCode(
    await sha256Hex(code),
    {
      userId: user.id,
      roles: [role],
      clientId,
      scopes,
      methods,
      redirectUri,
      codeChallenge,
      keyThumbprint: request.keyThumbprint || null,
    },
    Date.now() + AUTH_CODE_SECONDS * 1000,
  );
  return { ok: true, redirectTo: backTo(env, { code, state }) };
}
