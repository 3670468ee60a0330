/** What the gateway's OAuth endpoints and sign-in pages ask; the decisions are in the files named after them. */
import type {
  AuthorizationFailure,
  AuthorizationRequest,
  LoginOutcome,
  OAuthError,
  OAuthRequest,
  TokenAnswer,
} from '../../../contracts/identity/oauth.ts';
import { type Answer, ok } from '../../../contracts/kit/result.ts';
import type { For } from '../request.ts';
import * as authorize from './authorize.ts';
import * as grants from './grants.ts';
import { publicKeys } from './keys.ts';
import * as tokenStatus from './token-status.ts';

type Origin = Pick<OAuthRequest, 'address' | 'correlationId' | 'callerCorrelationId' | 'now'>;

const originOf = ({ address, correlationId, callerCorrelationId, now }: Origin): Origin => ({
  address,
  correlationId,
  callerCorrelationId,
  now,
});

/** The public keys (RFC 7517). */
export async function jwks({ env }: For<'jwks'>): Promise<Answer<{ keys: Record<string, unknown>[] }>> {
  return ok(await publicKeys(env));
}

/** Checks an authorization request before a login page is shown. */
export async function checkAuthorization({
  env,
  input,
}: For<'checkAuthorization'>): Promise<Answer<({ ok: true } & AuthorizationRequest) | AuthorizationFailure>> {
  return ok(authorize.checkAuthorization(env, input.query));
}

/** The first step of a sign-in. */
export async function login({
  env,
  input: { request, ...credentials },
  address,
  now,
}: For<'login'>): Promise<Answer<LoginOutcome>> {
  return ok(await authorize.login(env, request, credentials, address, now));
}

/** The second step of a sign-in. */
export async function finishLogin({ env, input, address, now }: For<'finishLogin'>): Promise<Answer<LoginOutcome>> {
  return ok(await authorize.finishLogin(env, input.pending, input.code, address, now));
}

/** The token endpoint. */
export async function token({ env, input, ...asked }: For<'token'>): Promise<Answer<TokenAnswer | OAuthError>> {
  return ok(await grants.token(env, { ...input, ...originOf(asked) }));
}

/** Introspection (RFC 7662). */
export async function introspect({ env, input, ...asked }: For<'introspect'>) {
  return ok(await tokenStatus.introspect(env, { ...input, ...originOf(asked) }));
}

/** Revocation (RFC 7009). */
export async function revoke({ env, input, ...asked }: For<'revoke'>) {
  return ok(await tokenStatus.revoke(env, { ...input, ...originOf(asked) }));
}
