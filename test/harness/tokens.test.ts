import { createHmac } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTenant, fetchOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { sendForm } from '../support/people.ts';
import { openSocket } from '../support/socket.ts';
import { claimsOf, mint, signingKeyOf } from '../support/tokens.ts';

let platform: Platform;
let tenant: TestTenant;
let key: { kid: string; jwk: JWK };
let good: string;
let claims: JWTPayload & Record<string, unknown>;
const now = (): number => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  good = await tenant.admin.token();
  claims = claimsOf(good);
  key = await signingKeyOf(platform);
});
afterAll(() => platform?.close());

const read = async (authorization: string, more: Record<string, string> = {}): Promise<number> => {
  const headers = { authorization, 'cf-connecting-ip': '203.0.113.5', ...more };
  return (await fetchOf(platform)(`${platform.origin}/v1/carriers`, { headers })).status;
};
const b64 = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  it('minted like ours passes: what follows is refused for what is wrong with it alone', async () => {
    expect(await read(`Bearer ${good}`)).toBe(200);
    expect(await read(`Bearer ${await mint(key, claims)}`)).toBe(200);
    expect(await read(`bearer ${good}`)).toBe(200);
  });

  it.each([
    ['alg none', () => `${b64({ alg: 'none', typ: 'at+jwt', kid: key.kid })}.${b64(claims)}.`],
    ['alg none with a signature', () => `${b64({ alg: 'none', typ: 'at+jwt', kid: key.kid })}.${b64(claims)}.AAAA`],
    ['alg None in odd case', () => `${b64({ alg: 'nOnE', typ: 'at+jwt', kid: key.kid })}.${b64(claims)}.AAAA`],
    [
      'key confusion: HS256 with the public key as secret',
      async () => {
        const { keys } = (await (await fetchOf(platform)(`${platform.origin}/.well-known/jwks.json`)).json()) as {
          keys: JWK[];
        };
        const signed = `${b64({ alg: 'HS256', typ: 'at+jwt', kid: key.kid })}.${b64(claims)}`;
        const mac = createHmac('sha256', JSON.stringify(keys[0])).update(signed).digest('base64url');
        return `${signed}.${mac}`;
      },
    ],
    ['an unknown kid', () => mint({ ...key, kid: 'unknown' }, claims)],
    ['a kid that is a path', () => mint({ ...key, kid: '../../../dev/null' }, claims)],
    ['a kid that is SQL', () => mint({ ...key, kid: "x' OR '1'='1" }, claims)],
    ['a kid that is no text', () => mint(key, claims, { kid: 7 })],
    ['no kid', () => mint(key, claims, { kid: undefined })],
    [
      'an embedded jwk of the forger',
      async () => {
        const pair = await generateKeyPair('ES256', { extractable: true });
        const jwk = await exportJWK(pair.publicKey);
        return new SignJWT(claims)
          .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, jwk })
          .sign(pair.privateKey);
      },
    ],
    ['our own signature with an embedded jwk', () => mint(key, claims, { jwk: { kty: 'EC' } })],
    ['a jku', () => mint(key, claims, { jku: 'https://evil.example/jwks.json' })],
    ['an x5u', () => mint(key, claims, { x5u: 'https://evil.example/cert.pem' })],
    ['a critical extension', () => mint(key, claims, { zip: 'DEF' })],
    ['typ JWT', () => mint(key, claims, { typ: 'JWT' })],
    ['typ dpop+jwt', () => mint(key, claims, { typ: 'dpop+jwt' })],
    ['no typ', () => mint(key, claims, { typ: undefined })],
    ['a future iat', () => mint(key, { ...claims, iat: now() + 600, exp: now() + 900 })],
    ['a future nbf', () => mint(key, { ...claims, nbf: now() + 600 })],
    ['an exp in the past', () => mint(key, { ...claims, exp: now() - 60 })],
    ['no exp', () => mint(key, { ...claims, exp: undefined })],
    ['no iat', () => mint(key, { ...claims, iat: undefined })],
    ['no jti', () => mint(key, { ...claims, jti: undefined })],
    ['no client_id', () => mint(key, { ...claims, client_id: undefined })],
    ['no tenant', () => mint(key, { ...claims, tenant: undefined })],
    ['another audience', () => mint(key, { ...claims, aud: 'fairlead' })],
    ['another issuer', () => mint(key, { ...claims, iss: 'https://fairlead.test/' })],
    ['a person without a session', () => mint(key, { ...claims, kind: 'user' })],
    ['an unknown kind', () => mint(key, { ...claims, kind: 'system' })],
    ['roles that are no list', () => mint(key, { ...claims, roles: 'tenant_admin' })],
    ['a confirmation that is no key', () => mint(key, { ...claims, cnf: { x5t: 'x' } })],
    ['a trailing byte', () => `${good}A`],
    ['a trailing newline', () => `${good}%0A`],
    ['padding', () => `${good}==`],
    ['base64 instead of base64url', () => good.replaceAll('-', '+').replaceAll('_', '/').concat('=')],
    ['four parts', () => `${good}.AAAA`],
    ['two parts', () => good.split('.').slice(0, 2).join('.')],
    ['an empty payload', () => `${good.split('.')[0]}..${good.split('.')[2]}`],
    ['an overlong one', () => `${good.split('.')[0]}.${'A'.repeat(9_000)}.${good.split('.')[2]}`],
    [
      'another spelling of the same signature',
      () => {
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        // The last character of 64 bytes has four bits to spare: jose would take any of them.
        return good.slice(0, -1) + alphabet[alphabet.indexOf(good.at(-1)!) + 1]!;
      },
    ],
  ])('with %s is refused', async (_name, make) => {
    expect(await read(`Bearer ${await make()}`)).toBe(401);
  });

  it('says what it may at most: a made-up role or scope adds nothing', async () => {
    const widened = await mint(key, { ...claims, roles: ['system', 'god'], scope: 'containers:read' });
    expect(await read(`Bearer ${widened}`)).toBe(403);
    const narrowed = await mint(key, { ...claims, scope: 'routes:read no:such' });
    expect(await read(`Bearer ${narrowed}`)).toBe(403);
  });

  it('that is revoked is refused at once for writes, and soon for reads', async () => {
    const { id, secret } = await tenant.admin.must('POST', '/v1/clients', { name: 'r', role: 'viewer' });
    const credentials = { client_id: id, client_secret: secret };
    const answer = await sendForm(platform, '/oauth/token', { grant_type: 'client_credentials', ...credentials });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    expect(await read(`Bearer ${token}`)).toBe(200);
    const ticket = await fetchOf(platform)(`${platform.origin}/v1/ws-tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ topic: 'fleet' }),
    });
    const socket = await openSocket(platform.origin, ((await ticket.json()) as { url: string }).url);
    expect((await sendForm(platform, '/oauth/revoke', { token, ...credentials })).status).toBe(200);
    expect(await socket.closed).toBe(4401);
    await until('reads stop', async () => (await read(`Bearer ${token}`)) === 401);
  });

  it('that is introspected is active until it is revoked, for who may ask', async () => {
    const made = await tenant.admin.must('POST', '/v1/clients', { name: 'i', role: 'viewer' });
    const credentials = { client_id: made.id, client_secret: made.secret };
    const answer = await sendForm(platform, '/oauth/token', { grant_type: 'client_credentials', ...credentials });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const introspect = async () =>
      (await (await sendForm(platform, '/oauth/introspect', { token, ...credentials })).json()) as { active: boolean };
    expect(await introspect()).toMatchObject({ active: true, client_id: made.id, token_type: 'Bearer' });
    await sendForm(platform, '/oauth/revoke', { token, ...credentials });
    expect(await introspect()).toEqual({ active: false });
  });
});
