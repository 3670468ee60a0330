/**
 * The OAuth checks. Each ends in an outcome in a few words (`400 invalid_grant`), the same words for
 * whichever server is asked; `want` is the outcome that the standards, or our stricter profile, ask for.
 */
import { type AuthorizationServer, allowInsecureRequests, validateJwtAccessToken } from 'oauth4webapi';
import { type Driver, outcomeOf, type Tokens } from './drivers.ts';
import type { Subject } from './subject.ts';

/** A check. */
export interface Check {
  name: string;
  want: string;
  run(driver: Driver, subject: Subject): Promise<string>;
}

/** The outcome of work that may be refused. */
export async function outcome(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    return outcomeOf(error);
  }
}

const check = (name: string, want: string, run: Check['run']): Check => ({
  name,
  want,
  run: (driver, subject) => outcome(() => run(driver, subject)),
});

/** Signs in and lands at the redirect address. */
export async function land(driver: Driver, subject: Subject, parameters: Record<string, string> = {}) {
  const flow = await driver.begin(parameters);
  const landing = await subject.signIn(flow.url);
  if (!('location' in landing)) throw new Error(`the sign-in ended on a page with ${landing.status}`);
  return { flow, landing: landing.location };
}

/** A whole code flow. */
async function codeFlow(driver: Driver, subject: Subject): Promise<Tokens> {
  const { flow, landing } = await land(driver, subject);
  return driver.finish(flow, landing);
}

/** The claims of an access token, checked as a resource server does. */
async function claims(driver: Driver, subject: Subject, token: string) {
  const request = new Request(subject.audience, { headers: { authorization: `Bearer ${token}` } });
  const server = driver.metadata as unknown as AuthorizationServer;
  return validateJwtAccessToken(server, request, subject.audience, { [allowInsecureRequests]: true });
}

