/**
 * What the gateway's OAuth endpoints and sign-in pages ask of identity. Errors here are OAuth's own
 * (RFC 6749 section 5.2), so an answer's value says whether it is one.
 */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';

const oauthError = z.strictObject({
  ok: z.literal(false),
  status: z.int(),
  error: z.string(),
  description: z.string(),
  /** Of a renewal: the session is over, and not only refused from where it was asked. */
  sessionOver: z.boolean().optional(),
});
/** An OAuth error answer (RFC 6749 section 5.2). */
export type OAuthError = z.infer<typeof oauthError>;

const oauthRequest = z.strictObject({
  form: z.record(z.string(), z.string()),
  /** The Authorization header, if it is Basic. */
  basic: z.string().nullable(),
  /** The DPoP header. */
  proof: z.string().nullable(),
  userAgent: z.string().nullable(),
});
/** A form that came with a request, and what came with it. */
export type OAuthRequest = z.infer<typeof oauthRequest> & {
  address: string;
  correlationId: string;
  callerCorrelationId: string | null;
  now: number;
};

const tokenAnswer = z.strictObject({
  ok: z.literal(true),
  access_token: z.string(),
  token_type: z.enum(['Bearer', 'DPoP']),
  expires_in: z.int(),
  scope: z.string(),
  refresh_token: z.string().optional(),
});
/** A token answer (RFC 6749 section 5.1). */
export type TokenAnswer = z.infer<typeof tokenAnswer>;

const introspection = z.looseObject({ active: z.boolean() });
/** What is known of a token (RFC 7662 section 2.2). */
export type Introspection = z.infer<typeof introspection>;

const authorizationRequest = z.strictObject({
  clientId: z.string(),
  redirectUri: z.string(),
  state: z.string(),
  codeChallenge: z.string(),
  scope: z.string(),
  keyThumbprint: z.string(),
});
/** An authorization request that has been checked, as the login page carries it. */
export type AuthorizationRequest = z.infer<typeof authorizationRequest>;

const authorizationFailure = oauthError.extend({ redirectTo: z.string().optional() });
/** An authorization request that failed: shown to the person, or sent back to the client (RFC 6749 section 4.1.2.1). */
export type AuthorizationFailure = z.infer<typeof authorizationFailure>;

const loginOutcome = z.union([
  z.strictObject({ ok: z.literal(true), redirectTo: z.string() }),
  z.strictObject({ ok: z.literal(true), pending: z.string() }),
  z.strictObject({
    ok: z.literal(true),
    organisations: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  }),
  oauthError.extend({ retryAfterSeconds: z.int().optional() }),
]);
/** How a step of signing in ended: back to the client, on to the second factor, to a choice of organisations, or refused. */
export type LoginOutcome = z.infer<typeof loginOutcome>;

const passwordLinkTarget = z.strictObject({ purpose: z.enum(['invitation', 'reset']), email: z.string() });
/** What a page that lets somebody choose a password needs to know of the link. */
export type PasswordLinkTarget = z.infer<typeof passwordLinkTarget>;

/** The operations. */
export const oauthOperations = {
  jwks: operation({
    permission: { unauthenticated: 'public keys' },
    summary: 'The keys that sign access tokens',
    input: z.strictObject({}),
    output: z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())) }),
  }),
  checkAuthorization: operation({
    permission: { unauthenticated: 'before anybody has signed in' },
    summary: 'Checks an authorization request before a login page is shown',
    input: z.strictObject({ query: z.record(z.string(), z.string()) }),
    output: z.union([authorizationRequest.extend({ ok: z.literal(true) }), authorizationFailure]),
  }),
  login: operation({
    permission: { unauthenticated: 'the password is the proof' },
    summary: 'The first step of a sign-in',
    input: z.strictObject({
      request: authorizationRequest,
      email: z.string(),
      password: z.string(),
      organisation: z.string().max(80).optional(),
    }),
    output: loginOutcome,
  }),
  finishLogin: operation({
    permission: { unauthenticated: 'the second factor is the proof' },
    summary: 'The second step of a sign-in: a code of the authenticator, or a recovery code',
    input: z.strictObject({ pending: z.string().max(200), code: z.string().max(200) }),
    output: loginOutcome,
  }),
  token: operation({
    permission: { unauthenticated: 'the client proves itself' },
    summary: 'The token endpoint',
    input: oauthRequest,
    output: z.union([tokenAnswer, oauthError]),
  }),
  introspect: operation({
    permission: { unauthenticated: 'the client proves itself' },
    summary: 'Whether a token is good now (RFC 7662)',
    input: oauthRequest,
    output: z.union([z.strictObject({ ok: z.literal(true), answer: introspection }), oauthError]),
  }),
  revoke: operation({
    permission: { unauthenticated: 'the client proves itself' },
    summary: 'Ends a token (RFC 7009)',
    input: oauthRequest,
    output: z.union([z.strictObject({ ok: z.literal(true) }), oauthError]),
  }),
  passwordLinkTarget: operation({
    permission: { unauthenticated: 'the link is the proof' },
    summary: 'What a link is for; null when it is unknown, used or expired',
    input: z.strictObject({ token: z.string().max(200) }),
    output: passwordLinkTarget.nullable(),
  }),
  choosePassword: operation({
    permission: { unauthenticated: 'the link is the proof' },
    summary: 'Uses a link, once: makes the invited user, or sets the user’s password',
    input: z.strictObject({ token: z.string().max(200), name: z.string().max(100), password: z.string().max(200) }),
    output: z.strictObject({ email: z.string() }),
    failures: ['not_found', 'conflict.exists'],
  }),
};
