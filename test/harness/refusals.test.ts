import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, postSigned } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, operatorOf, signIn, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { sendForm } from '../support/people.ts';

let platform: Platform;
let tenant: TestTenant;
let operator: ApiClient;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  operator = operatorOf(platform);
});
afterAll(() => platform?.close());

const from = (address: string) => ({ 'cf-connecting-ip': address });

describe('repeated refusals', () => {
  const alerts = (api: ApiClient) => api.all('/v1/security-alerts');

  it('raise exactly one alert, for the tenant and for the operator, which grows as they go on', async () => {
    const { id, secret } = await tenant.admin.must('POST', '/v1/clients', { name: 'curious', role: 'viewer' });
    const curious = new ApiClient(platform.origin, { id, secret }, fetchOf(platform));
    const mine = async (api: ApiClient) => (await alerts(api)).filter((alert) => alert.subject === id);
    for (let i = 0; i < 9; i++) expect((await curious.call('GET', '/v1/users')).status).toBe(403);
    expect(await mine(tenant.admin)).toEqual([]);
    for (let i = 0; i < 6; i++) await curious.call('GET', '/v1/clients');
    const [alert] = await until('the alert', async () => {
      const found = await mine(tenant.admin);
      return found[0]?.failures === 15 && found;
    });
    expect(alert).toMatchObject({ kind: 'permission', tenantId: tenant.id, route: 'GET /v1/clients' });
    const [seen] = await until(
      'the operator hears of it',
      async () => {
        const found = await mine(operator);
        return found[0]?.failures === 15 && found;
        // How an alert grows is told every few seconds, however fast the refusals come.
      },
      5_000,
    );
    expect(seen).toEqual(alert);
    expect([(await mine(tenant.admin)).length, (await mine(operator)).length]).toEqual([1, 1]);
    expect((await curious.call('GET', '/v1/security-alerts')).status).toBe(403);
  });

  it('of passwords are counted for the account, and of signatures for the connection', async () => {
    const connection = await tenant.admin.must('POST', '/v1/connections', {
      name: 'S',
      carrierId: tenant.carrierId,
      format: 'positions',
    });
    const forged = { ...connection, secret: `whsec_${Buffer.alloc(32, 3).toString('base64')}` };
    for (let i = 0; i < 11; i++) await postSigned(platform.origin, forged, '[]', { fetcher: fetchOf(platform) });
    for (let i = 0; i < 10; i++) {
      const fetcher = ((url: string, init: RequestInit) =>
        fetchOf(platform)(url, {
          ...init,
          headers: { ...(init?.headers as object), ...from(`192.0.2.${i}`) },
        })) as never;
      await signIn(platform.origin, platform.issuer, tenant.adminEmail, 'wrong password', fetcher);
    }
    const kinds = await until('both alerts', async () => {
      const found = (await alerts(tenant.admin)).map((alert) => alert.kind);
      return found.includes('login') && found.includes('signature') && found;
    });
    expect(kinds.filter((kind) => kind === 'login')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'signature')).toHaveLength(1);
  });
});

describe('sign-in', () => {
  it('pauses an account for an address before anything is hashed, known or not', async () => {
    for (const email of ['known@acme.example', 'unknown@acme.example']) {
      if (email.startsWith('known')) {
        await tenant.admin.must('POST', '/v1/users', {
          email,
          name: 'K',
          role: 'viewer',
          password: 'the right password',
        });
      }
      const outcomes: string[] = [];
      for (let i = 0; i < 11; i++) {
        const fetcher = ((url: string, init: RequestInit) =>
          fetchOf(platform)(url, {
            ...init,
            headers: { ...(init?.headers as object), ...from('192.0.2.77') },
          })) as never;
        const answer = await signIn(platform.origin, platform.issuer, email, 'guess', fetcher);
        outcomes.push('status' in answer ? String(answer.status) : 'in');
      }
      expect([email, outcomes.slice(0, 10), outcomes[10]]).toEqual([email, Array(10).fill('401'), '429']);
    }
  });
});

describe('the rest of the edge', () => {
  it('says where to report, what is superseded, and protects every answer', async () => {
    const security = await fetchOf(platform)(`${platform.origin}/.well-known/security.txt`);
    const text = await security.text();
    expect(text).toMatch(/^Contact: mailto:security@fairlead\.test\nExpires: \d{4}-\d\d-\d\dT/);
    const old = await tenant.admin.call('POST', '/v1/users', {
      email: 'old@acme.example',
      name: 'Old',
      role: 'viewer',
      password: 'a long password',
    });
    expect(old.headers.get('deprecation')).toMatch(/^@\d+$/);
    expect(old.headers.get('sunset')).toMatch(/GMT$/);
    expect(old.headers.get('link')).toContain('rel="successor-version"');
    expect(old.headers.get('strict-transport-security')).toContain('max-age=');
    const refused = await fetchOf(platform)(`${platform.origin}/v1/me`);
    expect(refused.headers.get('www-authenticate')).toContain('resource_metadata=');
    const resource = await fetchOf(platform)(`${platform.origin}/.well-known/oauth-protected-resource/v1`);
    expect(await resource.json()).toMatchObject({ resource: `${platform.issuer}/v1` });
  });

  it('says which methods a path takes, and that there is nothing where there is nothing', async () => {
    const patched = await tenant.admin.call('PATCH', '/v1/bookings/bkg_x');
    expect([patched.status, patched.headers.get('allow')]).toEqual([405, 'GET']);
    const read = await tenant.admin.call('GET', '/oauth/token');
    expect([read.status, read.body.detail]).toEqual([405, 'This address takes POST']);
    const both = await tenant.admin.call('DELETE', '/v1/policy');
    expect(both.headers.get('allow')).toBe('GET, PUT');
    expect((await tenant.admin.call('PATCH', '/v1/nothing')).status).toBe(404);
    const types = { '/nowhere': 'text/html; charset=utf-8', '/v1/nowhere': 'application/problem+json' };
    for (const [path, type] of Object.entries(types)) {
      const answer = await fetchOf(platform)(platform.origin + path, { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 404, type]);
    }
  });

  it('refuses a parameter that is given twice, one that is not known, and a body that is not JSON', async () => {
    const twice = await tenant.admin.call('GET', '/v1/carriers?limit=1&limit=2');
    expect([twice.status, twice.body.errors[0].code]).toEqual([400, 'repeated']);
    expect((await tenant.admin.call('GET', '/v1/me?x=1')).status).toBe(400);
    const text = await tenant.admin.call('POST', '/v1/carriers', {}, { 'content-type': 'text/plain' });
    expect(text.status).toBe(415);
    const form = await sendForm(platform, '/oauth/authorize', {}, { origin: 'https://evil.example' });
    expect(form.status).toBe(403);
  });
});
