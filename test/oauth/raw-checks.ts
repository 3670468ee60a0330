/** Checks that no client library would send: malformed, repeated, parallel and forged requests, by hand. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Check, land } from './checks.ts';
import type { Driver } from './drivers.ts';
import { sendForm as send, successors, twenty } from './send-form.ts';
import type { Subject } from './subject.ts';

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const endpoint = (driver: Driver, name: string): string => String(driver.metadata[`${name}_endpoint`]);
const basic = ({ clients: { secret } }: Subject): Record<string, string> => {
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*~._-]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return { authorization: `Basic ${btoa(`${encode(secret.id)}:${encode(secret.secret!)}`)}` };
};
const machine = { grant_type: 'client_credentials' };

/** Where an authorization request with other parameters ends. */
async function authorize(driver: Driver, subject: Subject, change: (query: URLSearchParams) => void): Promise<string> {
  const { url } = await driver.begin();
  change(url.searchParams);
  const landing = await subject.signIn(url);
  if (!('location' in landing)) return `page ${landing.status}`;
  const answer = new URLSearchParams(landing.location.search || landing.location.hash.slice(1));
  return `redirect ${answer.get('error') ?? 'code'}`;
}

/** A client assertion; each change makes it wrong in one way. */
async function assertion(
  { clients: { assertion: client }, issuer }: Subject,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<Record<string, string>> {
  const now = Math.floor(Date.now() / 1000);
  const jwt = await new SignJWT({
    iss: client.id,
    sub: client.id,
    aud: issuer,
    jti: crypto.randomUUID(),
    iat: now,
    exp: now + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: client.key!.kid, ...header })
    .sign(client.key!.privateKey);
  return { ...machine, client_assertion_type: ASSERTION, client_assertion: jwt, client_id: client.id };
}

/** A DPoP proof for the token endpoint; each change makes it wrong in one way. */
async function proof(driver: Driver, claims: Record<string, unknown> = {}, typ = 'dpop+jwt'): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return new SignJWT({
    jti: crypto.randomUUID(),
    htm: 'POST',
    htu: endpoint(driver, 'token'),
    iat: Math.floor(Date.now() / 1000),
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', typ, jwk: await exportJWK(publicKey) })
    .sign(privateKey);
}

/** The form that trades a landed code in. */
async function codeForm(driver: Driver, subject: Subject): Promise<Record<string, string>> {
  const { flow, landing } = await land(driver, subject);
  return {
    grant_type: 'authorization_code',
    client_id: subject.clients.public.id,
    code: landing.searchParams.get('code')!,
    redirect_uri: subject.redirectUri,
    code_verifier: flow.verifier,
  };
}

type Form = string | Record<string, string>;
type Made<T> = T | ((driver: Driver, subject: Subject) => T | Promise<T>);

const atToken = (name: string, want: string, form: Made<Form>, headers: Made<Record<string, string>> = {}): Check => ({
  name,
  want,
  run: async (driver, subject) => {
    const sent = typeof form === 'function' ? await form(driver, subject) : form;
    const along = typeof headers === 'function' ? await headers(driver, subject) : headers;
    return send(endpoint(driver, 'token'), sent, along);
  },
});

const atAuthorize = (name: string, want: string, change: (query: URLSearchParams) => void): Check => ({
  name,
  want,
  run: (driver, subject) => authorize(driver, subject, change),
});

const withBasic = (_driver: Driver, subject: Subject) => basic(subject);

/** Checks by hand. */
export const RAW_CHECKS: Check[] = [
  atAuthorize('PKCE plain is refused', 'redirect invalid_request', (q) => q.set('code_challenge_method', 'plain')),
  atAuthorize('response_type=token is refused', 'redirect unsupported_response_type', (q) =>
    q.set('response_type', 'token'),
  ),
  atAuthorize('a missing response_type is refused', 'redirect invalid_request', (q) => q.delete('response_type')),
  atAuthorize('another redirect_uri is refused on the spot', 'page 400', (q) =>
    q.set('redirect_uri', 'https://evil.example/cb'),
  ),
  atAuthorize('a redirect_uri that only begins alike is refused on the spot', 'page 400', (q) =>
    q.set('redirect_uri', `${q.get('redirect_uri')}/more`),
  ),
  atAuthorize('an unknown client is refused on the spot', 'page 400', (q) => q.set('client_id', 'nobody')),
  atAuthorize('a client_id given twice is refused on the spot', 'page 400', (q) => q.append('client_id', 'nobody')),
  atAuthorize('a scope that nobody may have is refused', 'redirect invalid_scope', (q) => q.set('scope', 'admin a:b')),
  atToken('a missing grant_type is refused', '400 invalid_request', {}, withBasic),
  atToken('an unknown grant_type is refused', '400 unsupported_grant_type', { grant_type: 'password' }, withBasic),
  atToken(
    'a parameter given twice is refused',
    '400 invalid_request',
    'grant_type=client_credentials&grant_type=client_credentials',
    withBasic,
  ),
  atToken('a JSON body is refused', '400 invalid_request', JSON.stringify(machine), (_driver, subject) => ({
    ...basic(subject),
    'content-type': 'application/json',
  })),
  atToken(
    'two ways of client authentication are refused',
    '400 invalid_request',
    (_driver, { clients: { secret } }) => ({
      ...machine,
      client_id: secret.id,
      client_secret: secret.secret!,
    }),
    withBasic,
  ),
  atToken('a wrong secret is refused', '401 invalid_client', (_driver, { clients }) => ({
    ...machine,
    client_id: clients.secret.id,
    client_secret: 'wrong',
  })),
  atToken('an unknown client is refused', '401 invalid_client', {
    ...machine,
    client_id: 'nobody',
    client_secret: 'wrong',
  }),
  atToken('a public client cannot have a machine’s token', '401 invalid_client', (_driver, { clients }) => ({
    ...machine,
    client_id: clients.public.id,
  })),
  atToken('a secret presented for the public client is refused', '401 invalid_client', async (driver, subject) => ({
    ...(await codeForm(driver, subject)),
    client_secret: 'made up',
  })),
  atToken('a code for another redirect_uri is refused', '400 invalid_grant', async (driver, subject) => ({
    ...(await codeForm(driver, subject)),
    redirect_uri: 'https://evil.example/cb',
  })),
  atToken('a code without its verifier is refused', '400 invalid_request', async (driver, subject) => {
    const { code_verifier: _verifier, ...form } = await codeForm(driver, subject);
    return form;
  }),
  atToken('an unknown code is refused', '400 invalid_grant', async (driver, subject) => ({
    ...(await codeForm(driver, subject)),
    code: 'never-issued',
  })),
  atToken('an assertion is taken', '200', (_driver, subject) => assertion(subject)),
  atToken('an assertion for somebody else is refused', '401 invalid_client', (_driver, subject) =>
    assertion(subject, { aud: 'https://other.example' }),
  ),
  atToken('an expired assertion is refused', '401 invalid_client', (_driver, subject) =>
    assertion(subject, { exp: Math.floor(Date.now() / 1000) - 60 }),
  ),
  atToken('an assertion without an id is refused', '401 invalid_client', (_driver, subject) =>
    assertion(subject, { jti: undefined }),
  ),
  atToken('an assertion that lasts for years is refused', '401 invalid_client', (_driver, subject) =>
    assertion(subject, { exp: Math.floor(Date.now() / 1000) + 86_400 * 3_650 }),
  ),
  atToken('an assertion by an unknown key is refused', '401 invalid_client', (_driver, subject) =>
    assertion(subject, {}, { kid: 'unknown' }),
  ),
  {
    name: 'an assertion used twice is refused',
    want: '401 invalid_client',
    run: async (driver, subject) => {
      const form = await assertion(subject);
      await send(endpoint(driver, 'token'), form);
      return send(endpoint(driver, 'token'), form);
    },
  },
  atToken(
    'a DPoP proof for another address is refused',
    '400 invalid_dpop_proof',
    machine,
    async (driver, subject) => ({
      ...basic(subject),
      dpop: await proof(driver, { htu: 'https://other.example/token' }),
    }),
  ),
  atToken('a DPoP proof for another method is refused', '400 invalid_dpop_proof', machine, async (driver, subject) => ({
    ...basic(subject),
    dpop: await proof(driver, { htm: 'GET' }),
  })),
  atToken('an old DPoP proof is refused', '400 invalid_dpop_proof', machine, async (driver, subject) => ({
    ...basic(subject),
    dpop: await proof(driver, { iat: Math.floor(Date.now() / 1000) - 3_600 }),
  })),
  atToken('a DPoP proof of another type is refused', '400 invalid_dpop_proof', machine, async (driver, subject) => ({
    ...basic(subject),
    dpop: await proof(driver, {}, 'at+jwt'),
  })),
  {
    name: 'a DPoP proof used twice is refused',
    want: '400 invalid_dpop_proof',
    run: async (driver, subject) => {
      const headers = { ...basic(subject), dpop: await proof(driver) };
      await send(endpoint(driver, 'token'), machine, headers);
      return send(endpoint(driver, 'token'), machine, headers);
    },
  },
  {
    name: 'of twenty parallel uses of a code exactly one succeeds',
    want: '1 of 20, else 400 invalid_grant',
    run: async (driver, subject) => twenty(endpoint(driver, 'token'), await codeForm(driver, subject)),
  },
  {
    name: 'twenty parallel uses of a refresh token have one successor',
    want: '1 successor',
    run: async (driver, subject) => {
      const { flow, landing } = await land(driver, subject);
      const { refresh_token: token } = await driver.finish(flow, landing);
      const form = { grant_type: 'refresh_token', client_id: subject.clients.public.id, refresh_token: token! };
      return successors(endpoint(driver, 'token'), form);
    },
  },
  {
    name: 'tokens are not to be kept by caches',
    want: 'no-store',
    run: async (driver, subject) => {
      const answer = await fetch(endpoint(driver, 'token'), {
        method: 'POST',
        headers: { ...basic(subject), 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials',
      });
      await answer.body?.cancel();
      return answer.headers.get('cache-control') ?? 'nothing said';
    },
  },
  {
    name: 'a wrong secret in the header is answered with a challenge',
    want: '401 Basic',
    run: async (driver, { clients }) => {
      const answer = await fetch(endpoint(driver, 'token'), {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${clients.secret.id}:wrong`)}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'grant_type=client_credentials',
      });
      await answer.body?.cancel();
      return `${answer.status} ${answer.headers.get('www-authenticate')?.split(' ')[0] ?? 'without a challenge'}`;
    },
  },
  {
    name: 'introspection needs a client',
    want: '401 invalid_client',
    run: (driver) => send(endpoint(driver, 'introspection'), { token: 'x', client_id: 'nobody' }),
  },
];
