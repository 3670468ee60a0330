import { afterAll, beforeAll, expect, it } from 'vitest';
import { postSigned } from '../../scripts/support/api.ts';
import { connectPositions, settledReceipt, type TestConnection } from '../support/deliveries.ts';
import { createTenant, fetchOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { openSocket } from '../support/socket.ts';

let platform: Platform;
let tenant: TestTenant;
let connection: TestConnection;
const [BOX, OTHER] = ['CSQU3054383', 'MSKU9070323'];
let minute = 0;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  connection = await connectPositions(tenant);
  await tenant.admin.must('POST', '/v1/containers', { containers: [{ number: OTHER }, { number: BOX }] });
});
afterAll(() => platform?.close());

async function move(container: string) {
  const time = new Date(Date.UTC(2026, 0, 1, 0, minute++)).toISOString();
  const body = JSON.stringify({ container, time, latitude: 20, longitude: 120 });
  const answer = await postSigned(platform.origin, connection, body, { fetcher: fetchOf(platform) });
  return settledReceipt(tenant.admin, answer.body.receiptId);
}
const numbers = async () => (await tenant.admin.all('/v1/containers')).map(({ number }) => number);
const live = async (cursor = '') => {
  const { url } = await tenant.admin.must('POST', '/v1/ws-tickets', { topic: 'fleet' });
  return openSocket(platform.origin, url + cursor);
};

it('takes a container out of lists and live feeds, holds what is said of it, and has its history again', async () => {
  await move(BOX);
  const socket = await live();
  const before = await socket.next();
  expect(before.containers).toHaveLength(2);
  expect(await tenant.admin.must('POST', `/v1/containers/${BOX}/untrack`)).toEqual({ number: BOX });
  expect(await socket.nextWhere((frame) => frame.removed)).toMatchObject({ type: 'delta', removed: [BOX] });
  socket.close();
  expect(await numbers()).toEqual([OTHER]);
  expect((await tenant.admin.call('GET', `/v1/containers/${BOX}`)).status).toBe(404);
  expect((await tenant.admin.call('POST', `/v1/containers/${BOX}/untrack`)).status).toBe(404);
  // A client with a cursor of before cannot be told what has gone since: it begins anew.
  const again = await live(`&epoch=${before.epoch}&seq=${before.seq}`);
  const snapshot = await again.next();
  expect([snapshot.type, snapshot.containers.map(({ number }: { number: string }) => number)]).toEqual([
    'snapshot',
    [OTHER],
  ]);
  again.close();

  // Wherever it was taken for tracked still, its line does not come back.
  await move(BOX);
  expect(await numbers()).toEqual([OTHER]);

  await tenant.admin.must('POST', '/v1/containers', { containers: [{ number: BOX }] });
  expect(await numbers()).toEqual([BOX, OTHER]);
  const { pointCount } = await tenant.admin.must('GET', `/v1/containers/${BOX}`);
  expect(pointCount).toBeGreaterThanOrEqual(1);
});

it('numbers changes on after the line with the newest change has gone, also when the object has slept', async () => {
  await move(BOX);
  const socket = await live();
  await socket.next();
  await tenant.admin.must('POST', `/v1/containers/${BOX}/untrack`);
  const removed = await socket.nextWhere((frame) => frame.removed);
  const tracking = platform.server.getWorker('fairlead-tracking');
  socket.close();
  await socket.closed;
  await tracking.evictDurableObject('FleetIndex', { name: tenant.id });
  await move(OTHER);
  const again = await live(`&epoch=${removed.epoch}&seq=${removed.seq}`);
  expect(await again.next()).toMatchObject({ type: 'delta', containers: [{ number: OTHER }] });
  again.close();
});

