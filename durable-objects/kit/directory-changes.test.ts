import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { PrincipalChanged } from '../../contracts/identity/access.ts';
import { auditRecord } from '../../platform/audit.ts';
import { DirectoryChanges } from './directory-changes.ts';
import { audited, following } from './directory-outbox.ts';

type Bound = { sql: string; values: (string | number | null)[] };

/** As much of D1 as an outbox needs, over SQLite in memory. */
function directory(): D1Database {
  const database = new DatabaseSync(':memory:');
  database.exec(
    'CREATE TABLE directory_outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, follower TEXT, trail TEXT, body TEXT)',
  );
  const prepare = (sql: string) => ({ bind: (...values: Bound['values']): Bound => ({ sql, values }) });
  const batch = async (statements: Bound[]) =>
    statements.map(({ sql, values }) => ({ results: database.prepare(sql).all(...values) }));
  return { prepare, batch } as unknown as D1Database;
}

const change = (principal: string): PrincipalChanged => ({
  kind: 'principal_changed',
  principal,
  securityVersion: 2,
  enabled: false,
  keepSessionId: null,
  by: {
    kind: 'user',
    tenantId: 'ten_a',
    subject: 'usr_0',
    sessionId: null,
    address: null,
    correlationId: 'cor_1',
    callerCorrelationId: null,
  },
});
const note = (organisationId: string, id: string) => ({
  organisationId,
  record: auditRecord({
    actor: { kind: 'client', organisationId: 'ten_a', subject: 'cli_1', sessionId: null },
    action: 'client.created',
    object: { type: 'client', id },
    before: null,
    after: null,
    address: null,
    correlationId: 'cor_1',
    callerCorrelationId: null,
    now: 1,
  }),
});

function followerOf(db: D1Database, away: () => string | null) {
  const seen = { ended: [] as string[], taken: [] as string[] };
  const changes = new DirectoryChanges({
    db,
    follower: 'ten_a',
    log: () => {},
    now: () => 1_000,
    end: ({ principal }) => void seen.ended.push(principal),
    append: async (organisationId, records) => {
      if (organisationId === away()) throw new Error('away');
      seen.taken.push(...records.map(({ object }) => object.id));
    },
    lookAt: () => {},
  });
  return { changes, seen };
}

it('what must end ends at once, however many records wait for a trail that is away', async () => {
  const db = directory();
  let away: string | null = 'ten_a';
  const { changes, seen } = followerOf(db, () => away);
  const many = Array.from({ length: 250 }, (_, i) => note('ten_a', `cli_${i}`));
  await db.batch([
    ...audited(db, 'ten_a', many),
    ...audited(db, 'ten_a', [note('platform', 'cli_last')]),
    ...following(db, 'ten_a', [change('usr_1')]),
    ...following(db, 'ten_b', [change('usr_2')]),
  ]);
  await changes.followNow();
  expect(seen).toEqual({ ended: ['usr_1'], taken: ['cli_last'] });
  away = null;
  expect(await changes.look()).not.toBeNull();
  expect(seen.taken.slice(1)).toEqual(many.map(({ record }) => record.object.id));
  await changes.followNow();
  expect(seen.ended).toEqual(['usr_1']);
});
