import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { storageOn } from '../testing/sqlite.ts';
import { DEADLINES_TABLE, Deadlines } from './deadlines.ts';
import { Sql } from './sql.ts';

/** Deadlines on a clock that stands still at 1,000 s, with the alarms that were set. */
function deadlines() {
  const database = new DatabaseSync(':memory:');
  const alarms: number[] = [];
  const storage = {
    ...storageOn(database),
    getAlarm: async () => alarms.at(-1) ?? null,
    setAlarm: async (at: number) => void alarms.push(at),
  } as unknown as DurableObjectStorage;
  const sql = new Sql(storage);
  sql.migrate([DEADLINES_TABLE]);
  const clock = { now: () => 1_000_000, toWall: (at: number) => at, speed: 1 };
  const stored = () =>
    Object.fromEntries(
      database
        .prepare('SELECT name, at FROM deadlines')
        .all()
        .map((row) => [row.name, row.at]),
    );
  return { made: new Deadlines<'a' | 'b'>(sql, storage, clock), stored, database, alarms };
}

it('a deadline of a transaction that rolled back is forgotten with it, and can be set again', () => {
  const { made, stored, database } = deadlines();
  made.ensure('a', 5);
  database.exec('SAVEPOINT work');
  made.ensure('a', 2);
  made.ensure('b', 2);
  database.exec('ROLLBACK TO work');
  made.reload();
  expect(stored()).toEqual({ a: 5 });
  made.ensure('b', 3);
  expect(stored()).toEqual({ a: 5, b: 3 });
});

it('an alarm that is lost is set again by whoever sets a deadline that is long past', async () => {
  const { made, alarms } = deadlines();
  made.ensure('a', 1);
  await Promise.resolve();
  alarms.length = 0;
  made.ensure('a', 5);
  await new Promise((resolve) => setImmediate(resolve));
  expect(alarms).toHaveLength(1);
});

it('a handler that throws is tried again, and the others run', async () => {
  const { made, stored } = deadlines();
  made.ensure('a', 1);
  made.ensure('b', 2);
  let ran = false;
  await made.runDue(1_000_000, {
    a: () => Promise.reject(new Error('away')),
    b: async () => {
      ran = true;
      return null;
    },
  });
  expect([ran, stored()]).toEqual([true, { a: 1_030_000 }]);
});

it('what is ensured while a handler runs counts beside what it returns: the sooner of both', async () => {
  for (const [ensured, returned, kept] of [
    [2_000_000, 3_000_000, 2_000_000],
    [3_000_000, 2_000_000, 2_000_000],
    [2_000_000, null, 2_000_000],
    [null, null, undefined],
  ] as const) {
    const { made, stored } = deadlines();
    made.ensure('a', 1);
    await made.runDue(1_000_000, {
      a: async () => {
        if (ensured !== null) made.ensure('a', ensured);
        return returned;
      },
      b: async () => null,
    });
    expect(stored().a).toBe(kept);
  }
});
