import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, signStandard } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, operatorOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

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
const HOME = '203.0.113.10';
/** Replaces the policy, whatever version it has, from an address it admits. */
async function putPolicy(policy: object, address = HOME) {
  const { headers } = await tenant.admin.call('GET', '/v1/policy', undefined, from(address));
  return tenant.admin.call('PUT', '/v1/policy', policy, { 'if-match': headers.get('etag')!, ...from(address) });
}

describe('address lists', () => {
  it('admit and block by range, webhooks only by the block list, and never lock their author out', async () => {
    const connection = await tenant.admin.must('POST', '/v1/connections', {
      name: 'P',
      carrierId: tenant.carrierId,
      format: 'positions',
    });
    const lockout = await putPolicy({ allowedAddresses: ['198.51.100.0/24'] });
    expect([lockout.status, lockout.body.errors[0].code]).toEqual([400, 'locks_you_out']);
    const bad = await putPolicy({ blockedAddresses: ['203.0.113.0/40'] });
    expect([bad.status, bad.body.errors[0].pointer]).toEqual([400, '/blockedAddresses/0']);
    const lists = { allowedAddresses: ['203.0.113.0/24', '2001:db8::/32'], blockedAddresses: ['203.0.113.66'] };
    expect((await putPolicy(lists)).status).toBe(200);
    const read = async (address: string) =>
      (await tenant.admin.call('GET', '/v1/carriers', undefined, from(address))).status;
    expect(await read(HOME)).toBe(200);
    expect(await read('2001:db8::7')).toBe(200);
    expect(await read('198.51.100.1')).toBe(403);
    expect(await read('203.0.113.66')).toBe(403);
    const deliver = (address: string) => {
      const body = JSON.stringify({
        container: 'CSQU3054383',
        time: '2026-01-01T00:00:00Z',
        latitude: 1,
        longitude: 1,
      });
      return fetchOf(platform)(`${platform.origin}/ingest/${connection.id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...from(address), ...signStandard(connection.secret, body) },
        body,
      });
    };
    expect((await deliver('198.51.100.1')).status).toBe(202);
    expect((await deliver('203.0.113.66')).status).toBe(403);
    expect((await putPolicy({})).status).toBe(200);
    await until('the open policy holds', async () => (await read('198.51.100.1')) === 200);
  });
});

describe('documents', () => {
  it('change by the version that was read: 428 without one, 412 with an old one, 304 for the same', async () => {
    const read = await tenant.admin.call('GET', '/v1/policy');
    const etag = read.headers.get('etag')!;
    expect((await tenant.admin.call('GET', '/v1/policy', undefined, { 'if-none-match': etag })).status).toBe(304);
    expect((await tenant.admin.call('PUT', '/v1/policy', {})).status).toBe(428);
    expect((await tenant.admin.call('PUT', '/v1/policy', {}, { 'if-match': '"999"' })).status).toBe(412);
    const writes = await Promise.all(
      Array.from({ length: 20 }, () => tenant.admin.call('PUT', '/v1/policy', {}, { 'if-match': etag })),
    );
    const statuses = writes.map((answer) => answer.status);
    expect([200, 412].map((status) => statuses.filter((one) => one === status).length)).toEqual([1, 19]);
  });
});

describe('quotas and features', () => {
  const setLimits = async (limits: object) => {
    const path = `/v1/tenants/${tenant.id}/limits`;
    const { headers } = await operator.call('GET', path);
    const done = await operator.call('PUT', path, limits, { 'if-match': headers.get('etag')! });
    expect(done.status).toBe(200);
  };

  it('are exact: of sixty parallel writes ten pass, and the answer says how it stands', async () => {
    const minute = (): number => Math.floor(Date.now() / 60_000);
    const ticket = (api: ApiClient) => api.call('POST', '/v1/ws-tickets', { topic: 'fleet' });
    /** Sixty at once by a fresh client, and one after a crash, all within one minute: two would count apart. */
    const burst = async (tries = 3): Promise<{ answers: Awaited<ReturnType<typeof ticket>>[]; after: number }> => {
      const { id, secret } = await tenant.admin.must('POST', '/v1/clients', { name: 'many', role: 'operations' });
      const many = new ApiClient(platform.origin, { id, secret }, fetchOf(platform));
      await many.token();
      await setLimits({ subjectPerMinute: 10 });
      const begun = minute();
      const answers = await Promise.all(Array.from({ length: 60 }, () => ticket(many)));
      // A crash of the object forgets nothing: the count stands in storage.
      await platform.server.getWorker('fairlead-identity').evictDurableObject('TenantPolicy', { name: tenant.id });
      const after = (await ticket(many)).status;
      await setLimits({});
      return minute() === begun || tries === 0 ? { answers, after } : burst(tries - 1);
    };
    const { answers, after } = await burst();
    expect(after).toBe(429);
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(10);
    const refused = answers.find((answer) => answer.status === 429)!;
    expect(refused.body).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      code: 'quota.exceeded',
      'violated-policies': ['subject'],
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit-policy')).toBe('"subject";q=10;w=60, "tenant";q=60000;w=60');
    expect(refused.headers.get('ratelimit')).toMatch(/^"subject";r=0;t=\d+, "tenant";r=\d+;t=\d+$/);
  });

  it('switch parts of the product off for a tenant', async () => {
    await setLimits({ features: { sea_routes: false } });
    const route = () => tenant.admin.call('GET', '/v1/routes/sea?from=CNSHA&to=NLRTM');
    const refused = await until('the switch is felt', async () => {
      const answer = await route();
      return answer.status === 403 && answer;
    });
    expect(refused.body.code).toBe('feature.disabled');
    await setLimits({});
    await until('it is back', async () => (await route()).status === 200);
  });
});

describe('pages of other origins', () => {
  const preflight = (origin: string) =>
    fetchOf(platform)(`${platform.origin}/v1/carriers`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    });

  it('may read answers of their own tenant alone, by exact origin', async () => {
    const app = 'https://app.acme.example';
    expect((await preflight('https://other.example')).status).toBe(403);
    for (const origin of ['http://app.acme.example', 'https://app.acme.example/', 'https://*.acme.example', 'null']) {
      expect([origin, (await putPolicy({ corsOrigins: [origin] })).status]).toEqual([origin, 400]);
    }
    expect((await putPolicy({ corsOrigins: [app] })).status).toBe(200);
    const allowed = await preflight(app);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, app]);
    const read = await until('the origin is known', async () => {
      const answer = await tenant.admin.call('GET', '/v1/carriers', undefined, { origin: app });
      return answer.headers.get('access-control-allow-origin') === app && answer;
    });
    expect(read.headers.get('access-control-allow-credentials')).toBeNull();
    expect(read.headers.get('vary')).toContain('origin');
    const elsewhere = await operator.call('GET', '/v1/tenants', undefined, { origin: app });
    expect(elsewhere.headers.get('access-control-allow-origin')).toBeNull();
    expect((await putPolicy({})).status).toBe(200);
  });
});
