import { createHash, createHmac } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, operatorOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { sendForm } from '../support/people.ts';
import { openSocket } from '../support/socket.ts';
import { claimsOf, mint, signingKeyOf } from '../support/tokens.ts';
import { invite } from '../support/world.ts';

let platform: Platform;
let tenant: TestTenant;
let operator: ApiClient;
let key: { kid: string; jwk: JWK };
let good: string;
let claims: JWTPayload & Record<string, unknown>;
const now = (): number => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  operator = operatorOf(platform);
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

describe('a token bound to a key', () => {
  const pair = generateKeyPair('ES256', { extractable: true });

  async function proof(token: string, change: Record<string, unknown> = {}, keys = pair): Promise<string> {
    const { privateKey, publicKey } = await keys;
    return new SignJWT({
      jti: crypto.randomUUID(),
      htm: 'GET',
      htu: `${platform.issuer}/v1/carriers`,
      iat: now(),
      ath: createHash('sha256').update(token).digest('base64url'),
      ...change,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
      .sign(privateKey);
  }

  it('is worth nothing without a fresh proof of that key for this very request', async () => {
    const { id, secret } = await tenant.admin.must('POST', '/v1/clients', { name: 'd', role: 'viewer' });
    const tokenProof = await proof('', { htm: 'POST', htu: `${platform.issuer}/oauth/token`, ath: undefined });
    const answer = await sendForm(
      platform,
      '/oauth/token',
      { grant_type: 'client_credentials', client_id: id, client_secret: secret },
      { dpop: tokenProof },
    );
    const { access_token: token, token_type: type } = (await answer.json()) as Record<string, string>;
    expect(type).toBe('DPoP');
    const { publicKey } = await pair;
    expect(claimsOf(token!).cnf).toEqual({ jkt: await calculateJwkThumbprint(await exportJWK(publicKey)) });

    const once = await proof(token!);
    expect(await read(`DPoP ${token}`, { dpop: once })).toBe(200);
    expect(await read(`DPoP ${token}`, { dpop: once })).toBe(401);
    expect(await read(`DPoP ${token}`)).toBe(401);
    expect(await read(`Bearer ${token}`, { dpop: await proof(token!) })).toBe(401);
    expect(await read(`DPoP ${good}`, { dpop: await proof(good) })).toBe(401);
    const other = generateKeyPair('ES256', { extractable: true });
    for (const wrong of [
      await proof(token!, { htm: 'POST' }),
      await proof(token!, { htu: `${platform.issuer}/v1/users` }),
      await proof(token!, { htu: 'https://evil.example/v1/carriers' }),
      await proof(token!, { ath: undefined }),
      await proof(good),
      await proof(token!, { iat: now() - 300 }),
      await proof(token!, { iat: now() + 300 }),
      await proof(token!, { jti: undefined }),
      await proof(token!, {}, other),
      'x.y.z',
    ]) {
      expect(await read(`DPoP ${token}`, { dpop: wrong })).toBe(401);
    }
  });
});

describe('signing keys', () => {
  it('rotate with overlap: the next is published before it signs, and old tokens go on', async () => {
    const before = await operator.must('GET', '/v1/signing-keys');
    expect(before.items.map((entry: any) => entry.state)).toEqual(['signing']);
    const after = await operator.must('POST', '/v1/signing-keys/rotate', {});
    expect(new Set(after.items.map((entry: any) => entry.state))).toEqual(new Set(['next', 'signing']));
    expect(after.items.find((entry: any) => entry.state === 'signing').dropAt).not.toBeNull();
    expect(await read(`Bearer ${good}`)).toBe(200);
    expect((await tenant.admin.call('GET', '/v1/signing-keys')).status).toBe(403);
  });

  it('rotate by themselves when their time has come, by the alarm or whoever asks first', async () => {
    const storage = await platform.server
      .getWorker('fairlead-identity')
      .getDurableObjectStorage('KeyRing', { name: 'signing' });
    const overdue = Date.now() - 40 * 86_400_000;
    await storage.exec('DELETE FROM keys WHERE kid <> ?', key.kid);
    await storage.exec('UPDATE keys SET active_from = ?, drop_at = NULL', overdue);
    const keys = await operator.must('GET', '/v1/signing-keys');
    expect(keys.items.filter((entry: any) => entry.state === 'next')).toHaveLength(1);
  });
});

describe('people of a carrier', () => {
  const spaceFor = (carrierId: string) => ({
    carrierId,
    origin: 'CNSHA',
    destination: 'NLRTM',
    period: '2026-W48',
    capacity: 10,
    departureAt: '2026-12-01T00:00:00Z',
    arrivalAt: '2026-12-30T00:00:00Z',
    confirmation: 'carrier',
  });

  it('see and answer what is addressed to their carrier, in whichever tenant, and nothing else', async () => {
    const other = await createTenant(platform, 'bravo');
    const book = async ({ admin }: TestTenant, scac: string) => {
      const carrier = await admin.must('POST', '/v1/carriers', { scac, name: scac });
      const space = await admin.must('POST', '/v1/allocations', spaceFor(carrier.id));
      const booking = await admin.must('POST', '/v1/bookings', { allocationId: space.id, quantity: 2 });
      return { carrierId: carrier.id as string, booking };
    };
    const [first, second, foreign] = [await book(tenant, 'LINE'), await book(other, 'LINE'), await book(other, 'ELSE')];
    expect(first.carrierId).toBe(second.carrierId);
    const token = await invite(platform, operator, {
      email: 'desk@line.example',
      role: 'carrier_user',
      carrierId: first.carrierId,
    });
    const as = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
      const answer = await fetchOf(platform)(platform.origin + path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const read: any = await answer.json();
      return { status: answer.status, body: read };
    };
    const ids = async (): Promise<string[]> =>
      (await as('GET', '/v1/carrier/bookings')).body.items.map((item: any) => item.id);
    const addressed = new Set([first.booking.id, second.booking.id]);
    expect(new Set(await ids())).toEqual(addressed);
    const customers = (await as('GET', '/v1/carrier/customers')).body.items;
    expect(new Set(customers.map((entry: any) => entry.name))).toEqual(new Set(['acme', 'bravo']));
    const page = (await as('GET', '/v1/carrier/bookings?limit=1')).body;
    const rest = (await as('GET', `/v1/carrier/bookings?limit=1&cursor=${page.nextCursor}`)).body;
    expect(new Set([page.items[0].id, rest.items[0].id])).toEqual(addressed);

    const path = `/v1/carrier/bookings/${first.booking.id}`;
    expect((await as('GET', path)).body).toMatchObject({ state: 'requested', tenant: { name: 'acme' } });
    expect((await as('GET', `/v1/carrier/bookings/${foreign.booking.id}`)).status).toBe(404);
    const confirm = (headers: Record<string, string>) =>
      as('POST', `${path}/transitions`, { to: 'confirmed' }, headers);
    expect((await confirm({})).status).toBe(428);
    expect((await confirm({ 'if-match': '"7"' })).status).toBe(412);
    const confirmed = await confirm({ 'if-match': '"1"' });
    expect([confirmed.status, confirmed.body.state]).toEqual([200, 'confirmed']);
    expect((await confirm({ 'if-match': '"2"' })).status).toBe(409);
    const trail = (await tenant.admin.must('GET', `/v1/bookings/${first.booking.id}`)).audit;
    expect(trail.at(-1)).toMatchObject({ action: 'booking.confirmed', subject: expect.stringMatching(/^usr_/) });
    for (const route of ['/v1/bookings', '/v1/containers', '/v1/users', '/v1/allocations', '/v1/carriers']) {
      expect([route, (await as('GET', route)).status]).toEqual([route, 403]);
    }
    const { body: me } = await as('GET', '/v1/me');
    expect(me.tenant.id).toBe(first.carrierId);

    // They have no administrator of their own: the operators look after them.
    const people = (await operator.must('GET', `/v1/users?carrierId=${first.carrierId}`)).items;
    expect(people.map((entry: any) => entry.id)).toEqual([me.subject]);
    const change = { name: 'Desk', role: 'carrier_user', status: 'disabled' };
    const put = (body: object) => operator.call('PUT', `/v1/users/${me.subject}`, body, { 'if-match': '"1"' });
    expect((await put({ ...change, role: 'platform_operator' })).status).toBe(403);
    expect((await put(change)).status).toBe(200);
    expect((await as('POST', '/v1/sign-out')).status).toBe(401);
    expect((await tenant.admin.call('GET', `/v1/users?carrierId=${first.carrierId}`)).status).toBe(403);
  });

  it('are invited by the platform alone, and space needs a carrier that was invited', async () => {
    const invitation = { email: 'x@line.example', role: 'carrier_user', carrierId: tenant.carrierId };
    expect((await tenant.admin.call('POST', '/v1/invitations', invitation)).status).toBe(403);
    const noCarrier = await operator.call('POST', '/v1/invitations', { email: 'y@line.example', role: 'carrier_user' });
    expect([noCarrier.status, noCarrier.body.errors[0].pointer]).toEqual([400, '/carrierId']);
    expect((await operator.call('POST', '/v1/invitations', { email: 'z@x.example', role: 'viewer' })).status).toBe(403);
    const space = await tenant.admin.call('POST', '/v1/allocations', spaceFor('car_00000000000000000000000000'));
    expect([space.status, space.body.errors[0].pointer]).toEqual([400, '/carrierId']);
  });
});
