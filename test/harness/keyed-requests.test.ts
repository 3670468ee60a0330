import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

let platform: Platform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
});
afterAll(() => platform?.close());

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
    const check = { subject: 'test', sessionId: null, client: null, tokenId: 't', address: 'x', lease: 0 };
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

  it('that end in a defect keep nobody waiting: the same request again goes through', async () => {
    const { DIRECTORY } = await platform.server.getWorker<{ DIRECTORY: Database }>('fairlead-identity').getEnv();
    const order = { scac: 'FAIL', name: 'F' };
    await DIRECTORY.prepare('ALTER TABLE carriers RENAME TO carriers_away').run();
    const failed = await tenant.admin.call('POST', '/v1/carriers', order, key('broken-key'));
    await DIRECTORY.prepare('ALTER TABLE carriers_away RENAME TO carriers').run();
    expect(failed.status).toBe(500);
    expect((await tenant.admin.call('POST', '/v1/carriers', order, key('broken-key'))).status).toBe(201);
  });
});

interface Database {
  prepare(sql: string): { run(): Promise<unknown> };
}

interface DurableObjectNamespaceLike {
  idFromName(name: string): unknown;
  get(id: unknown): { check(call: object): Promise<object>; release(holds: object[]): Promise<void> };
}
