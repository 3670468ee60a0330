import { evictDurableObject, reset } from 'cloudflare:test';
import { afterEach, expect, it } from 'vitest';
import { emptyMemory, type FleetSummary, summarize } from '../../domain/container/state.ts';
import { bindings } from '../testing/events.ts';
import { fleetIndex } from './stub.ts';

const fleet = () => fleetIndex(bindings, 'ten_1');
const raw = () => bindings.FLEET_INDEX.get(bindings.FLEET_INDEX.idFromName('ten_1'));
const line = (number: string, version: number, more: Partial<FleetSummary> = {}): FleetSummary => ({
  ...summarize(emptyMemory(number, 'ep_1').state),
  version,
  ...more,
});

async function connect(cursor?: { epoch: string; seq: number }) {
  const query = cursor ? `?epoch=${cursor.epoch}&seq=${cursor.seq}` : '';
  const answer = await fleet().fetch(`https://fleet/${query}`, { headers: { upgrade: 'websocket' } });
  const socket = answer.webSocket!;
  const frames: { type: string; epoch: string; seq: number; containers?: FleetSummary[] }[] = [];
  socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))));
  socket.accept();
  return { socket, frames };
}

afterEach(() => reset());

it('takes newer versions, ignores older ones, and starts over with a new epoch', async () => {
  await fleet().apply('ten_1', [line('AAAA', 2, { lat: 2 })]);
  await fleet().apply('ten_1', [line('AAAA', 1, { lat: 1 })]);
  expect((await fleet().list({ limit: 10 })).items[0]!.lat).toBe(2);
  await fleet().apply('ten_1', [line('AAAA', 1, { lat: 9, epoch: 'ep_2' })]);
  expect((await fleet().list({ limit: 10 })).items[0]!.lat).toBe(9);
});

it('leaves no gap for a cursor that was given out before the object slept', async () => {
  const first = await connect();
  await fleet().apply('ten_1', [line('AAAA', 1), line('BBBB', 1)]);
  // A mixed batch: one line is stale and must not move the counter past the table's own maximum.
  await fleet().apply('ten_1', [line('AAAA', 2), line('BBBB', 1)]);
  await expect.poll(() => first.frames.length).toBe(3);
  first.socket.close();
  // The cursor of a fresh snapshot, which is the counter itself.
  const fresh = await connect();
  await expect.poll(() => fresh.frames.length).toBe(1);
  const cursor = fresh.frames[0]!;
  fresh.socket.close();
  await evictDurableObject(raw(), { webSockets: 'close' });
  await fleet().apply('ten_1', [line('CCCC', 1)]);
  const second = await connect(cursor);
  await expect.poll(() => second.frames.length).toBe(1);
  expect(second.frames[0]).toMatchObject({ type: 'delta', containers: [{ number: 'CCCC' }] });
  second.socket.close();
});

it('filters by box, also across the antimeridian, and pairs devices', async () => {
  await fleet().apply('ten_1', [
    line('EAST', 1, { lat: 0, lon: 179, deviceId: 'd1' }),
    line('WEST', 1, { lat: 0, lon: -179 }),
    line('ZERO', 1, { lat: 0, lon: 0 }),
  ]);
  const within = async (box: [number, number, number, number]) =>
    (await fleet().list({ box, limit: 10 })).items.map((item) => item.number);
  expect(await within([170, -10, -170, 10])).toEqual(['EAST', 'WEST']);
  expect(await within([-10, -10, 10, 10])).toEqual(['ZERO']);
  expect(await fleet().resolveNames(['device/d1', 'device/d2'], [])).toEqual({ 'device/d1': ['EAST'] });
});

it('knows the containers of a booking by their registration and by what it was told', async () => {
  await fleet().apply('ten_1', [line('ONE', 1, { booking: 'B1' })]);
  await fleet().resolveNames([], [['booking/B1', 'TWO']]);
  const names = ['booking/B1', 'booking/B2', 'device/B1'];
  expect(await fleet().resolveNames(names, [['booking/B1', 'TWO']])).toEqual({ 'booking/B1': ['ONE', 'TWO'] });
});
