import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, operatorOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { sendForm } from '../support/people.ts';
import { claimsOf, signingKeyOf } from '../support/tokens.ts';

let platform: Platform;
let tenant: TestTenant;
let operator: ApiClient;
let key: { kid: string; jwk: JWK };
let good: string;
const now = (): number => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  operator = operatorOf(platform);
  good = await tenant.admin.token();
  key = await signingKeyOf(platform);
});
afterAll(() => platform?.close());

const read = async (authorization: string, more: Record<string, string> = {}): Promise<number> => {
  const headers = { authorization, 'cf-connecting-ip': '203.0.113.5', ...more };
  return (await fetchOf(platform)(`${platform.origin}/v1/carriers`, { headers })).status;
};

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