/** Checks that each client library drives by itself. */
export const FLOW_CHECKS: Check[] = [
  check('the metadata names every endpoint', 'complete', async ({ metadata }, subject) => {
    const endpoints = ['authorization', 'token', 'introspection', 'revocation'].map((name) => `${name}_endpoint`);
    const missing = [...endpoints, 'jwks_uri'].filter((name) => typeof metadata[name] !== 'string');
    return metadata.issuer === subject.issuer && missing.length === 0 ? 'complete' : `lacks ${missing.join(', ')}`;
  }),
  check('the metadata offers PKCE S256 alone and names the issuer in answers', 'S256, iss', async ({ metadata }) => {
    const iss = metadata.authorization_response_iss_parameter_supported === true ? ', iss' : '';
    return `${String(metadata.code_challenge_methods_supported)}${iss}`;
  }),
  check('a machine gets a token by client_secret_basic', 'bearer', async (driver) => {
    return (await driver.clientCredentials('basic', {})).token_type;
  }),
  check('a machine gets a token by client_secret_post', 'bearer', async (driver) => {
    return (await driver.clientCredentials('post', {})).token_type;
  }),
  check('a machine gets a token by private_key_jwt', 'bearer', async (driver) => {
    return (await driver.clientCredentials('assertion', {})).token_type;
  }),
  check('the token is a JWT access token for the API (RFC 9068)', 'for the client', async (driver, subject) => {
    const { access_token: token } = await driver.clientCredentials('basic', { scope: subject.scopes.good });
    const { client_id: client } = await claims(driver, subject, token);
    return client === subject.clients.secret.id ? 'for the client' : `for ${client}`;
  }),
  check('a scope narrows the token', 'narrowed', async (driver, subject) => {
    const { scope } = await driver.clientCredentials('basic', { scope: subject.scopes.good });
    return scope === subject.scopes.good ? 'narrowed' : `has ${scope}`;
  }),
  check('a scope beyond the client is refused', '400 invalid_scope', async (driver, subject) => {
    return (await driver.clientCredentials('basic', { scope: subject.scopes.refused })).token_type;
  }),
  check('a code flow with PKCE gives an access and a refresh token', 'bearer, refresh', async (driver, subject) => {
    const tokens = await codeFlow(driver, subject);
    return tokens.token_type + (tokens.refresh_token ? ', refresh' : '');
  }),
  check('a code used twice is refused', '400 invalid_grant', async (driver, subject) => {
    const { flow, landing } = await land(driver, subject);
    await driver.finish(flow, landing);
    return (await driver.finish(flow, landing)).token_type;
  }),
  check('a code used twice ends what the first use gave', '400 invalid_grant', async (driver, subject) => {
    const { flow, landing } = await land(driver, subject);
    const first = await driver.finish(flow, landing);
    await outcome(async () => (await driver.finish(flow, landing)).token_type);
    return (await driver.refresh(first.refresh_token!)).token_type;
  }),
  check('a wrong verifier is refused', '400 invalid_grant', async (driver, subject) => {
    const { flow, landing } = await land(driver, subject);
    return (await driver.finish({ ...flow, verifier: 'x'.repeat(50) }, landing)).token_type;
  }),
  check('a code tried with a wrong verifier is spent', '400 invalid_grant', async (driver, subject) => {
    const { flow, landing } = await land(driver, subject);
    await outcome(async () => (await driver.finish({ ...flow, verifier: 'x'.repeat(50) }, landing)).token_type);
    return (await driver.finish(flow, landing)).token_type;
  }),
  check('a refresh token rotates', 'another', async (driver, subject) => {
    const first = await codeFlow(driver, subject);
    const next = await driver.refresh(first.refresh_token!);
    return next.refresh_token && next.refresh_token !== first.refresh_token ? 'another' : 'the same';
  }),
  check('a refresh token whose successor was used is refused', '400 invalid_grant', async (driver, subject) => {
    const { refresh_token: token } = await codeFlow(driver, subject);
    const next = await driver.refresh(token!);
    await driver.refresh(next.refresh_token!);
    return (await driver.refresh(token!)).token_type;
  }),
  check(
    'a refresh token whose successor was used ends the whole family',
    '400 invalid_grant',
    async (driver, subject) => {
      const { refresh_token: token } = await codeFlow(driver, subject);
      const next = await driver.refresh(token!);
      const newest = await driver.refresh(next.refresh_token!);
      await outcome(async () => (await driver.refresh(token!)).token_type);
      return (await driver.refresh(newest.refresh_token!)).token_type;
    },
  ),
  check('a live token is introspected as active', 'active', async (driver, subject) => {
    const { access_token: token } = await driver.clientCredentials('basic', subject.introspectable);
    return (await driver.introspect(token)).active ? 'active' : 'inactive';
  }),
  check('an unknown token is introspected as not active', 'inactive', async (driver) => {
    return (await driver.introspect('never-issued')).active ? 'active' : 'inactive';
  }),
  check('a revoked access token is not active any more', 'inactive', async (driver, subject) => {
    const { access_token: token } = await driver.clientCredentials('basic', subject.introspectable);
    await driver.revoke(token, 'basic');
    return (await driver.introspect(token)).active ? 'active' : 'inactive';
  }),
  check('a revoked refresh token is worth nothing', '400 invalid_grant', async (driver, subject) => {
    const { refresh_token: token } = await codeFlow(driver, subject);
    await driver.revoke(token!, 'none');
    return (await driver.refresh(token!)).token_type;
  }),
  check('revoking an unknown token succeeds', 'done', async (driver) => {
    await driver.revoke('never-issued', 'basic');
    return 'done';
  }),
  check('a machine’s token is bound to a key on demand (DPoP)', 'dpop', async (driver) => {
    return (await driver.clientCredentials('assertion', {}, await driver.newProof())).token_type;
  }),
  check('a person’s tokens are bound to a key on demand (DPoP)', 'dpop, dpop', async (driver, subject) => {
    const proof = await driver.newProof();
    const { flow, landing } = await land(driver, subject);
    const first = await driver.finish(flow, landing, proof);
    const next = await driver.refresh(first.refresh_token!, proof);
    return `${first.token_type}, ${next.token_type}`;
  }),
  check('a bound refresh token is refused with another key', '400 invalid_grant', async (driver, subject) => {
    const { flow, landing } = await land(driver, subject);
    const { refresh_token: token } = await driver.finish(flow, landing, await driver.newProof());
    return (await driver.refresh(token!, await driver.newProof())).token_type;
  }),
  check('a bound refresh token is refused without a proof', '400 invalid_grant', async (driver, subject) => {
    const { flow, landing } = await land(driver, subject);
    const { refresh_token: token } = await driver.finish(flow, landing, await driver.newProof());
    return (await driver.refresh(token!)).token_type;
  }),
  check('an authorization without PKCE is refused', 'redirect invalid_request', async (driver, subject) => {
    const flow = await driver.begin();
    for (const name of ['code_challenge', 'code_challenge_method']) flow.url.searchParams.delete(name);
    const landing = await subject.signIn(flow.url);
    if (!('location' in landing)) return `page ${landing.status}`;
    return (await driver.finish(flow, landing.location)).token_type;
  }),
];
