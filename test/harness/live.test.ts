import { afterAll, beforeAll, expect, it } from 'vitest';
import { postSigned } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { openSocket } from '../support/socket.ts';

let platform: Platform;
let tenant: TestTenant;
let connection: { id: string; scheme: string; secret: string };
const NUMBER = 'CSQU3054383';
let minute = 0;

async function move(number = NUMBER): Promise<number> {
  const latitude = 20 + minute / 100;
  const time = new Date(Date.UTC(2026, 0, 1, 0, minute++)).toISOString();
  const body = JSON.stringify({ container: number, time, latitude, longitude: 120 });
  const answer = await postSigned(platform.origin, connection, body, { fetcher: fetchOf(platform) });
  expect(answer.status).toBe(202);
  return latitude;
}

const ticket = (body: object) => tenant.admin.must('POST', '/v1/ws-tickets', body);
const cursor = (frame: { epoch: string; seq: number }) => `&epoch=${frame.epoch}&seq=${frame.seq}`;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  connection = await tenant.admin.must('POST', '/v1/connections', {
    name: 'P',
    carrierId: tenant.carrierId,
    format: 'positions',
  });
  await tenant.admin.must('POST', '/v1/containers', {
    containers: [{ number: NUMBER, destination: 'NLRTM' }, { number: 'MSKU9070323' }],
  });
});
afterAll(() => platform?.close());

it('a container: a snapshot, then every change, across hibernation, and no gap after a reconnect', async () => {
  const { url } = await ticket({ topic: 'container', number: NUMBER });
  const socket = await openSocket(platform.origin, url);
  const snapshot = await socket.next();
  expect(snapshot).toMatchObject({ type: 'snapshot', container: { number: NUMBER } });
  const first = await move();
  const delta = await socket.nextWhere((frame) => frame.container.position?.lat === first);
  expect(delta.seq).toBeGreaterThan(snapshot.seq);
  expect(delta.positions).toHaveLength(1);

  const tracking = platform.server.getWorker('fairlead-tracking');
  await tracking.evictDurableObject('ContainerTracker', { name: `${tenant.id}:${NUMBER}`, webSockets: 'hibernate' });
  const second = await move();
  const woken = await socket.nextWhere((frame) => frame.container.position.lat === second);
  expect(woken.epoch).toBe(delta.epoch);
  expect(woken.seq).toBe(delta.seq + 1);
  socket.close();
  await socket.closed;

  await move();
  const last = await move();
  const again = await openSocket(
    platform.origin,
    (await ticket({ topic: 'container', number: NUMBER })).url + cursor(woken),
  );
  const caughtUp = await again.nextWhere((frame) => frame.container.position.lat === last);
  expect(caughtUp.type).toBe('delta');
  again.close();

  const stale = await openSocket(
    platform.origin,
    (await ticket({ topic: 'container', number: NUMBER })).url + cursor({ epoch: 'ep_other', seq: 1 }),
  );
  expect(await stale.next()).toMatchObject({ type: 'snapshot', container: { position: { lat: last } } });
  stale.close();
});

it('the fleet: a snapshot, deltas, and what changed meanwhile after a reconnect', async () => {
  const socket = await openSocket(platform.origin, (await ticket({ topic: 'fleet' })).url);
  const snapshot = await socket.next();
  expect(snapshot).toMatchObject({ type: 'snapshot', containers: [{}, {}] });
  const moved = await move('MSKU9070323');
  const delta = await socket.nextWhere((frame) => frame.containers.some((c: { lat: number }) => c.lat === moved));
  const index = platform.server.getWorker('fairlead-tracking');
  await index.evictDurableObject('FleetIndex', { name: tenant.id, webSockets: 'hibernate' });
  const second = await move('MSKU9070323');
  const woken = await socket.nextWhere((frame) => frame.containers.some((c: { lat: number }) => c.lat === second));
  expect(woken.seq).toBeGreaterThan(delta.seq);
  socket.close();
  await socket.closed;
  const again = await openSocket(platform.origin, (await ticket({ topic: 'fleet' })).url + cursor(delta));
  const missed = await again.next();
  expect(missed).toMatchObject({ type: 'delta', containers: [{ number: 'MSKU9070323', lat: second }] });
  again.close();
});

it('a ticket opens one socket, for what it was made, and nothing else', async () => {
  const { url } = await ticket({ topic: 'container', number: NUMBER });
  await expect(openSocket(platform.origin, url.replace(NUMBER, 'MSKU9070323'))).rejects.toThrow('401');
  await expect(openSocket(platform.origin, url)).rejects.toThrow('401');
  const fleet = await ticket({ topic: 'fleet' });
  const socket = await openSocket(platform.origin, fleet.url);
  await expect(openSocket(platform.origin, fleet.url)).rejects.toThrow('401');
  socket.close();
  expect((await tenant.admin.call('GET', '/v1/live/fleet?ticket=x')).status).toBe(426);
});
