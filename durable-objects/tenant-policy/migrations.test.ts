import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { Sql } from '../kit/sql.ts';
import { storageOn } from '../testing/sqlite.ts';
import { GROUPS, UP_TO_0_3 } from './migrations.ts';

/** What a database has, in words that do not depend on how it came to be. */
function schemaOf(database: DatabaseSync): Record<string, string> {
  const rows = database.prepare("SELECT name, sql FROM sqlite_master WHERE sql <> '' ORDER BY name").all();
  return Object.fromEntries(
    rows
      .map(
        ({ name, sql }) => [String(name), String(sql).replaceAll(/\s+/g, ' ').replace(' IF NOT EXISTS', '')] as const,
      )
      .filter(([name]) => name !== 'migrations'),
  );
}

it.each(UP_TO_0_3.map((_, applied) => applied + 1))(
  'objects of earlier releases (%i of the one history) come to the tables that new ones have',
  (applied) => {
    const fresh = new DatabaseSync(':memory:');
    new Sql(storageOn(fresh)).migrateGroups(GROUPS, UP_TO_0_3);
    const old = new DatabaseSync(':memory:');
    new Sql(storageOn(old)).migrate(UP_TO_0_3.slice(0, applied));
    new Sql(storageOn(old)).migrateGroups(GROUPS, UP_TO_0_3);
    const tables = (schema: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(schema).map(([name, sql]) => [name, sql.replaceAll(/([(,]) | ([)])/g, '$1$2')]),
      );
    expect(tables(schemaOf(old))).toEqual(tables(schemaOf(fresh)));
    // Waking again changes nothing.
    const before = schemaOf(old);
    new Sql(storageOn(old)).migrateGroups(GROUPS, UP_TO_0_3);
    expect(schemaOf(old)).toEqual(before);
  },
);

it('what an object stored under the one history is still there', () => {
  const old = new DatabaseSync(':memory:');
  new Sql(storageOn(old)).migrate(UP_TO_0_3);
  old.exec("INSERT INTO documents VALUES ('policy', 7, '{}'); INSERT INTO deadlines VALUES ('close', 1), ('sweep', 2)");
  new Sql(storageOn(old)).migrateGroups(GROUPS, UP_TO_0_3);
  expect(old.prepare('SELECT version FROM documents').all()).toMatchObject([{ version: 7 }]);
  // A deadline that no handler knows any more would stop the object's alarm.
  expect(old.prepare('SELECT name FROM deadlines').all()).toMatchObject([{ name: 'sweep' }]);
});
