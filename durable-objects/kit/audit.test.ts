import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { type AuditNote, auditRecord } from '../../platform/audit.ts';
import { storageOn } from '../testing/sqlite.ts';
import { AUDIT_OUTBOX_TABLE, AuditOutbox } from './audit.ts';
import { DEADLINES_TABLE, Deadlines } from './deadlines.ts';
import { Sql } from './sql.ts';

const NOW = 1_000_000;
const note = (id: string): AuditNote => ({
  organisationId: 'ten_a',
  record: auditRecord({
    actor: { kind: 'client', organisationId: 'ten_a', subject: 'cli_1', sessionId: null },
    action: 'client.disabled',
    object: { type: 'client', id },
    before: null,
    after: null,
    address: null,
    correlationId: 'cor_1',
    callerCorrelationId: null,
    now: NOW,
  }),
});

/** An object with an audit outbox, whose trail is away for a number of batches. */
function producer({ away = 0 } = {}) {
  const database = new DatabaseSync(':memory:');
  const storage = {
    ...storageOn(database),
    getAlarm: async () => null,
    setAlarm: async () => {},
  } as unknown as DurableObjectStorage;
  const sql = new Sql(storage);
  sql.migrate([AUDIT_OUTBOX_TABLE, DEADLINES_TABLE]);
  const deadlines = new Deadlines<'audit'>(sql, storage, { now: () => NOW, toWall: (at) => at, speed: 1 });
  const taken: string[] = [];
  const following: Promise<unknown>[] = [];
  const outbox = new AuditOutbox({
    sql,
    log: () => {},
    now: () => NOW,
    append: async (_organisationId, records) => {
      if (away-- > 0) throw new Error('away');
      taken.push(...records.map(({ object }) => object.id));
    },
    drainAt: (at) => deadlines.ensure('audit', at),
    waitUntil: (work) => following.push(work),
  });
  const rows = (table: string) => database.prepare(`SELECT * FROM ${table}`).all();
  const alarm = (now: number) => deadlines.runDue(now, { audit: () => outbox.drain() });
  return { outbox, taken, following, rows, alarm };
}

it('hands over what was put at once, in order, and forgets it when it was taken', async () => {
  const { outbox, taken, following, rows, alarm } = producer();
  outbox.put(note('a'), note('b'));
  outbox.put(note('c'));
  outbox.put();
  expect(rows('audit_outbox')).toHaveLength(3);
  await Promise.all(following);
  expect([taken, rows('audit_outbox')]).toEqual([['a', 'b', 'c'], []]);
  await alarm(NOW);
  expect([taken, rows('deadlines')]).toEqual([['a', 'b', 'c'], []]);
});

it('keeps what a trail did not take, and hands it over by the alarm, at growing intervals, until it has', async () => {
  const { outbox, taken, following, rows, alarm } = producer({ away: 3 });
  outbox.put(note('a'));
  outbox.put(note('b'));
  await Promise.all(following);
  expect([taken, rows('audit_outbox').length, rows('deadlines')]).toEqual([[], 2, [{ name: 'audit', at: NOW }]]);
  await alarm(NOW);
  const [{ at } = { at: 0 }] = rows('deadlines') as { at: number }[];
  expect([taken, at > NOW]).toEqual([[], true]);
  await alarm(at);
  expect([taken, rows('audit_outbox'), rows('deadlines')]).toEqual([['a', 'b'], [], []]);
});
