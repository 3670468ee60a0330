import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { ReplayRange } from '../../contracts/notifications/deliveries.ts';
import { FRESH_PACE, SLOTS_MAX } from '../../domain/webhook/pace.ts';
import type { Attempt } from '../../domain/webhook/retry.ts';
import { newId } from '../../platform/ids.ts';
import { DELIVERY_KEPT_MS, WEBHOOK_RETRY_SECONDS } from '../../platform/limits.ts';
import { storageOn } from '../testing/sqlite.ts';
import { Sender, stateOf } from './sender.ts';
import type { DueDelivery } from './rows.ts';
import { DeliveryStorage } from './storage.ts';

const START = Date.parse('2026-11-26T08:00:00Z');
const REPLAY_ALL: Omit<ReplayRange, 'from'> = { only: 'all', types: [] };

/** A log with a sender whose transport answers as the test says, on a clock that the test moves. */
function world(answer: (delivery: DueDelivery, attempt: number) => Attempt | Promise<Attempt>) {
  const database = new DatabaseSync(':memory:');
  let now = START;
  const posted: string[] = [];
  const gone: string[] = [];
  const defects: unknown[] = [];
  let atOnce = 0;
  let most = 0;
  const wake = () => {
    const storage = new DeliveryStorage(storageOn(database));
    const sender = new Sender({
      storage,
      post: async (delivery) => {
        posted.push(delivery.eventId);
        most = Math.max(most, ++atOnce);
        const attempt = await answer(delivery, posted.filter((id) => id === delivery.eventId).length);
        atOnce--;
        return attempt;
      },
      now: () => now,
      random: () => 0,
      onGone: (id) => gone.push(id),
      onAttempt: () => {},
      onDefect: (_delivery, error) => defects.push(error),
    });
    return { storage, sender };
  };
  const awake = wake();
  return {
    ...awake,
    wake,
    posted,
    gone,
    defects,
    most: () => most,
    at: (ms: number) => {
      now = START + ms;
    },
    put: (count: number, name = 'evt') => {
      for (let n = 0; n < count; n++) {
        awake.storage.insert(
          { id: newId('dlv', now), eventId: `${name}_${n}`, type: 'container.eta', body: '{}' },
          now,
        );
      }
    },
    send: async () => {
      awake.sender.fill();
      await awake.sender.idle();
    },
  };
}

/** Lets the times of the schedule pass, and of the breaker; how long that took, ms. */
async function wholeSchedule({ at, send }: Pick<ReturnType<typeof world>, 'at' | 'send'>): Promise<number> {
  let ms = 0;
  for (const seconds of WEBHOOK_RETRY_SECONDS) {
    ms += seconds * 1_000 + 400_000;
    at(ms);
    await send();
  }
  return ms;
}

const ok: Attempt = { status: 204, retryAfterMs: null };
const broken: Attempt = { status: 500, retryAfterMs: null };

it('sends all that waits, several at once but no more than the slots', async () => {
  const { put, send, posted, storage, most } = world(() => ok);
  put(100);
  await send();
  expect(new Set(posted).size).toBe(100);
  expect(posted).toHaveLength(100);
  expect(storage.pending).toBe(0);
  expect(most()).toBe(SLOTS_MAX);
});

it('puts an event in line once, however often it is published, settled or not', async () => {
  const { put, send, posted } = world(() => ok);
  put(3);
  put(3);
  await send();
  put(3);
  await send();
  expect(posted).toHaveLength(3);
});

it('leaves an endpoint that is down alone for a while, keeps all that waits, and sends it when it is up again', async () => {
  let up = false;
  const { put, send, posted, storage, sender, at } = world(() => (up ? ok : broken));
  put(1_000);
  await send();
  // Two slots at first, then one at a time until it counts as down.
  expect(posted.length).toBeLessThanOrEqual(6);
  expect(stateOf(storage.standing)).toBe('down');
  expect(sender.nextAt()).toBeGreaterThan(START);
  const before = posted.length;
  await send();
  expect(posted).toHaveLength(before);
  at(20_000);
  await send();
  expect(posted).toHaveLength(before + 1);
  storage.prune(START + 20_000);
  expect(storage.pending).toBe(1_000);
  up = true;
  at(7_200_000);
  await send();
  expect(storage.pending).toBe(0);
  expect(stateOf(storage.standing)).toBe('ok');
});

it('does not let one message that is never taken hold up the others', async () => {
  const { put, send, storage, at, posted } = world(({ eventId }) => (eventId === 'evt_0' ? broken : ok));
  put(50);
  for (let minute = 0; minute < 5; minute++) {
    at(minute * 60_000);
    await send();
  }
  expect(storage.pending).toBe(1);
  expect(new Set(posted).size).toBe(50);
});

