/** Endpoints beside each other: pausing, filters, replay, tests, and what an earlier version has left. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTenant, spaceOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { Receiver } from '../support/receiver.ts';

let platform: Platform;
let tenant: TestTenant;
let allocation: { id: string };
const receivers: Receiver[] = [];

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  allocation = await tenant.admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, 500));
});
afterAll(async () => {
  for (const receiver of receivers) receiver.close();
  await platform?.close();
});

async function receiver(): Promise<[Receiver, string]> {
  const made = new Receiver();
  receivers.push(made);
  return [made, await made.listen()];
}
const endpoint = (url: string, more: object = {}) =>
  tenant.admin.must('POST', '/v1/webhook-endpoints', { url, ...more });
const book = () => tenant.admin.must('POST', '/v1/bookings', { allocationId: allocation.id, quantity: 1 });
const stateOf = (id: string) => tenant.admin.must('GET', `/v1/webhook-endpoints/${id}`);

it('delivers to one endpoint while another never answers', async () => {
  const [hanging, hangingUrl] = await receiver();
  hanging.answer = 'none';
  const [healthy, healthyUrl] = await receiver();
  const slow = await endpoint(hangingUrl);
  const quick = await endpoint(healthyUrl, { types: ['booking.confirmed'] });
  for (let n = 0; n < 20; n++) await book();
  await healthy.has(20);
  expect((await stateOf(slow.id)).health.pending).toBe(20);
  await until('the log knows', async () => (await stateOf(quick.id)).health.pending === 0);
  expect((await stateOf(quick.id)).health).toMatchObject({ state: 'ok', lastStatus: 204, lastError: null });
  for (const { id } of [slow, quick]) await tenant.admin.must('DELETE', `/v1/webhook-endpoints/${id}`);
  expect((await tenant.admin.must('GET', '/v1/webhook-endpoints')).items).toEqual([]);
});

it('pauses an endpoint that is gone, keeps what waits, and sends it when it is resumed', async () => {
  const [gone, url] = await receiver();
  gone.answer = { status: 410 };
  const { id } = await endpoint(url);
  await book();
  await until('it is paused', async () => (await stateOf(id)).status === 'paused');
  await book();
  await until('both wait', async () => (await stateOf(id)).health.pending === 2);
  expect(await stateOf(id)).toMatchObject({ pausedBecause: 'gone', health: { lastStatus: 410 } });
  const trail = await tenant.admin.all(`/v1/audit?action=endpoint.gone`);
  expect(trail.map(({ object }) => object.id)).toContain(id);
  gone.answer = { status: 204 };
  const resumed = await tenant.admin.must('PATCH', `/v1/webhook-endpoints/${id}`, { paused: false });
  expect(resumed).toMatchObject({ status: 'active', pausedBecause: null });
  await gone.has(2);
  await tenant.admin.must('DELETE', `/v1/webhook-endpoints/${id}`);
});

it('waits as long as a receiver asks, and shows until when', async () => {
  const [busy, url] = await receiver();
  busy.answer = { status: 429, headers: { 'retry-after': '3600' } };
  const { id } = await endpoint(url);
  await book();
  const { health } = await until('it has asked', async () => {
    const state = await stateOf(id);
    return state.health.nextAttemptAt && state;
  });
  expect(Date.parse(health.nextAttemptAt) - Date.now()).toBeGreaterThan(3_500_000);
  // Pausing and resuming by hand is how somebody who has mended it goes on at once.
  busy.answer = { status: 204 };
  await tenant.admin.must('PATCH', `/v1/webhook-endpoints/${id}`, { paused: true });
  await tenant.admin.must('PATCH', `/v1/webhook-endpoints/${id}`, { paused: false });
  await busy.has(1);
  await tenant.admin.must('DELETE', `/v1/webhook-endpoints/${id}`);
});

it('sends what the filters ask for, by type, carrier and lane', async () => {
  const [all, allUrl] = await receiver();
  const [mine, mineUrl] = await receiver();
  const [others, othersUrl] = await receiver();
  const { origin, destination } = spaceOf(tenant.carrierId, 1) as { origin: string; destination: string };
  const ids = [
    (await endpoint(allUrl)).id,
    (await endpoint(mineUrl, { carrierIds: [tenant.carrierId], lanes: [{ origin, destination: null }] })).id,
    (await endpoint(othersUrl, { lanes: [{ origin: destination, destination: origin }] })).id,
  ];
  await book();
  await Promise.all([all.has(1), mine.has(1)]);
  expect(mine.received[0]!.data).toMatchObject({ origin, destination, carrierId: tenant.carrierId });
  const log = await tenant.admin.must('GET', `/v1/webhook-endpoints/${ids[2]}/deliveries`);
  expect([log.items, others.received]).toEqual([[], []]);
  // A changed filter holds from the next event on.
  await tenant.admin.must('PATCH', `/v1/webhook-endpoints/${ids[2]}`, { lanes: [] });
  await book();
  await others.has(1);
  for (const id of ids) await tenant.admin.must('DELETE', `/v1/webhook-endpoints/${id}`);
});

it('sends a test at once, also while paused, and replays from an instant or an event on', async () => {
  const [target, url] = await receiver();
  const { id } = await endpoint(url);
  await tenant.admin.must('PATCH', `/v1/webhook-endpoints/${id}`, { paused: true });
  const tested = await tenant.admin.must('POST', `/v1/webhook-endpoints/${id}/test`);
  expect(tested).toMatchObject({ type: 'endpoint.test', status: 'delivered', lastStatus: 204 });
  target.answer = { status: 500 };
  const failed = await tenant.admin.must('POST', `/v1/webhook-endpoints/${id}/test`);
  expect(failed).toMatchObject({ status: 'failed', attempts: 1, lastStatus: 500 });
  target.answer = { status: 204 };
  await tenant.admin.must('PATCH', `/v1/webhook-endpoints/${id}`, { paused: false });
  for (let n = 0; n < 3; n++) await book();
  await target.has(4);
  const replay = (range: object) => tenant.admin.call('POST', `/v1/webhook-endpoints/${id}/replay`, range);
  expect((await replay({})).body.errors[0].pointer).toBe('/from');
  expect((await replay({ from: '2020-01-01T00:00:00Z', only: 'failed' })).body.replayed).toBe(0);
  expect((await replay({ from: '2020-01-01T00:00:00Z' })).body.replayed).toBe(3);
  await target.has(7);
  const log = await until('all are settled', async () => {
    const items = await tenant.admin.all(
      `/v1/webhook-endpoints/${id}/deliveries?status=delivered&type=booking.confirmed`,
    );
    return items.length === 3 && items;
  });
  expect((await replay({ from: log[0].eventId })).body.replayed).toBeGreaterThan(0);
  await tenant.admin.must('DELETE', `/v1/webhook-endpoints/${id}`);
});

it('takes over the endpoints and deliveries of an earlier version', async () => {
  const old = await createTenant(platform, 'before');
  const [target, url] = await receiver();
  const other = await endpoint(url);
  const worker = platform.server.getWorker('fairlead-notifications');
  type Rows = { exec<T>(sql: string): Promise<T[]> };
  const storageOf = async (className: string, name: string) =>
    (await worker.getDurableObjectStorage(className, { name })) as unknown as Rows;
  // The secret of an endpoint is bound to its id, so the one of an endpoint of today is taken, with its id.
  const [made] = await (await storageOf('WebhookEndpoints', tenant.id)).exec<{ secret: string }>(
    `SELECT secret FROM endpoints WHERE id = '${other.id}'`,
  );
  const legacy = await storageOf('DeliveryLog', old.id);
  for (const statement of LEGACY) await legacy.exec(statement);
  await legacy.exec(
    `INSERT INTO endpoints VALUES ('${other.id}', '${url}', '["booking.confirmed"]', 'of before', 'active', '${made!.secret}',
     '2026-10-01T00:00:00.000Z', NULL, 0)`,
  );
  await legacy.exec(
    `INSERT INTO deliveries VALUES
      ('dlv_01', '${other.id}', 'evt_1', 'booking.confirmed', '{"type":"booking.confirmed","data":{}}', 'pending', 0, NULL, NULL, 1, 1, NULL),
      ('dlv_02', '${other.id}', 'evt_2', 'booking.confirmed', '{"type":"booking.confirmed","data":{}}', 'delivered', 1, 204, NULL, 2, NULL, 3)`,
  );
  const [taken] = (await old.admin.must('GET', '/v1/webhook-endpoints')).items;
  expect(taken).toMatchObject({ id: other.id, description: 'of before', types: ['booking.confirmed'] });
  await target.has(1);
  const log = await until('both are in its log', async () => {
    const items = await old.admin.all(`/v1/webhook-endpoints/${other.id}/deliveries?status=delivered`);
    return items.length === 2 && items;
  });
  expect(log.map(({ id }: { id: string }) => id)).toEqual(['dlv_02', 'dlv_01']);
});

/** The tables of version 0.5.0. */
const LEGACY = [
  `CREATE TABLE endpoints (id TEXT PRIMARY KEY, url TEXT NOT NULL, types TEXT NOT NULL, description TEXT NOT NULL,
     status TEXT NOT NULL, secret TEXT NOT NULL, created_at TEXT NOT NULL,
     previous_secret TEXT, previous_until INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`,
  `CREATE TABLE deliveries (id TEXT PRIMARY KEY, endpoint_id TEXT NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL,
     body TEXT NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, last_status INTEGER, last_error TEXT,
     created_at INTEGER NOT NULL, next_at INTEGER, delivered_at INTEGER, UNIQUE (endpoint_id, event_id)) WITHOUT ROWID`,
];