it('puts a container away: out of lists and live feeds, readable, and taken out again with what came meanwhile', async () => {
  await tenant.admin.must('POST', '/v1/containers', { containers: [{ number: BOX }] });
  await move(BOX);
  const socket = await live();
  await socket.next();
  expect(await tenant.admin.must('POST', `/v1/containers/${BOX}/archive`)).toEqual({ number: BOX, archived: true });
  expect((await tenant.admin.call('POST', `/v1/containers/${BOX}/archive`)).status).toBe(404);
  expect(await socket.nextWhere((frame) => frame.removed)).toMatchObject({ removed: [BOX] });
  expect(await numbers()).toEqual([OTHER]);
  expect((await tenant.admin.all('/v1/containers?archived=true')).map(({ number }) => number)).toEqual([BOX]);
  const { pointCount } = await tenant.admin.must('GET', `/v1/containers/${BOX}`);
  expect(await move(BOX)).toMatchObject({ counts: { applied: 1 } });
  expect(await numbers()).toEqual([OTHER]);
  expect(await tenant.admin.must('POST', `/v1/containers/${BOX}/unarchive`)).toEqual({ number: BOX, archived: false });
  expect((await tenant.admin.call('POST', `/v1/containers/${BOX}/unarchive`)).status).toBe(404);
  const frame = await socket.nextWhere(({ containers }) => containers?.length > 0);
  expect(frame.containers).toMatchObject([{ number: BOX }]);
  socket.close();
  expect(await numbers()).toEqual([BOX, OTHER]);
  expect((await tenant.admin.must('GET', `/v1/containers/${BOX}`)).pointCount).toBe(pointCount + 1);
});

it('erases a container for good, records it, and begins from nothing when it is registered again', async () => {
  await move(BOX);
  const { url } = await tenant.admin.must('POST', '/v1/ws-tickets', { topic: 'container', number: BOX });
  const socket = await openSocket(platform.origin, url);
  expect(await tenant.admin.must('DELETE', `/v1/containers/${BOX}`)).toEqual({ number: BOX });
  expect(await socket.closed).toBe(1001);
  for (const path of ['', '/events', '/positions', '/journeys']) {
    expect((await tenant.admin.call('GET', `/v1/containers/${BOX}${path}`)).status).toBe(404);
  }
  expect((await tenant.admin.call('DELETE', `/v1/containers/${BOX}`)).status).toBe(404);
  const tracker = await platform.server
    .getWorker('fairlead-tracking')
    .getDurableObjectStorage('ContainerTracker', { name: `${tenant.id}:${BOX}` });
  for (const table of ['object', 'events', 'position_chunks', 'deadlines']) {
    expect(await tracker.exec(`SELECT * FROM ${table}`)).toEqual([]);
  }
  const { items } = await tenant.admin.must('GET', '/v1/audit?action=container.deleted');
  expect(items).toMatchObject([{ object: { type: 'container', id: BOX } }]);
  // What was held of it before goes as well, and what comes now waits.
  await move(BOX);
  expect((await tenant.admin.must('GET', '/v1/unclaimed')).items).toMatchObject([{ number: BOX }]);
  await tenant.admin.must('POST', '/v1/containers', { containers: [{ number: BOX }] });
  expect((await tenant.admin.must('GET', `/v1/containers/${BOX}`)).pointCount).toBeLessThanOrEqual(1);
  // What was erased may be delivered again.
  minute = 0;
  expect(await move(BOX)).toMatchObject({ counts: { applied: 1, duplicate: 0 } });
});

it('a registration that is answered once more moves no device, and a number that was ignored waits again once it was tracked', async () => {
  const key = { 'idempotency-key': 'register-with-a-device' };
  const body = { containers: [{ number: BOX, deviceId: 'dev-9' }] };
  await tenant.admin.must('POST', '/v1/containers', body, key);
  await tenant.admin.must('POST', '/v1/devices/dev-9/pair', { container: OTHER });
  await tenant.admin.must('POST', '/v1/containers', body, key);
  const [pairing] = await tenant.admin.all('/v1/devices');
  expect(pairing).toMatchObject({ device: 'dev-9', container: OTHER });

  const third = 'TGHU1000101';
  const wait = async () => {
    const { counts } = await move(third);
    return counts.unclaimed === 1 ? 'waits' : counts.discarded === 1 ? 'dropped' : 'applied';
  };
  expect(await wait()).toBe('waits');
  await tenant.admin.must('POST', `/v1/unclaimed/${third}/ignore`);
  expect(await wait()).toBe('dropped');
  await tenant.admin.must('POST', '/v1/containers', { containers: [{ number: third }] });
  expect(await wait()).toBe('applied');
  await tenant.admin.must('POST', `/v1/containers/${third}/untrack`);
  expect(await wait()).toBe('waits');
});