it('gives a delivery up after the last attempt of the schedule, and it can be replayed', async () => {
  const { put, send, storage, at, posted } = world(() => broken);
  put(1);
  const ms = await wholeSchedule({ at, send });
  expect(posted).toHaveLength(WEBHOOK_RETRY_SECONDS.length);
  expect([storage.pending, storage.deliveries({}, '~', 10)[0]!.status]).toEqual([0, 'failed']);
  expect(storage.replay({ ...REPLAY_ALL, from: new Date(START).toISOString(), only: 'failed' }, START + ms)).toBe(1);
  expect(storage.pending).toBe(1);
});

it('pauses at 410 and keeps what waits for the endpoint to be resumed', async () => {
  let there = false;
  const { put, send, storage, gone, posted } = world(() => (there ? ok : { status: 410, retryAfterMs: null }));
  put(10);
  await send();
  expect(gone.length).toBeGreaterThan(0);
  expect(storage.standing.pausedBecause).toBe('gone');
  expect([storage.pending, posted.length]).toEqual([10, 2]);
  there = true;
  storage.stand({ ...storage.standing, pausedBecause: null, pace: FRESH_PACE });
  await send();
  expect(storage.pending).toBe(0);
});

it('waits as long as the endpoint asks for, with all of its deliveries', async () => {
  const { put, send, sender, posted, at } = world((_delivery, attempt) =>
    attempt === 1 ? { status: 429, retryAfterMs: 120_000 } : ok,
  );
  put(20);
  await send();
  expect(posted).toHaveLength(2);
  expect(sender.nextAt()).toBe(START + 120_000);
  at(119_999);
  await send();
  expect(posted).toHaveLength(2);
});

it('goes on as it was after the object has slept', async () => {
  const { put, send, wake, at } = world(() => broken);
  put(20);
  await send();
  const again = wake();
  expect(again.storage.pending).toBe(20);
  expect(stateOf(again.storage.standing)).toBe('down');
  at(1);
  again.sender.fill();
  await again.sender.idle();
  expect(again.storage.standing.pace.failures).toBeLessThanOrEqual(6);
});

it('drops settled deliveries alone, by age, and gives up what has waited as long', async () => {
  let up = true;
  const { put, send, storage, at } = world(() => (up ? ok : broken));
  put(5, 'old');
  await send();
  up = false;
  at(1_000);
  put(5, 'waiting');
  await send();
  expect(storage.prune(START + DELIVERY_KEPT_MS - 1)).toBeGreaterThan(START);
  expect(storage.deliveries({}, '~', 100)).toHaveLength(10);
  storage.prune(START + DELIVERY_KEPT_MS + 500);
  expect(storage.deliveries({}, '~', 100).map(({ status }) => status)).toEqual(Array(5).fill('pending'));
  storage.prune(START + DELIVERY_KEPT_MS + 2_000);
  expect(storage.deliveries({ status: 'failed' }, '~', 100)).toHaveLength(5);
  expect(storage.pending).toBe(0);
});

it('gives what was replayed or resumed after a month its time again, and leaves what is under way', async () => {
  const { put, storage } = world(() => broken);
  put(2);
  const later = START + DELIVERY_KEPT_MS + 1_000;
  const ids = storage.due(START, 10).map(({ id }) => id);
  storage.prune(later, [ids[0]!]);
  expect(storage.pending).toBe(1);
  expect(storage.replay({ ...REPLAY_ALL, from: new Date(START).toISOString(), only: 'failed' }, later)).toBe(1);
  storage.hasten(later);
  storage.prune(later + 1_000);
  expect(storage.pending).toBe(2);
});

it('counts a delivery’s attempts anew when it is replayed while one is under way', async () => {
  const { put, send, storage, at } = world(({ id }, attempt) => {
    if (attempt === WEBHOOK_RETRY_SECONDS.length) storage.replayOne(id, START);
    return broken;
  });
  put(1);
  await wholeSchedule({ at, send });
  expect(storage.deliveries({}, '~', 10)[0]).toMatchObject({ status: 'pending', attempts: 1 });
});

it('ends at a defect of its own instead of meeting it again and again', async () => {
  const { put, send, storage, defects, posted } = world(() => ok);
  put(4);
  storage.attempted = () => {
    throw new Error('the disk is full');
  };
  await send();
  expect([posted.length, defects.length, storage.pending]).toEqual([2, 2, 4]);
});

it('replays from an instant or an event on, by type, and leaves what is pending', async () => {
  const { put, send, storage, at } = world(() => ok);
  put(3, 'evt_first');
  await send();
  at(10_000);
  put(3, 'evt_second');
  await send();
  const replay = (range: Partial<ReplayRange> & { from: string }): number =>
    storage.replay({ ...REPLAY_ALL, ...range }, START + 20_000);
  expect(replay({ from: new Date(START + 5_000).toISOString() })).toBe(3);
  expect(replay({ from: new Date(START + 5_000).toISOString() })).toBe(0);
  expect(replay({ from: 'evt_first_1', types: ['booking.confirmed'] })).toBe(0);
  expect(replay({ from: 'evt_first_1', until: new Date(START + 5_000).toISOString() })).toBe(3);
  expect(replay({ from: 'evt_never' })).toBe(0);
  expect(storage.pending).toBe(6);
});
