import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, postSigned, signStandard } from '../../scripts/support/api.ts';
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

describe('keyed requests', () => {
  const key = (value: string) => ({ 'idempotency-key': value });

  it('answer the first answer again, secrets included, and refuse another request under the same key', async () => {
    const order = { name: 'keyed', role: 'viewer' };
    const first = await tenant.admin.call('POST', '/v1/clients', order, key('client-keyed'));
    const again = await tenant.admin.call('POST', '/v1/clients', order, key('client-keyed'));
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect((await tenant.admin.all('/v1/clients')).filter((entry) => entry.name === 'keyed')).toHaveLength(1);
    const other = await tenant.admin.call('POST', '/v1/clients', { ...order, name: 'other' }, key('client-keyed'));
    expect([other.status, other.body.code]).toEqual([422, 'idempotency.mismatch']);
    const missing = await tenant.admin.call('POST', '/v1/clients', order, key(''));
    expect([missing.status, missing.body.errors[0].pointer]).toEqual([400, '/header/Idempotency-Key']);
  });

  it('belong to whoever made them: another’s request under the same key is another request', async () => {
    const { id, secret } = await tenant.admin.must('POST', '/v1/clients', { name: 'second', role: 'tenant_admin' });
    const second = new ApiClient(platform.origin, { id, secret }, fetchOf(platform));
    const order = { name: 'mine', role: 'viewer' };
    expect((await tenant.admin.call('POST', '/v1/clients', order, key('whose-key'))).status).toBe(201);
    const theirs = await second.call('POST', '/v1/clients', order, key('whose-key'));
    expect([theirs.status, theirs.headers.get('idempotency-replayed')]).toEqual([201, null]);
  });

  it.each([
    ['/v1/carriers', { scac: 'ONCE', name: 'Once' }, '/v1/carriers', (entry: any) => entry.scac === 'ONCE'],
    [
      '/v1/containers',
      { containers: [{ number: 'MSKU9070323' }] },
      '/v1/containers',
      (e: any) => e.number === 'MSKU9070323',
    ],
    [
      '/v1/webhook-endpoints',
      { url: 'https://once.example.com/' },
      '/v1/webhook-endpoints',
      (e: any) => /once/.test(e.url),
    ],
    [
      '/v1/invitations',
      { email: 'once@acme.example', role: 'viewer' },
      '/v1/invitations',
      (e: any) => e.email.startsWith('once@'),
    ],
  ])('twenty at once to %s have one effect and one answer', async (path, body, list, isIt) => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => tenant.admin.call('POST', path, body, key(`twenty-${path}`))),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1);
    expect((await tenant.admin.all(list)).filter(isIt)).toHaveLength(1);
  });

  it('that are not permitted hold nothing: who may is not kept waiting', async () => {
    const { id, secret } = await tenant.admin.must('POST', '/v1/clients', { name: 'may not', role: 'viewer' });
    const viewer = new ApiClient(platform.origin, { id, secret }, fetchOf(platform));
    const order = { scac: 'HOLD', name: 'H' };
    expect((await viewer.call('POST', '/v1/carriers', order, key('held-by-nobody'))).status).toBe(403);
    expect((await viewer.call('POST', '/v1/carriers', order, key('held-by-nobody'))).status).toBe(403);
    expect((await tenant.admin.call('POST', '/v1/carriers', order, key('held-by-nobody'))).status).toBe(201);
  });

  it('are refused with 409 while the first one is still running', async () => {
    const { TENANT_POLICY: namespace } = await platform.server
      .getWorker<{ TENANT_POLICY: DurableObjectNamespaceLike }>('fairlead-identity')
      .getEnv();
    const policy = namespace.get(namespace.idFromName(tenant.id));
    const { subject } = await tenant.admin.must('GET', '/v1/me');
    const name = `${subject}|POST /v1/carriers|running-key`;
    const check = { subject: 'test', sessionId: null, clientId: null, tokenId: 't', address: 'x', units: 1 };
    const { hold } = (await policy.check({ ...check, exclusive: name })) as { hold: number };
    const refused = await tenant.admin.call('POST', '/v1/carriers', { scac: 'RUNS', name: 'R' }, key('running-key'));
    expect([refused.status, refused.body.code]).toEqual([409, 'idempotency.in_flight']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1);
    await policy.release([{ exclusive: name, hold: hold + 1 }]);
    const still = await policy.check({ ...check, exclusive: name });
    expect(still).toMatchObject({ ok: false, reason: 'in_flight' });
    await policy.release([{ exclusive: name, hold }]);
    const through = await tenant.admin.call('POST', '/v1/carriers', { scac: 'RUNS', name: 'R' }, key('running-key'));
    expect(through.status).toBe(201);
  });
});

interface DurableObjectNamespaceLike {
  idFromName(name: string): unknown;
  get(id: unknown): { check(call: object): Promise<object>; release(holds: object[]): Promise<void> };
}

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
