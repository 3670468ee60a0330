import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { Sql } from '../kit/sql.ts';
import { storageOn } from '../testing/sqlite.ts';
import { Bookings } from './bookings.ts';
import { MIGRATIONS } from './migrations.ts';

function bookingsOf(sql: Sql): Bookings {
  sql.migrate(MIGRATIONS);
  return new Bookings(sql);
}
const names = (from: number, until: number): string[] => Array.from({ length: until - from }, (_, i) => `B${from + i}`);

it('tells connections of containers that join what they have spoken of, each once', () => {
  const bookings = bookingsOf(new Sql(storageOn(new DatabaseSync(':memory:'))));
  bookings.await(['B1'], 'con_1', 1);
  bookings.await(['B1', 'B2'], 'con_2', 2);
  for (const number of ['N1', 'N1', 'N2']) bookings.add('B1', number);
  bookings.add('B3', 'N1');
  const joining = bookings.joining(10);
  expect(joining.map(({ connectionId, number }) => `${connectionId} ${number}`)).toEqual([
    'con_1 N1',
    'con_1 N2',
    'con_2 N1',
    'con_2 N2',
  ]);
  bookings.told(joining.slice(0, 3));
  expect(bookings.joining(10)).toEqual(joining.slice(3));
});

it('keeps room for new names: the oldest go, the newest stay, also when it wakes full', () => {
  const sql = new Sql(storageOn(new DatabaseSync(':memory:')));
  const bookings = bookingsOf(sql);
  bookings.await(names(0, 10), 'con_1', 1);
  bookings.await(names(10, 20_000), 'con_1', 2);
  bookings.add('B0', 'N1');
  expect(bookings.joining(10)).toHaveLength(1);
  const awake = new Bookings(sql);
  awake.await(['B20000'], 'con_1', 3);
  awake.add('B1', 'N1');
  awake.add('B20000', 'N1');
  expect(awake.joining(10).map(({ booking }) => booking)).toEqual(['B0', 'B20000']);
  const [kept] = sql.run<{ n: number }>('SELECT count(*) AS n FROM awaited');
  expect(kept!.n).toBeGreaterThan(19_000);
  expect(kept!.n).toBeLessThanOrEqual(20_000);
});
