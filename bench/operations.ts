/** The operations that are measured side by side: the same work for the same client, each in the side's own words. */
import { randomUUID } from 'node:crypto';
import { spaceOf } from '../test/support/fixtures.ts';
import { numberOf } from './containers.ts';
import { type Side, work } from './load.ts';
import { COLD_FLEET, Feed, forPeer, SHAPES } from './positions.ts';
import type { Floor } from './sides/floor.ts';
import type { Ours } from './sides/ours.ts';
import type { Peer } from './sides/peer.ts';

/** Those that are measured; no peer where there is none. */
export interface Sides {
  ours: Ours;
  floor: Floor;
  peer: Peer | null;
}

/** Sides of one operation; the peer's is missing where it has none like it. */
export type Operation = (sides: Sides) => Promise<Record<string, Side>>;

/** Callers at a time. */
const LANES = 16;
const TURN_MS = 2_000;
const TURN_MAX = 20_000;

const turn = (once: (n: number) => Promise<unknown>, lanes = LANES): Promise<number> =>
  work(lanes, TURN_MS, TURN_MAX, async (n) => void (await once(n)));

/** Reads one container, as a client with a token. */
const read: Operation = async ({ ours, floor, peer }) => {
  const feed = new Feed({ events: 50, containers: 50, fleet: 50 });
  const positions = feed.next();
  await ours.settled([await ours.post(0, JSON.stringify(positions))]);
  const path = `/v1/containers/${numberOf(1)}`;
  const { body } = await ours.client.ask('GET', path, ours.as(0));
  await floor.ask('POST', '/put', body);
  if (peer) for (const post of forPeer(positions)) await peer.post(post);
  return {
    ours: { cpuMs: ours.cpuMs, turn: () => ours.turn(() => turn((n) => ours.get(path, n))) },
    floor: { cpuMs: floor.cpuMs, turn: () => turn(() => floor.ask('GET', '/read')) },
    ...(peer && {
      peer: {
        cpuMs: peer.cpuMs,
        turn: () => turn(() => peer.ask('GET', path.replace('/v1', ''), { authorization: `Bearer ${peer.token}` })),
      },
    }),
  };
};

/** Reads a page of 50 containers of a fleet. The peer has no lists. */
const list: Operation = async ({ ours, floor }) => {
  const path = '/v1/containers?limit=50';
  const { items } = JSON.parse((await ours.client.ask('GET', path, ours.as(0))).body) as { items: object[] };
  await floor.ask('POST', '/fill?name=list', JSON.stringify(items.map((item) => JSON.stringify(item))));
  return {
    ours: { cpuMs: ours.cpuMs, turn: () => ours.turn(() => turn((n) => ours.get(path, n))) },
    floor: { cpuMs: floor.cpuMs, turn: () => turn(() => floor.ask('GET', '/list?name=list')) },
  };
};

/** Books space that does not run out. */
const booking: Operation = async ({ ours, floor, peer }) => {
  const space = await ours.admin.must('POST', '/v1/allocations', spaceOf(ours.carrierId, 100_000));
  await floor.ask('POST', '/space');
  const order = JSON.stringify({ allocationId: space.id, quantity: 1 });
  const book = async (n: number): Promise<void> => {
    const headers = { ...ours.as(n), 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const answer = await ours.client.ask('POST', '/v1/bookings', headers, order);
    if (answer.status !== 201) throw new Error(`a booking was answered ${answer.status}: ${answer.body}`);
  };
  const peerOrder = JSON.stringify({ allocation: 'a', qty: 1 });
  return {
    ours: { cpuMs: ours.cpuMs, turn: () => ours.turn(() => turn(book)) },
    floor: { cpuMs: floor.cpuMs, turn: () => turn(() => floor.ask('POST', '/book')) },
    ...(peer && {
      peer: {
        cpuMs: peer.cpuMs,
        turn: () =>
          turn(() =>
            peer.ask(
              'POST',
              '/bookings',
              { authorization: `Bearer ${peer.token}`, 'idempotency-key': randomUUID() },
              peerOrder,
            ),
          ),
      },
    }),
  };
};

/** The newest receipt of each connection. */
const newestOf = (receipts: string[]): string[] => {
  const numberOfReceipt = (id: string): number => Number(id.split('-').at(-1));
  const newest = new Map<string, string>();
  for (const id of receipts.toSorted((a, b) => numberOfReceipt(a) - numberOfReceipt(b))) {
    newest.set(id.split('-')[0]!, id);
  }
  return [...newest.values()];
};

/** Takes deliveries of one shape in: counted in events, and done when the last of them is where it belongs. */
const ingest =
  (shape: (typeof SHAPES)[keyof typeof SHAPES]): Operation =>
  async ({ ours, floor, peer }) => {
    const feeds = { ours: new Feed(shape), floor: new Feed(shape), peer: new Feed(shape) };
    const counted = async (deliveries: Promise<number>): Promise<number> => (await deliveries) * shape.events;
    let receipts: string[] = [];
    return {
      ours: {
        cpuMs: ours.cpuMs,
        turn: () =>
          ours.turn(async () => {
            receipts = [];
            const events = await counted(
              turn(async (n) => receipts.push(await ours.post(n, JSON.stringify(feeds.ours.next())))),
            );
            await ours.settled(newestOf(receipts));
            return events;
          }),
        // That the newest of each connection is settled says it of nearly all; reading every receipt is not the feed's cost.
        after: () => ours.settled(receipts),
      },
      floor: {
        cpuMs: floor.cpuMs,
        turn: () => counted(turn(() => floor.ask('POST', '/ingest', JSON.stringify(feeds.floor.next())))),
      },
      ...(peer && {
        peer: {
          cpuMs: peer.cpuMs,
          turn: () =>
            counted(
              turn(async () => {
                for (const post of forPeer(feeds.peer.next())) await peer.post(post);
              }),
            ),
        },
      }),
    };
  };

/** What each figure is of, by the name that it is asked for. */
export const OPERATIONS: Record<string, Operation> = {
  read,
  booking,
  ingest50: ingest(SHAPES.ingest50),
  single: ingest(SHAPES.single),
  list,
  ingestCold: ingest(SHAPES.ingestCold),
};

const SMALL_FLEET = 50;

/** How many containers are registered for an operation: those of a large fleet are asleep, and come last. */
export const fleetOf = (name: string): number => (name === 'list' || name === 'ingestCold' ? COLD_FLEET : SMALL_FLEET);
