import { expect, it } from 'vitest';
import { NotTaken, Outbox, type OutboxStore, retryAt } from './outbox.ts';

/** An outbox over a list, and what it delivered. */
function outboxOf(bodies: string[], fails: (batch: string[], attempt: number) => boolean = () => false) {
  let rows = bodies.map((body, id) => ({ id, body }));
  let attempts = 0;
  const delivered: string[][] = [];
  const store: OutboxStore<string> = {
    next: (ids, limit) => {
      rows = rows.filter(({ id }) => !ids.includes(id));
      return rows.slice(0, limit);
    },
    failed: (_ids, now) => retryAt(now, attempts),
  };
  const outbox = new Outbox<string>({
    store,
    deliver: async (batch) => {
      if (fails(batch, attempts++)) throw new Error('not now');
      delivered.push(batch);
    },
    log: () => {},
    now: () => 1_000,
    batch: 2,
  });
  const put = (body: string): void => void rows.push({ id: bodies.push(body), body });
  return { outbox, delivered, put, left: () => rows.map(({ body }) => body) };
}

it('delivers in order, batch by batch, and forgets what was delivered', async () => {
  const { outbox, delivered, left } = outboxOf(['a', 'b', 'c']);
  expect(await outbox.drain()).toBeNull();
  expect(delivered).toEqual([['a', 'b'], ['c']]);
  expect(left()).toEqual([]);
});

it('stops at what cannot be delivered, keeps it, and says when to try again', async () => {
  const { outbox, delivered, left } = outboxOf(['a', 'b', 'c'], ([first], attempt) => first === 'c' && attempt < 2);
  expect(await outbox.drain()).toBe(retryAt(1_000, 2));
  expect(left()).toEqual(['c']);
  expect(await outbox.drain()).toBeNull();
  expect(delivered).toEqual([['a', 'b'], ['c']]);
});

it('runs one drain at a time; a fresh look delivers what was stored before it was asked for', async () => {
  const { outbox, delivered, put } = outboxOf(['a']);
  const running = outbox.drain();
  expect(outbox.drain()).toBe(running);
  put('b');
  put('c');
  await Promise.all([running, outbox.drainAfresh(), outbox.drainAfresh()]);
  expect(delivered.flat()).toEqual(['a', 'b', 'c']);
});

it('passes over those who take nothing, however much waits for them, and delivers the rest', async () => {
  let rows = ['a1', 'a2', 'a3', 'b1', 'a4', 'b2', 'c1'].map((body, id) => ({ id, body, to: body[0]! }));
  const taken: string[] = [];
  const outbox = new Outbox<string>({
    store: {
      next: (ids, limit, without) => {
        rows = rows.filter(({ id }) => !ids.includes(id));
        return rows.filter(({ to }) => !without.includes(to)).slice(0, limit);
      },
      failed: () => 7_000,
    },
    deliver: async (bodies) => {
      taken.push(...bodies.filter((body) => !body.startsWith('a')));
      if (bodies.some((body) => body.startsWith('a'))) throw new NotTaken(new Set(['a']), new Error('away'));
    },
    log: () => {},
    now: () => 1_000,
    batch: 2,
  });
  expect(await outbox.drain()).toBe(7_000);
  expect(taken).toEqual(['b1', 'b2', 'c1']);
  expect(rows.map(({ body }) => body)).toEqual(['a1', 'a2', 'a3', 'a4']);
});

it('waits longer after each failure, an hour at most', () => {
  expect([0, 1, 4, 20].map((attempts) => retryAt(0, attempts))).toEqual([5_000, 10_000, 80_000, 3_600_000]);
});
