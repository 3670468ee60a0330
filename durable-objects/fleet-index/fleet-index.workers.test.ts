import { evictDurableObject, reset } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import type { Page } from '../../contracts/kit/result.ts';
import type { FleetLine, FleetQuery } from '../../contracts/tracking/containers.ts';
import { emptyMemory, type FleetSummary, summarize } from '../../domain/container/state.ts';
import { bindings } from '../testing/events.ts';
import { holds } from './pairings.ts';
import { fleetIndex } from './stub.ts';

const fleet = () => fleetIndex(bindings, 'ten_1');
const page = async (query: FleetQuery) => JSON.parse(await fleet().list(query)) as Page<FleetLine>;
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
  expect((await page({ limit: 10 })).items[0]!.lat).toBe(2);
  await fleet().apply('ten_1', [line('AAAA', 1, { lat: 9, epoch: 'ep_2' })]);
  expect((await page({ limit: 10 })).items[0]!.lat).toBe(9);
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

it('filters by box, also across the antimeridian', async () => {
  await fleet().apply('ten_1', [
    line('EAST', 1, { lat: 0, lon: 179 }),
    line('WEST', 1, { lat: 0, lon: -179 }),
    line('ZERO', 1, { lat: 0, lon: 0 }),
  ]);
  const within = async (box: [number, number, number, number]) =>
    (await page({ box, limit: 10 })).items.map((item) => item.number);
  expect(await within([170, -10, -170, 10])).toEqual(['EAST', 'WEST']);
  expect(await within([-10, -10, 10, 10])).toEqual(['ZERO']);
});

const nothing = { connectionId: 'con_1', awaits: false, now: 1, devices: [], bookings: [], told: [], numbers: [] };

it('knows the containers of a booking by their registration and by what it was told', async () => {
  await fleet().apply('ten_1', [line('ONE', 1, { booking: 'B1' })]);
  const { bookings, claimed } = await fleet().resolve({ ...nothing, bookings: ['B1', 'B2'], told: [['B1', 'TWO']] });
  expect(bookings.map(({ number }) => number)).toEqual(['ONE', 'TWO']);
  expect(claimed).toEqual(['ONE']);
});

it('tells numbers that are claimed from such as wait, until they are ignored or claimed', async () => {
  await fleet().apply('ten_1', [line('ONE', 1)]);
  const numbers = ['ONE', 'TWO', 'THREE'];
  await fleet().ignore('THREE', false, 1);
  expect(await fleet().resolve({ ...nothing, numbers })).toMatchObject({ claimed: ['ONE'], ignored: ['THREE'] });
  expect(await fleet().listUnclaimed(['', ''], undefined, 10)).toEqual([
    { number: 'TWO', connectionId: 'con_1', since: 1 },
  ]);
  expect((await fleet().claimedOf(['TWO'])).holders).toHaveLength(1);
  await fleet().forgetUnclaimed(['TWO'], 'con_1');
  expect(await fleet().listUnclaimed(['', ''], undefined, 10)).toEqual([]);
});

describe('a device', () => {
  const on = (number: string, fromAt: number, untilAt: number | null = null) => ({
    deviceId: 'd1',
    number,
    fromAt,
    untilAt,
  });
  const pairings = async () => (await fleet().resolve({ ...nothing, devices: ['d1'] })).pairings;
  const containerAt = async (at: number) => (await pairings()).find((each) => holds(each, at))?.number;

  it('was on a container for a time; its first pairing reaches back, and it may return', async () => {
    await fleet().apply('ten_1', [line('ONE', 1), line('TWO', 1)]);
    expect(await fleet().pair(on('NONE', 1), true)).toBeNull();
    await fleet().pair(on('ONE', 100), false);
    await fleet().pair(on('TWO', 200), true);
    await fleet().pair(on('ONE', 300), true);
    expect([await containerAt(5), await containerAt(199), await containerAt(200), await containerAt(350)]).toEqual([
      'ONE',
      'ONE',
      'TWO',
      'ONE',
    ]);
    await fleet().unpair('d1', 400);
    expect([await containerAt(399), await containerAt(400)]).toEqual(['ONE', undefined]);
    expect(await fleet().lastPairings('', 10)).toMatchObject([on('ONE', 300, 400)]);
  });

  it('that a registration names is on its container from then on, and off it by null', async () => {
    await fleet().apply('ten_1', [line('ONE', 1), line('TWO', 1)]);
    const named = (number: string, deviceId: string | null, from: number) =>
      fleet().pairRegistered([{ number, deviceId, from, isFromKnown: false }], false);
    await named('ONE', 'd1', 100);
    await named('TWO', 'd1', 200);
    await named('ONE', 'd1', 300);
    expect([await containerAt(150), await containerAt(250), await containerAt(350)]).toEqual(['ONE', 'TWO', 'ONE']);
    await named('ONE', null, 400);
    expect(await containerAt(450)).toBeUndefined();
  });
});
