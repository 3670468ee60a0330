import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Check, type Lab, startLab } from '../security/lab.ts';
import { checksOf } from '../security/run.ts';
import { changedParts, storedAtRest } from '../security/stored.ts';
import { percentile } from '../security/timing.ts';
import { runChecks } from '../support/checks.ts';
import { SHARED_NUMBER } from '../support/world.ts';

let lab: Lab;
const nothing = (): void => {};

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.platform.close());

it('a check that sees something else, or cannot be run, has failed', async () => {
  const planted: Check[] = [
    { id: 'X', name: 'lax', want: '403', run: async () => '200' },
    { id: 'X', name: 'broken', want: '403', run: () => Promise.reject(new Error('no platform')) },
    { id: 'X', name: 'right', want: '403', run: async () => '403' },
  ];
  expect((await runChecks(lab, planted, nothing)).map(({ passed }) => passed)).toEqual([false, false, true]);
});

it('the sweep sees a change in each place where something of a tenant is stored', async () => {
  const { ids, tenant } = lab.world.a;
  const where = { container: SHARED_NUMBER, connection: ids.connection!, endpoint: ids.endpoint! };
  const before = await storedAtRest(lab.platform, ids.tenant!, where);
  await tenant.admin.must('POST', '/v1/clients', { name: 'one more', role: 'viewer' });
  await tenant.admin.must('POST', '/v1/bookings', { allocationId: ids.allocation, quantity: 1 });
  await tenant.admin.must('POST', '/v1/webhook-endpoints', { url: 'https://one-more.example.com/x' });
  const changed = changedParts(before, await storedAtRest(lab.platform, ids.tenant!, where));
  expect(changed).toEqual(expect.arrayContaining(['directory', 'shards', 'deliveries']));
});

it('counts at least sixty checks, an operation that takes an id each among them', () => {
  const checks = checksOf(lab);
  expect(checks.length).toBeGreaterThanOrEqual(60);
  const swept = checks.filter(({ id }) => id === 'SWEEP').map(({ name }) => name);
  expect(swept).toContain('GET /v1/bookings/{id} with A’s ids by seven strangers');
  expect(swept.length).toBeGreaterThan(40);
});

it('holds every promise', async () => {
  const results = await runChecks(lab, checksOf(lab), nothing);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
}, 600_000);

it('takes a percentile by nearest rank', () => {
  const values = Array.from({ length: 50 }, (_, i) => i + 1);
  expect([percentile(values, 50), percentile(values, 99), percentile([7], 99)]).toEqual([25, 50, 7]);
});
